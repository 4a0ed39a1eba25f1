package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lmittmann/tint"

	"alexandra/internal/config"
)

const (
	logFile = "system.log"
	// logSize is the size at which a log file is set aside, and logKeep how many of those are kept.
	logSize = 50 << 20
	logKeep = 10
)

// openLog makes p.log: the file system.log in the folder of -Dcassandra.logdir, or in the folder logs beside the data, and
// the terminal. cfg is nil when the configuration could not be read; then there is a file only when the folder was named.
func (p *process) openLog(cfg *config.Config) (io.Closer, error) {
	p.log = slog.New(p.console())
	dir, named := p.Define["cassandra.logdir"]
	switch {
	case cfg == nil && !named:
		return io.NopCloser(nil), nil
	case !named:
		dir = filepath.Join(besideData(cfg), "logs")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot write the log: %w", err)
	}
	file, err := openRolling(filepath.Join(dir, logFile))
	if err != nil {
		return nil, fmt.Errorf("cannot write the log: %w", err)
	}
	p.log = slog.New(fanout{newLineHandler(file, p.level), p.console(), countErrors{&p.errors}})
	return file, nil
}

// besideData is the folder that holds the data directory.
func besideData(cfg *config.Config) string {
	if root := cfg.Properties.StorageDir; len(cfg.DataFileDirectories) == 0 || cfg.DataFileDirectories[0] == filepath.Join(root, "data") {
		return filepath.Dir(root)
	}
	return filepath.Dir(cfg.DataFileDirectories[0])
}

// console is the handler for standard output: coloured on a terminal, else as the file, so that a container's log reads
// like Cassandra's.
func (p *process) console() slog.Handler {
	file, ok := p.stdout.(*os.File)
	if p.Quiet || p.stdout == nil {
		return slog.DiscardHandler
	}
	if info, err := statOf(file, ok); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return tint.NewTextHandler(file, &tint.Options{Level: p.level, TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""})
	}
	return newLineHandler(p.stdout, p.level)
}

func statOf(f *os.File, ok bool) (os.FileInfo, error) {
	if !ok {
		return nil, os.ErrInvalid
	}
	return f.Stat()
}

// lineHandler writes records as Cassandra's shipped logback.xml does, so that tools which read system.log understand it:
//
//	INFO  [main] 2026-11-22 08:14:10,967 start.go:148 - message key=value
type lineHandler struct {
	level slog.Leveler
	mu    *sync.Mutex
	out   io.Writer
	// attrs is the text of attributes given beforehand, group the prefix of names.
	attrs, group string
}

func newLineHandler(out io.Writer, level slog.Leveler) *lineHandler {
	return &lineHandler{level: level, mu: &sync.Mutex{}, out: out}
}

// Enabled implements slog.Handler.
func (h *lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle implements slog.Handler.
func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-5s [%s] %s %s - %s", levelName(r.Level), "main", strings.Replace(r.Time.Format("2006-01-02 15:04:05.000"), ".", ",", 1), place(r.PC), r.Message)
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&b, h.group, a)
		return true
	})
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.out, b.String())
	return err
}

// WithAttrs implements slog.Handler.
func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		appendAttr(&b, h.group, a)
	}
	n := *h
	n.attrs += b.String()
	return &n
}

// WithGroup implements slog.Handler.
func (h *lineHandler) WithGroup(name string) slog.Handler {
	n := *h
	if name != "" {
		n.group += name + "."
	}
	return &n
}

func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelDebug:
		return "TRACE"
	case l < slog.LevelInfo:
		return "DEBUG"
	case l < slog.LevelWarn:
		return "INFO"
	case l < slog.LevelError:
		return "WARN"
	}
	return "ERROR"
}

// place is the file and line that logged.
func place(pc uintptr) string {
	if pc == 0 {
		return "?:?"
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
}

func appendAttr(b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			appendAttr(b, group, inner)
		}
		return
	}
	if a.Key == "" {
		return
	}
	text := v.String()
	if text == "" || strings.ContainsAny(text, " \t\r\n\"=") {
		text = strconv.Quote(text)
	}
	b.WriteByte(' ')
	b.WriteString(group + a.Key + "=" + text)
}

// fanout hands records to several handlers.
type fanout []slog.Handler

// Enabled implements slog.Handler.
func (f fanout) Enabled(ctx context.Context, l slog.Level) bool {
	for _, h := range f {
		if h.Enabled(ctx, l) {
			return true
		}
	}
	return false
}

// Handle implements slog.Handler.
func (f fanout) Handle(ctx context.Context, r slog.Record) error {
	var first error
	for _, h := range f {
		if !h.Enabled(ctx, r.Level) {
			continue
		}
		if err := h.Handle(ctx, r.Clone()); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// WithAttrs implements slog.Handler.
func (f fanout) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make(fanout, len(f))
	for i, h := range f {
		out[i] = h.WithAttrs(attrs)
	}
	return out
}

// WithGroup implements slog.Handler.
func (f fanout) WithGroup(name string) slog.Handler {
	out := make(fanout, len(f))
	for i, h := range f {
		out[i] = h.WithGroup(name)
	}
	return out
}

// countErrors counts records of level error: what nodetool info calls exceptions.
type countErrors struct{ n *atomic.Int64 }

// Enabled implements slog.Handler.
func (countErrors) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle implements slog.Handler.
func (c countErrors) Handle(context.Context, slog.Record) error { c.n.Add(1); return nil }

// WithAttrs implements slog.Handler.
func (c countErrors) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup implements slog.Handler.
func (c countErrors) WithGroup(string) slog.Handler { return c }

// rolling is a log file that starts anew when it is large: system.log.1 is the one before, system.log.2 the one before that.
type rolling struct {
	path string
	mu   sync.Mutex
	file *os.File
	size int64
}

func openRolling(path string) (*rolling, error) {
	r := &rolling{path: path}
	return r, r.open()
}

func (r *rolling) open() error {
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	r.file, r.size = f, info.Size()
	return nil
}

// Write implements io.Writer.
func (r *rolling) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size > logSize {
		r.roll()
	}
	n, err := r.file.Write(p)
	r.size += int64(n)
	return n, err
}

// roll sets the file aside. When that fails, the old file goes on.
func (r *rolling) roll() {
	name := func(i int) string { return r.path + "." + strconv.Itoa(i) }
	for i := logKeep - 1; i >= 1; i-- {
		_ = os.Rename(name(i), name(i+1))
	}
	if os.Rename(r.path, name(1)) != nil {
		r.size = 0
		return
	}
	old := r.file
	if r.open() == nil {
		_ = old.Close()
	}
}

// Close implements io.Closer.
func (r *rolling) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.file.Close()
}
