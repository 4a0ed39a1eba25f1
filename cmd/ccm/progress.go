package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// steps shows what goes on: moving on a terminal, as plain lines elsewhere.
type steps struct {
	out    io.Writer
	writer progress.Writer
	done   chan struct{}
}

func newSteps(out io.Writer) *steps {
	s := &steps{out: out}
	if !isTerminal(out) {
		return s
	}
	s.writer, s.done = progress.NewWriter(), make(chan struct{})
	s.writer.SetOutputWriter(out)
	s.writer.SetUpdateFrequency(50 * time.Millisecond)
	s.writer.SetTrackerLength(20)
	s.writer.SetMessageLength(40)
	s.writer.Style().Visibility.Percentage = false
	s.writer.Style().Visibility.Value = false
	s.writer.Style().Visibility.ETA = false
	go func() {
		defer close(s.done)
		s.writer.Render()
	}()
	return s
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// do runs one step and shows it. Steps may run at the same time.
func (s *steps) do(what string, f func() error) error {
	if s.writer == nil {
		if err := f(); err != nil {
			return err
		}
		fmt.Fprintln(s.out, what)
		return nil
	}
	t := &progress.Tracker{Message: what}
	s.writer.AppendTracker(t)
	err := f()
	if err != nil {
		t.MarkAsErrored()
		return err
	}
	t.MarkAsDone()
	return nil
}

// close leaves the last picture on the terminal.
func (s *steps) close() {
	if s.writer == nil {
		return
	}
	s.writer.Stop()
	<-s.done
}
