// Package daemon is the body of the server process: command line, configuration, log, signals, exit codes.
//
// It is what CassandraDaemon and bin/cassandra are to Cassandra. Two programs contain it: alexandra (cmd/node), and ccm,
// which runs the nodes of its clusters with its own executable. Main returns the exit status; only the mains exit. It
// opens no port but the one that nodetool talks to; the rest is package node's.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"alexandra/internal/config"
	"alexandra/internal/node"
)

// Exit codes beside those of config.ConfigurationError.
const (
	exitUsage = 2
	// exitSignal and the signal's number is what a JVM returns when a signal ends it.
	exitSignal = 128
	// exitDisk is Cassandra's code for a disk in the wrong state.
	exitDisk = 3
)

const (
	// stopPatience is how long running requests may go on once the process was told to end.
	stopPatience = 500 * time.Millisecond
	// stopLimit ends a process whose Stop hangs.
	stopLimit = 10 * time.Second
)

// options are the command line. Names are those of bin/cassandra where it has them.
type options struct {
	Config     string            `short:"c" name:"config" placeholder:"FILE" help:"The cassandra.yaml to read (${default_config})."`
	Test       bool              `short:"t" help:"Check the configuration, say what is wrong with it, and exit."`
	Version    bool              `short:"v" help:"Print the version and exit."`
	Define     map[string]string `short:"D" mapsep:"none" placeholder:"NAME=VALUE" help:"Override an option of cassandra.yaml or set a system property of Cassandra; may be repeated."`
	PidFile    string            `short:"p" name:"pidfile" placeholder:"FILE" help:"Write the process id into this file."`
	Foreground bool              `short:"f" help:"Accepted as Cassandra's start script does; the server always stays in the foreground."`
	Root       bool              `short:"R" help:"Accepted as Cassandra's start script does; any user may run the server."`
	Quiet      bool              `hidden:"" help:"Log to the file only."`
}

// Main runs a node until a signal, nodetool stopdaemon or a failure ends it, and returns the exit status. args are the
// arguments behind the program's name.
func Main(args []string, stdout, stderr io.Writer) int {
	o, done, code := parse(args, stdout, stderr)
	switch {
	case done:
		return code
	case o.Version:
		fmt.Fprintln(stdout, node.ReleaseVersion)
		return 0
	case o.Test:
		return check(o, stdout, stderr)
	}
	p := &process{options: o, stdout: stdout, stderr: stderr, level: &slog.LevelVar{}}
	return p.run()
}

// parse reads the command line; done says that there is nothing left to do but to exit with code.
func parse(args []string, stdout, stderr io.Writer) (o *options, done bool, code int) {
	o = &options{}
	parser, err := kong.New(o,
		kong.Name("alexandra"), kong.Description("A database node that speaks to Apache Cassandra's drivers and tools."),
		kong.Vars{"default_config": config.DefaultPath}, kong.Writers(stdout, stderr), kong.Exit(func(c int) { done, code = true, c }))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return o, true, exitUsage
	}
	if _, err := parser.Parse(normalize(args)); err != nil && !done {
		fmt.Fprintf(stderr, "alexandra: %v\nSee 'alexandra --help'.\n", err)
		return o, true, exitUsage
	}
	return o, done, code
}

// normalize lets long options have one dash, as Java programs are used to.
func normalize(args []string) []string {
	out := make([]string, 0, len(args))
	for _, a := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		switch name {
		case "config", "version", "test", "pidfile", "help":
			a = "-" + a
		}
		out = append(out, a)
	}
	return out
}

// overrides are the -D pairs: those of JVM_EXTRA_OPTS, which Cassandra's start script passes on, under those of the
// command line. One without a value is empty, as in Java.
func (o *options) overrides() map[string]string {
	all := map[string]string{}
	for _, word := range strings.Fields(os.Getenv("JVM_EXTRA_OPTS")) {
		if pair, ok := strings.CutPrefix(word, "-D"); ok {
			name, value, _ := strings.Cut(pair, "=")
			all[name] = value
		}
	}
	maps.Copy(all, o.Define)
	if o.PidFile != "" {
		all["cassandra-pidfile"] = o.PidFile
	}
	return all
}

// check is -t.
func check(o *options, stdout, stderr io.Writer) int {
	cfg, notices, err := config.Load(o.Config, o.overrides())
	if err == nil {
		err = node.Check(cfg, slog.New(newLineHandler(stderr, slog.LevelWarn)))
	}
	for _, n := range notices {
		fmt.Fprintf(stdout, "%s: %s\n", n.Level, n.Msg)
	}
	if err != nil {
		return reportFailure(err, stdout, stderr, slog.New(slog.DiscardHandler))
	}
	fmt.Fprintf(stdout, "%s: the configuration is right\n", strings.TrimPrefix(cfg.Source, "file:"))
	return 0
}

