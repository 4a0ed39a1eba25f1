package storage

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// handedOver is how writes are committed with SyncMode Periodic: the log is written before the call returns, so that
// a killed process loses nothing, but the disk is not waited for, because lazyLog puts the sync off. Without a sync
// request Pebble would keep up to a block of the log in the process.
var handedOver = &pebble.WriteOptions{Sync: true}

// lazyLog is a file system that puts off the syncs of the write-ahead log until flush. All other files are synced when
// Pebble asks for it.
type lazyLog struct {
	vfs.FS

	mu   sync.Mutex
	open map[*logFile]struct{}
}

func newLazyLog(fs vfs.FS) *lazyLog { return &lazyLog{FS: fs, open: map[*logFile]struct{}{}} }

// Unwrap implements vfs.FS.
func (l *lazyLog) Unwrap() vfs.FS { return l.FS }

// Create implements vfs.FS.
func (l *lazyLog) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := l.FS.Create(name, category)
	return l.wrap(name, f, err)
}

// ReuseForWrite implements vfs.FS.
func (l *lazyLog) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := l.FS.ReuseForWrite(oldname, newname, category)
	return l.wrap(newname, f, err)
}

func (l *lazyLog) wrap(name string, f vfs.File, err error) (vfs.File, error) {
	if err != nil || filepath.Ext(name) != ".log" {
		return f, err
	}
	lf := &logFile{File: f, fs: l}
	l.mu.Lock()
	l.open[lf] = struct{}{}
	l.mu.Unlock()
	return lf, nil
}

// flush returns when all that was written to logs is on the disk.
func (l *lazyLog) flush() error {
	l.mu.Lock()
	files := make([]*logFile, 0, len(l.open))
	for f := range l.open {
		files = append(files, f)
	}
	l.mu.Unlock()
	var errs []error
	for _, f := range files {
		errs = append(errs, f.flush())
	}
	return errors.Join(errs...)
}

// logFile is one file of the log.
type logFile struct {
	vfs.File
	fs    *lazyLog
	dirty atomic.Bool

	mu     sync.Mutex // held while the file is synced or closed
	closed bool
}

// Write implements vfs.File.
func (f *logFile) Write(b []byte) (int, error) {
	f.dirty.Store(true)
	return f.File.Write(b)
}

// Sync implements vfs.File: later.
func (f *logFile) Sync() error { return nil }

// SyncData implements vfs.File: later.
func (f *logFile) SyncData() error { return nil }

// SyncTo implements vfs.File: later.
func (f *logFile) SyncTo(int64) (bool, error) { return false, nil }

func (f *logFile) flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || !f.dirty.Swap(false) {
		return nil
	}
	return f.File.Sync()
}

// Close implements vfs.File. A log that is full is synced once.
func (f *logFile) Close() error {
	err := f.flush()
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.fs.mu.Lock()
	delete(f.fs.open, f)
	f.fs.mu.Unlock()
	return errors.Join(err, f.File.Close())
}
