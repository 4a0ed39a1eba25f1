package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"alexandra/internal/admin"
	"alexandra/internal/rpc"
	"alexandra/storage"
)

// imageDir is where images lie: beside the store, so that files can be linked, and apart from nodetool's snapshots.
func (n *Node) imageDir() string {
	return filepath.Join(filepath.Dir(n.cfg.DataFileDirectories[0]), "images")
}

// imageNote is what an image remembers of the ring: data is worth nothing under other tokens.
type imageNote struct {
	Members []string `json:"members"` // host id, and the tokens
}

func (n *Node) imageNote() imageNote {
	var note imageNote
	for _, e := range n.coord.CurrentRing().Owners() {
		note.Members = append(note.Members, fmt.Sprint(e.HostID, " ", e.Tokens))
	}
	slices.Sort(note.Members)
	return note
}

// Image implements admin.Operations.
func (n *Node) Image(ctx context.Context, r admin.ImageRequest) (admin.None, error) {
	if err := n.onlyHere(); err != nil {
		return admin.None{}, err
	}
	named := r.Action == admin.ImageSave || r.Action == admin.ImageRestore
	if named && (r.Name == "" || r.Name == "." || r.Name == ".." || strings.ContainsAny(r.Name, `/\`)) {
		return admin.None{}, admin.Usage("%q is no name for a snapshot", r.Name)
	}
	dir := filepath.Join(n.imageDir(), r.Name)
	switch r.Action {
	case admin.ImageHold:
		n.holdClients()
	case admin.ImageRelease:
		n.clientGate.open()
	case admin.ImageSave:
		return admin.None{}, n.saveImage(dir)
	case admin.ImageRestore:
		return admin.None{}, n.restoreImage(ctx, dir)
	default:
		return admin.None{}, admin.Usage("nothing is known about %q of a snapshot", r.Action)
	}
	return admin.None{}, nil
}

// PutBack makes the data folder of a node that does not run hold what an image holds.
func PutBack(image, data string) error { return storage.PutBack(image, data) }

// holdClients lets clients wait and gives what runs some time to end.
func (n *Node) holdClients() {
	n.clientGate.shut()
	for end := time.Now().Add(quietLimit); n.requests.count() > 0 && time.Now().Before(end); {
		time.Sleep(200 * time.Microsecond)
	}
}

func (n *Node) saveImage(dir string) error {
	note, err := json.Marshal(n.imageNote())
	if err != nil {
		return err
	}
	return n.store.Image(dir, note)
}

// ErrOtherRing says that an image is of another ring than today's: it can only be put back with all nodes stopped.
var ErrOtherRing = errors.New("the cluster had other members when the snapshot was made")

// restoreImage puts an image in the place of all data. The node stays who it is; everything that was derived from the data
// is made anew.
func (n *Node) restoreImage(ctx context.Context, dir string) error {
	raw, err := n.store.ImageNote(dir)
	if err != nil {
		return admin.Failed("there is no snapshot %s", filepath.Base(dir))
	}
	var note imageNote
	if err := json.Unmarshal(raw, &note); err != nil {
		return wrap("snapshot", err)
	}
	if !slices.Equal(note.Members, n.imageNote().Members) {
		return ErrOtherRing
	}
	n.restoring.Store(true)
	defer n.restoring.Store(false)
	if err := n.store.Restore(dir, identityKey, peersKey); err != nil {
		return err
	}
	if err := n.coord.ReloadSchema(ctx); err != nil {
		return wrap("load the schema", err)
	}
	n.auth.InvalidateAll()
	n.writeLocal()
	n.writePeers()
	n.log.Info("All data was replaced by the snapshot " + filepath.Base(dir))
	return nil
}

// writePeers writes the rows of all peers.
func (n *Node) writePeers() {
	for _, g := range n.gossip.Nodes() {
		if g.HostID != n.identity.HostID && g.IsMember() && g.Native.IsValid() {
			n.writePeer(g)
		}
	}
}

// errHeld refuses a schema while data is put back: what one node still has, another one has not any more.
var errHeld = errors.New("the data of the cluster is being replaced")

// unlessHeld is a handler that refuses while the data of the cluster is kept or put back.
func (n *Node) unlessHeld(h rpc.Handler) rpc.Handler {
	return func(ctx context.Context, body []byte) ([]byte, error) {
		if n.clientGate.isShut() {
			return nil, errHeld
		}
		return h(ctx, body)
	}
}
