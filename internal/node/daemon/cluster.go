package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"

	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/node"
)

// Member is one of the nodes that share a process.
type Member struct {
	Name string
	// Args are what Main takes.
	Args []string
	// Startup is where the node's standard output goes.
	Startup string
	// Down leaves it to admin.ProcessOp to start the node.
	Down bool
}

// startsAtOnce is how many nodes of one process start at the same time, once the first one is there.
const startsAtOnce = 16

// Cluster runs nodes in one process until a signal ends it, and returns the exit status. The port of nodetool is open for
// every node, also while the node itself is down: that is how it is started again.
func Cluster(members []Member, stderr io.Writer) int {
	defer tuneMemory()()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	all := make([]*member, len(members))
	for i, m := range members {
		var err error
		if all[i], err = openMember(m); err != nil {
			fmt.Fprintln(stderr, err)
			return exitUsage
		}
		defer all[i].close()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := make(chan struct{})
	go func() {
		defer close(started)
		startMembers(ctx, all)
	}()
	s := <-signals
	signal.Reset()
	cancel()
	<-started
	var group sync.WaitGroup
	for _, m := range all {
		group.Go(m.stop)
	}
	group.Wait()
	number, _ := s.(syscall.Signal)
	return exitSignal + int(number)
}

// startMembers starts the first node, which is the seed, and then the others. What fails is said in the node's own log;
// the others go on.
func startMembers(ctx context.Context, all []*member) {
	all = slices.DeleteFunc(slices.Clone(all), func(m *member) bool { return m.Down })
	var group sync.WaitGroup
	slots := make(chan struct{}, startsAtOnce)
	for i, m := range all {
		if i == 0 {
			_ = m.start(ctx)
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			_ = m.start(ctx)
		})
	}
	group.Wait()
}

// member is a node that comes and goes within the process.
type member struct {
	Member
	admin *admin.Server
	out   *os.File

	changing sync.Mutex // held while the node is started or stopped

	mu      sync.Mutex
	process *process
	cfg     *config.Config
	logs    io.Closer
	node    *node.Node // nil while it is down
}

// openMember opens the port of nodetool.
func openMember(m Member) (*member, error) {
	out, err := os.Create(m.Startup)
	if err != nil {
		return nil, err
	}
	x := &member{Member: m, out: out}
	if err := x.openAdmin(); err != nil {
		x.close()
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return x, nil
}

func (m *member) openAdmin() error {
	o, _, code := parse(m.Args, m.out, m.out)
	if code != 0 {
		return errors.New("its command line is wrong")
	}
	cfg, _, err := config.Load(o.Config, o.overrides())
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(cfg.AdminAddress)
	if err != nil {
		return err
	}
	m.admin, err = admin.Serve(admin.ServerConfig{
		Listen: netip.AddrPortFrom(addr, uint16(cfg.AdminPort)), Current: m.operations, PasswordFile: cfg.AdminPasswordFile,
	})
	return err
}

func (m *member) close() {
	if m.admin != nil {
		m.admin.Stop()
	}
	_ = m.out.Close()
}

// operations are the running node's, and those of the process around it.
func (m *member) operations(name string) (admin.Operations, error) {
	m.mu.Lock()
	n, p := m.node, m.process
	m.mu.Unlock()
	if n == nil && name != admin.ProcessOp.Name {
		return nil, admin.Failed("%s does not run", m.Name)
	}
	return memberOperations{operations{n, p}, m}, nil
}

// memberOperations replaces what concerns the process.
type memberOperations struct {
	operations
	member *member
}

// StopDaemon ends the node, but not the process.
func (o memberOperations) StopDaemon(context.Context, admin.None) (admin.None, error) {
	go o.member.stop()
	return admin.None{}, nil
}

// Process implements admin.Operations.
func (o memberOperations) Process(_ context.Context, r admin.Process) (admin.None, error) {
	switch r.Action {
	case admin.ProcessStart:
		// The node outlives the request.
		return admin.None{}, o.member.start(context.Background())
	case admin.ProcessStop:
		o.member.stop()
	case admin.ProcessKill:
		o.member.kill()
	default:
		return admin.None{}, admin.Usage("a node can be started, stopped and killed, but not %q", r.Action)
	}
	return admin.None{}, nil
}

// start starts the node; a node that runs is left alone.
func (m *member) start(ctx context.Context) error {
	m.changing.Lock()
	defer m.changing.Unlock()
	if m.node != nil || ctx.Err() != nil {
		return nil
	}
	err := m.run(ctx)
	if err != nil {
		reportFailure(err, m.out, m.out, m.process.log)
		m.end(func(n *node.Node) error { return n.Crash() })
		if m.cfg != nil {
			m.process.removePid(m.cfg)
		}
	}
	return err
}

// run opens everything and starts the node; after an error what is open is left to end.
func (m *member) run(ctx context.Context) error {
	o, _, _ := parse(m.Args, m.out, m.out)
	p := &process{options: o, stdout: m.out, stderr: m.out, level: &slog.LevelVar{}, log: slog.New(slog.DiscardHandler)}
	p.stop = func() { go m.stop() }
	cfg, logs, err := p.open()
	m.mu.Lock()
	m.process, m.cfg, m.logs = p, cfg, logs
	m.mu.Unlock()
	if err != nil {
		return err
	}
	n, err := node.New(cfg, node.Options{Log: p.log, Fatal: func(err error) {
		p.log.Error("The disk failed; the node stops at once", "error", err)
		go m.kill()
	}})
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.node = n
	m.mu.Unlock()
	return n.Start(ctx)
}

// end takes the node away and ends it.
func (m *member) end(how func(*node.Node) error) {
	m.mu.Lock()
	n, logs := m.node, m.logs
	m.node, m.logs = nil, nil
	m.mu.Unlock()
	if n != nil {
		if err := how(n); err != nil {
			m.process.log.Warn("the node did not stop cleanly", "error", err)
		}
	}
	if logs != nil {
		_ = logs.Close()
	}
}

// stop ends the node as a signal would.
func (m *member) stop() {
	m.changing.Lock()
	defer m.changing.Unlock()
	m.end(func(n *node.Node) error {
		m.process.end(n)
		return nil
	})
	if m.cfg != nil {
		m.process.removePid(m.cfg)
	}
}

// kill ends the node without a word to anybody. Its pid file stays, and says that nobody is behind it.
func (m *member) kill() {
	m.changing.Lock()
	defer m.changing.Unlock()
	m.end(func(n *node.Node) error { return n.Crash() })
	if m.cfg != nil && m.cfg.Properties.PidFile != "" {
		_ = os.WriteFile(m.cfg.Properties.PidFile, []byte("0\n"), 0o644)
	}
}
