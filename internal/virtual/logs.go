package virtual

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// LogLine is one line of the node's log.
type LogLine struct {
	Time                   time.Time
	Level, Logger, Message string // Level as ERROR, WARN, INFO, DEBUG
}

// Logs keeps the last lines of the log. Safe for concurrent use; make it with NewLogs.
type Logs struct {
	mu    sync.Mutex
	lines []LogLine
	next  int // where the next line goes once capacity is reached
	limit int
}

// DefaultLogLines is how many lines a node keeps.
const DefaultLogLines = 10_000

// NewLogs keeps limit lines, at least one.
func NewLogs(limit int) *Logs { return &Logs{limit: max(limit, 1)} }

// Add keeps a line; the oldest one makes room.
func (l *Logs) Add(line LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) < l.limit {
		l.lines = append(l.lines, line)
		return
	}
	l.lines[l.next] = line
	l.next = (l.next + 1) % l.limit
}

// Lines are the lines that are kept, oldest first.
func (l *Logs) Lines() []LogLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.lines[l.next:], l.lines[:l.next])
}

// Clear forgets all lines.
func (l *Logs) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines, l.next = nil, 0
}

// Handler is a log handler that keeps lines of level info and above here and gives everything to next. The attribute
// "logger" names the logger; the others follow the message.
func (l *Logs) Handler(next slog.Handler) slog.Handler { return &logHandler{logs: l, next: next} }

type logHandler struct {
	logs   *Logs
	next   slog.Handler
	logger string
	prefix string // of attributes inside groups
	attrs  string // given by With, rendered
}

func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || h.next.Enabled(ctx, level)
}

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo {
		line := LogLine{Time: r.Time, Level: levelName(r.Level), Logger: h.logger}
		text := strings.Builder{}
		text.WriteString(r.Message + h.attrs)
		r.Attrs(func(a slog.Attr) bool {
			h.write(&text, &line.Logger, h.prefix, a)
			return true
		})
		line.Message = text.String()
		if line.Logger == "" {
			line.Logger = "alexandra"
		}
		h.logs.Add(line)
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func (h *logHandler) write(text *strings.Builder, logger *string, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range v.Group() {
			h.write(text, logger, prefix, inner)
		}
	case a.Key == "logger" && prefix == "":
		*logger = v.String()
	default:
		fmt.Fprintf(text, " %s%s=%s", prefix, a.Key, v.String())
	}
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := *h
	out.next = h.next.WithAttrs(attrs)
	text := strings.Builder{}
	text.WriteString(h.attrs)
	for _, a := range attrs {
		h.write(&text, &out.logger, h.prefix, a)
	}
	out.attrs = text.String()
	return &out
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	out := *h
	out.next = h.next.WithGroup(name)
	out.prefix += name + "."
	return &out
}

func levelName(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "ERROR"
	case l >= slog.LevelWarn:
		return "WARN"
	case l >= slog.LevelInfo:
		return "INFO"
	}
	return "DEBUG"
}
