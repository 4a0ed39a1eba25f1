package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopLimit is how long a node may take to stop before it is killed.
const stopLimit = 10 * time.Second

// checkPorts says in one sentence why nodes could not listen.
func checkPorts(nodes []node) error {
	for _, n := range nodes {
		for _, port := range []uint16{storagePort, nativePort, adminPort} {
			where := netip.AddrPortFrom(n.Address, port)
			l, err := net.Listen("tcp", where.String())
			switch {
			case err == nil:
				_ = l.Close()
			case errors.Is(err, syscall.EADDRNOTAVAIL):
				return fmt.Errorf("%s is no address of this machine: add it first (macOS: sudo ifconfig lo0 alias %s up), or choose others with --first-ip", n.Address, n.Address)
			case errors.Is(err, syscall.EADDRINUSE):
				return fmt.Errorf("%s is in use by another program: stop it, or choose other addresses with --first-ip", where)
			default:
				return fmt.Errorf("%s cannot listen on %s: %w", n.Name, where, err)
			}
		}
	}
	return nil
}

// installBinary puts this executable into the cluster's folder: "go run" deletes its own when it ends, and a new build must
// not disturb nodes that run.
func (c *cluster) installBinary() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.binary()), 0o755); err != nil {
		return err
	}
	fresh := c.binary() + ".new"
	_ = os.Remove(fresh)
	if err := os.Link(self, fresh); err != nil {
		if err := copyFile(self, fresh); err != nil {
			return err
		}
	}
	return os.Rename(fresh, c.binary())
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}

// running is a node that was started by this command.
type running struct {
	*node
	// exited is closed when the process has ended.
	exited chan struct{}
}

// arguments are the command line of a node's process.
func (n *node) arguments() []string {
	args := []string{
		runNode, "--quiet", "-config", n.conf(), "-pidfile", n.pidFile(),
		"-Dcassandra.logdir=" + filepath.Join(n.dir, "logs"), "-Dcassandra.storagedir=" + filepath.Join(n.dir, "data"),
		"-Dcassandra.ring_delay_ms=0", "-Dcassandra.superuser_setup_delay_ms=0", "-Dcassandra.skip_wait_for_gossip_to_settle=0",
		"-Dcassandra.consistent.rangemovement=false", // nodes are started at the same time
	}
	if n.fresh {
		args = append(args, "-Dauto_bootstrap=false")
	}
	return args
}

// launch starts the process of a node in a session of its own.
func (c *cluster) launch(n *node) (*running, error) {
	out, err := os.Create(n.startup())
	if err != nil {
		return nil, err
	}
	defer out.Close()
	_ = os.Remove(n.pidFile())
	cmd := exec.Command(c.binary(), n.arguments()...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, n.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s could not be started: %w", n.Name, err)
	}
	r := &running{node: n, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(r.exited)
	}()
	return r, nil
}

// failure is the sentence with which a process ended.
func (n *node) failure() error {
	text, _ := os.ReadFile(n.startup())
	why := "without a word"
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			why = line
			break
		}
	}
	if _, msg, ok := strings.Cut(why, "encountered during startup: "); ok {
		why = msg
	}
	return fmt.Errorf("%s ended while it started: %s (see %s)", n.Name, why, n.logFile())
}

// pid is the process of a node; 0 when none runs.
func (n *node) pid() int {
	text, err := os.ReadFile(n.pidFile())
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 || syscall.Kill(pid, 0) != nil || !n.owns(pid) {
		return 0
	}
	return pid
}

// owns makes sure that a process is the node's and did not merely get the number of a dead one.
func (n *node) owns(pid int) bool {
	if n.inProcess {
		return strings.Contains(commandLine(pid), (&cluster{dir: filepath.Dir(n.dir)}).mark())
	}
	return strings.Contains(commandLine(pid), n.conf())
}

// awaitPorts waits until the ports of a process that has just ended are free: it loses its memory, and with it its command
// line, before its sockets.
func (n *node) awaitPorts() {
	for deadline := time.Now().Add(time.Second); checkPorts([]node{*n}) != nil && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

// died says that the node's process ended without being told to: its pid file is still there.
func (n *node) died() bool { return n.pid() == 0 && exists(n.pidFile()) }

// terminate asks a node to stop, waits, and kills it when it does not.
func (n *node) terminate() error {
	pid := n.pid()
	if pid == 0 {
		_ = os.Remove(n.pidFile())
		return nil
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("%s could not be stopped: %w", n.Name, err)
	}
	for deadline := time.Now().Add(stopLimit); ; time.Sleep(5 * time.Millisecond) {
		if n.pid() == 0 {
			_ = os.Remove(n.pidFile())
			n.awaitPorts()
			return nil
		}
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			_ = os.Remove(n.pidFile())
			return fmt.Errorf("%s did not stop within %s and was killed", n.Name, stopLimit)
		}
	}
}