// process is one run of the server.
type process struct {
	*options
	stdout, stderr io.Writer
	level          *slog.LevelVar
	log            *slog.Logger
	errors         atomic.Int64
	broken         bool // the disk failed
	// stop is what nodetool stopdaemon calls.
	stop context.CancelFunc
}

func (p *process) run() int {
	defer tuneMemory()()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	cfg, logs, err := p.open()
	defer logs.Close()
	if err != nil {
		return p.failed(err)
	}
	code := p.serve(cfg, signals)
	if !p.broken { // else its pid file says that it did not end by itself
		p.removePid(cfg)
	}
	return code
}

// open reads the configuration, opens the log, and writes the pid file. The log is to be closed also after an error.
func (p *process) open() (*config.Config, io.Closer, error) {
	cfg, notices, err := config.Load(p.Config, p.overrides())
	logs, logErr := p.openLog(cfg)
	if logErr != nil {
		return nil, io.NopCloser(nil), config.Refuse(logErr.Error())
	}
	if err == nil {
		err = p.writePid(cfg)
	}
	if err != nil {
		return nil, logs, err
	}
	p.log.Info("Configuration location: " + cfg.Source)
	for _, n := range notices {
		p.log.Log(context.Background(), n.Level, n.Msg)
	}
	return cfg, logs, nil
}

// serve runs the node of a configuration that was read.
func (p *process) serve(cfg *config.Config, signals <-chan os.Signal) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.stop = cancel
	ended := make(chan int, 1)
	go func() {
		select {
		case s := <-signals:
			signal.Reset() // a second one ends the process at once
			number, _ := s.(syscall.Signal)
			ended <- exitSignal + int(number)
			cancel()
		case <-ctx.Done():
			ended <- 0
		}
	}()
	broken := make(chan error, 1)
	n, err := node.New(cfg, node.Options{Log: p.log, Fatal: func(err error) {
		select {
		case broken <- err:
		default:
		}
	}})
	if err != nil {
		return p.failed(err)
	}
	admin, err := p.serveAdmin(cfg, n)
	if err != nil {
		p.end(n)
		return p.failed(err)
	}
	defer admin.Stop()
	if err := n.Start(ctx); err != nil {
		p.end(n)
		if ctx.Err() != nil {
			return <-ended
		}
		return p.failed(err)
	}
	select {
	case <-ctx.Done():
	case err := <-broken:
		p.log.Error("The disk failed; the node stops at once", "error", err)
		p.broken = true
		return exitDisk
	}
	p.end(n)
	p.log.Info("Cassandra shutdown complete")
	return <-ended
}

// end stops a node, or gives up on it.
func (p *process) end(n *node.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- n.Stop(ctx) }()
	select {
	case err := <-done:
		if err != nil {
			p.log.Warn("the node did not stop cleanly", "error", err)
		}
	case <-time.After(stopLimit):
		p.log.Warn("the node did not stop in time; what it has written is safe")
	}
}

func (p *process) failed(err error) int { return reportFailure(err, p.stdout, p.stderr, p.log) }

// reportFailure prints why the node did not start, as Cassandra does, and returns the exit status.
func reportFailure(err error, stdout, stderr io.Writer, log *slog.Logger) int {
	var e *config.ConfigurationError
	if !errors.As(err, &e) {
		e = config.Fatal(err.Error())
		e.JavaClass = "java.lang.RuntimeException"
	}
	switch e.ExitCode {
	case config.ExitJoin:
		log.Error("Fatal configuration error: " + e.Error())
		fmt.Fprintf(stderr, "%s\nFatal configuration error; unable to start server.  See log for stacktrace.\n", e.Error())
	case config.ExitWrongState:
		log.Error(e.Error())
		fmt.Fprintln(stderr, e.Error())
	default:
		fmt.Fprintf(stdout, "Exception (%s) encountered during startup: %s\n", e.JavaClass, e.Msg)
		fmt.Fprintln(stderr, e.Error())
		log.Error("Exception encountered during startup: " + e.Error())
	}
	return e.ExitCode
}

func (p *process) writePid(cfg *config.Config) error {
	file := cfg.Properties.PidFile
	if file == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("pid file: %w", err)
	}
	// Whoever polls for the file finds it whole or not at all.
	temporary := file + ".new"
	if err := os.WriteFile(temporary, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return fmt.Errorf("pid file: %w", err)
	}
	if err := os.Rename(temporary, file); err != nil {
		return fmt.Errorf("pid file: %w", err)
	}
	return nil
}

func (p *process) removePid(cfg *config.Config) {
	if file := cfg.Properties.PidFile; file != "" {
		if text, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(os.Getpid()) {
			_ = os.Remove(file)
		}
	}
}
