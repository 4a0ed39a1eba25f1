package admin

import "time"

// HarmChange changes what is done to a node on purpose. The zero value changes nothing and asks for what lasts.
type HarmChange struct {
	// Heal ends everything, before what follows begins.
	Heal bool
	// Links replace the faults of these peers; a Fault of nothing but a peer ends its faults.
	Links []Fault
	// Skew is added to the machine's time from now on.
	Skew    time.Duration
	SetSkew bool
	// Storage replaces the faults of these kinds.
	Storage []StorageFault
}

// StorageFault makes one of OneIn accesses of a kind fail; 0 is none. Kinds are read and write, which fail statements, and
// disk, which ends the node.
type StorageFault struct {
	Kind  string
	OneIn int
}

// Harm is what is done to a node.
type Harm struct {
	Links   []Fault
	Skew    time.Duration
	Storage []StorageFault
}

// The actions of ImageRequest.
const (
	ImageHold    = "hold"    // clients wait, until release or for some seconds
	ImageSave    = "save"    // all of the node's data becomes the image Name
	ImageRestore = "restore" // the image Name becomes all of the node's data
	ImageRelease = "release"
)

// ImageRequest is a part of ccm's snapshot, restore and reset: all nodes hold, then all save or restore, then all release,
// so that what the images hold fits together.
type ImageRequest struct{ Action, Name string }

// The actions of Process.
const (
	ProcessStart = "start"
	ProcessStop  = "stop"
	ProcessKill  = "kill"
)

// Process starts, stops or kills one of the nodes that share a process.
type Process struct{ Action string }
