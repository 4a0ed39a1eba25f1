package testnode

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
)

// Log keeps what a node logs, over its restarts. With ALEXANDRA_TEST_LOG in the environment it goes to standard error,
// too, with every detail.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write adds lines.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is everything so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Contains says whether a text was logged.
func (l *Log) Contains(text string) bool { return strings.Contains(l.String(), text) }

// Tail is the last n lines.
func (l *Log) Tail(n int) string {
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func (l *Log) handler() slog.Handler {
	keep := slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: shortTime})
	if os.Getenv("ALEXANDRA_TEST_LOG") == "" {
		return keep
	}
	return slog.NewMultiHandler(keep, slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func shortTime(groups []string, a slog.Attr) slog.Attr {
	if slices.Equal(groups, nil) && a.Key == slog.TimeKey {
		a.Value = slog.StringValue(a.Value.Time().Format("15:04:05.000"))
	}
	return a
}
