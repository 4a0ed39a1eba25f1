package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"alexandra/internal/admin"
	"alexandra/internal/node/daemon"
)

// A cluster made with --in-process is one process, run with the hidden command run-nodes and the cluster's folder. Each
// node still has its own folder, addresses, log and pid file, whose process is the common one.

// runNodes is the hidden command that turns this process into all nodes of a cluster. Those that are named are started at
// once, the others when they are asked for.
const runNodes = "run-nodes"

func (c *cluster) pidFile() string { return filepath.Join(c.dir, "cluster.pid") }

// process is the common process of all nodes; 0 when it does not run.
func (c *cluster) process() int {
	if !c.InProcess {
		return 0
	}
	text, err := os.ReadFile(c.pidFile())
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 || syscall.Kill(pid, 0) != nil || !strings.Contains(commandLine(pid), c.mark()) {
		return 0
	}
	return pid
}

// mark is what the command line of the common process contains.
func (c *cluster) mark() string { return " " + runNodes + " " + c.dir + " " }

// serveNodes is the body of the common process.
func serveNodes(args []string, errOut io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(errOut, "ccm: run-nodes needs the folder of a cluster")
		return 2
	}
	a := &app{home: filepath.Dir(args[0])}
	c, err := a.load(filepath.Base(args[0]))
	if err == nil {
		err = os.WriteFile(c.pidFile(), []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644)
	}
	if err != nil {
		fmt.Fprintf(errOut, "ccm: %v\n", err)
		return 1
	}
	defer os.Remove(c.pidFile())
	var members []daemon.Member
	for _, n := range c.nodes() {
		members = append(members, daemon.Member{
			Name: n.Name, Args: n.arguments()[1:], Startup: n.startup(), Down: !slices.Contains(args[1:], n.Name),
		})
	}
	return daemon.Cluster(members, errOut)
}

// arguments are the command line of the process that a node runs in.
func (c *cluster) arguments(n *node) []string {
	if c.InProcess {
		return []string{runNodes, c.dir}
	}
	return n.arguments()
}

// member starts, stops or kills a node in the common process.
func (a *app) member(n *node, action string) error {
	ctx, cancel := context.WithTimeout(a.ctx, upLimit)
	defer cancel()
	_, err := admin.ProcessOp.Call(ctx, n.admin(), admin.Process{Action: action})
	return err
}

// launchAll starts the common process with some of the nodes, or those nodes in it when it runs already.
func (a *app) launchAll(c *cluster, nodes []*node) ([]*running, error) {
	exited := make(chan struct{})
	var out []*running
	for _, n := range nodes {
		_ = os.Remove(n.pidFile())
		out = append(out, &running{node: n, exited: exited})
	}
	if c.process() != 0 {
		for _, r := range out {
			r.exited = make(chan struct{})
			go func() {
				if a.member(r.node, admin.ProcessStart) != nil {
					close(r.exited)
				}
			}()
		}
		return out, nil
	}
	log, err := os.Create(filepath.Join(c.dir, "startup.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(c.binary(), runNodes, c.dir)
	for _, n := range nodes {
		_ = os.Remove(n.startup())
		cmd.Args = append(cmd.Args, n.Name)
	}
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cluster %s could not be started: %w", c.Name, err)
	}
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	for deadline := time.Now().Add(stopLimit); c.process() == 0; time.Sleep(time.Millisecond) {
		select {
		case <-exited:
			text, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("cluster %s ended while it started: %s", c.Name, strings.TrimPrefix(strings.TrimSpace(string(text)), "ccm: "))
		default:
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("cluster %s does not start: see %s", c.Name, log.Name())
		}
	}
	return out, nil
}

// stopNodes stops nodes: their processes, or the nodes within the common one, which ends with the last of them.
func (a *app) stopNodes(c *cluster, nodes []*node) error {
	pid := c.process()
	if pid == 0 {
		return stopAll(nodes)
	}
	left := slices.DeleteFunc(c.nodes(), func(n *node) bool { return n.pid() == 0 || slices.Contains(nodes, n) })
	if len(left) > 0 {
		return each(slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.pid() == 0 }), func(n *node) error {
			return a.member(n, admin.ProcessStop)
		})
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("cluster %s could not be stopped: %w", c.Name, err)
	}
	var err error
	for deadline := time.Now().Add(3 * stopLimit); c.process() != 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			err = errors.Join(err, fmt.Errorf("cluster %s did not stop within %s and was killed", c.Name, 3*stopLimit))
			break
		}
	}
	for _, n := range nodes {
		_ = os.Remove(n.pidFile())
	}
	_ = os.Remove(c.pidFile())
	return err
}

// commandLine is a process's, with one blank around each argument; empty when it cannot be read.
func commandLine(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		if text, err = exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output(); err != nil {
			return ""
		}
		return " " + strings.TrimSpace(string(text)) + " "
	}
	return " " + strings.ReplaceAll(string(text), "\x00", " ")
}
