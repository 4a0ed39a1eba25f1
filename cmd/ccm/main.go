// Command ccm makes, starts and stops clusters on this machine, with the command names of Cassandra's ccm where it has them.
//
//	ccm up                       a cluster demo: dc1 at 127.0.0.1, dc2 at 127.0.0.2, logins on; ready to use when it returns
//	ccm up dc1=3 dc2=3           more nodes
//	ccm status                   who runs
//	ccm node1 nodetool status    the tools, at one node
//	ccm node1 cqlsh
//	ccm stop node2; ccm start node2; ccm remove
//	ccm cut dc1 dc2; ccm kill node2; ccm heal    what applications have to survive, see fault.go
//	ccm snapshot before; ccm restore before; ccm reset
//
// Each node is a process of its own that outlives the command: this very executable, copied into the cluster's folder and
// run with the hidden command run-node, which is package daemon; or, with --in-process, all nodes are one process. A cluster is a folder below ~/.ccm-alexandra (or $CCM_HOME,
// or --dir): cluster.json, bin, and conf, data and logs of each node.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"alexandra/internal/node/daemon"
)

// runNode is the hidden command that turns this process into a node.
const runNode = "run-node"

func main() {
	if len(os.Args) > 1 && os.Args[1] == runNode {
		os.Exit(daemon.Main(os.Args[2:], os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == runNodes {
		os.Exit(serveNodes(os.Args[2:], os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// commands is the command line.
type commands struct {
	Dir  string `placeholder:"DIR" env:"CCM_HOME" help:"Where clusters live (~/.ccm-alexandra)."`
	Name string `short:"n" placeholder:"NAME" help:"The cluster; otherwise the one that was last made, or demo."`

	Up     upCommand     `cmd:"" help:"Make a cluster, or start one that exists, and wait until it is ready."`
	Status statusCommand `cmd:"" help:"Show the nodes of the cluster."`
	Start  startCommand  `cmd:"" help:"Start the cluster, or some of its nodes."`
	Stop   stopCommand   `cmd:"" help:"Stop the cluster, or some of its nodes."`
	Remove removeCommand `cmd:"" help:"Stop the cluster and delete its folder."`
	List   listCommand   `cmd:"" help:"List the clusters."`
	Switch switchCommand `cmd:"" help:"Make another cluster the one that commands mean."`

	Cut    cutCommand    `cmd:"" group:"Faults" help:"Let nothing through between two nodes or datacenters."`
	Delay  delayCommand  `cmd:"" group:"Faults" help:"Let everything between two nodes or datacenters take longer."`
	Drop   dropCommand   `cmd:"" group:"Faults" help:"Lose a share of what is sent between two nodes or datacenters."`
	Kill   killCommand   `cmd:"" group:"Faults" help:"End nodes or datacenters with kill -9; 'ccm start' brings them back."`
	Pause  pauseCommand  `cmd:"" group:"Faults" help:"Let nodes or datacenters hang in the middle of what they do."`
	Resume resumeCommand `cmd:"" group:"Faults" help:"Let paused nodes go on."`
	Clock  clockCommand  `cmd:"" group:"Faults" help:"Make the clock of a node or datacenter wrong."`
	Fail   failCommand   `cmd:"" group:"Faults" help:"Make the storage of a node or datacenter fail."`
	Heal   healCommand   `cmd:"" group:"Faults" help:"End all of these but kill, or those of the links between two nodes or datacenters."`

	Snapshot snapshotCommand `cmd:"" group:"Data" help:"Keep all data of the cluster, or list what is kept."`
	Restore  restoreCommand  `cmd:"" group:"Data" help:"Put a snapshot back, schema and roles included."`
	Reset    resetCommand    `cmd:"" group:"Data" help:"Make the cluster what it was when 'ccm up' had made it."`

	Node nodeCommand `cmd:"" help:"Do something with one node. 'ccm node1 ...' is short for 'ccm node node1 ...'."`
}

// app is what the commands work with.
type app struct {
	ctx         context.Context
	out, errOut io.Writer
	home        string
	// name is the cluster that --name asks for, may be empty.
	name string
}

// exitCode is the error of a program whose status ccm passes on.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

var nodeName = regexp.MustCompile(`^node[0-9]+$`)

func run(args []string, out, errOut io.Writer) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	var c commands
	code, done := 0, false
	parser, err := kong.New(&c, kong.Name("ccm"), kong.Description("Clusters on this machine."), kong.Writers(out, errOut), kong.UsageOnError(),
		kong.Exit(func(status int) { code, done = status, true }))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return 2
	}
	parsed, err := parser.Parse(expand(args))
	switch {
	case done:
		return code
	case err != nil:
		fmt.Fprintf(errOut, "ccm: %v\n", err)
		return 2
	}
	a := &app{ctx: ctx, out: out, errOut: errOut, name: c.Name, home: c.Dir}
	if a.home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			fmt.Fprintln(errOut, "ccm: there is no home directory: say where clusters live with --dir")
			return 1
		}
		a.home = filepath.Join(user, ".ccm-alexandra")
	}
	if a.home, err = filepath.Abs(a.home); err == nil {
		err = parsed.Run(a)
	}
	if status, ok := err.(exitCode); ok {
		return int(status)
	}
	if err != nil {
		fmt.Fprintf(errOut, "ccm: %v\n", err)
		return 1
	}
	return 0
}

// negative is a difference of time that looks like an option.
var negative = regexp.MustCompile(`^-[0-9.]`)

// behindDashes says of negative differences of time that they are no options.
func behindDashes(args []string) []string {
	i := slices.IndexFunc(args, negative.MatchString)
	if i < 0 || slices.Contains(args, "--") {
		return args
	}
	return slices.Insert(slices.Clone(args), i, "--")
}

// expand puts the command node in front of a node's name.
func expand(args []string) []string {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case nodeName.MatchString(a):
			return append(append(append([]string{}, args[:i]...), "node"), args[i:]...)
		case a == "clock":
			return append(args[:i+1:i+1], behindDashes(args[i+1:])...)
		case a == "--dir" || a == "--name" || a == "-n":
			i++
		case !strings.HasPrefix(a, "-"):
			return args
		}
	}
	return args
}
