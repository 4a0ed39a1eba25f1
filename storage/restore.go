package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A restore puts a snapshot in the place of what an open store holds:
//
//	DIR.restored   the snapshot, linked; complete before anything else happens
//	DIR.replaced   what DIR was; whoever finds it and an empty DIR finishes the restore
const (
	restoredSuffix = ".restored"
	replacedSuffix = ".replaced"
	// quietLimit is how long a restore waits for calls that are under way.
	quietLimit = 5 * time.Second
)

// noteFile is what Image keeps beside the store's files.
const noteFile = "NOTE"

// Image is Snapshot for Restore: nothing is left in the log, so that a restore has nothing to replay. Its folder is made.
// The note is the caller's, see ImageNote.
func (db *DB) Image(dir string, note []byte) error {
	fs := db.cfg.FS
	if _, err := fs.Stat(dir); err == nil {
		return fmt.Errorf("%s exists already", dir)
	}
	if err := fs.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := errors.Join(db.tidy(), db.Snapshot(dir)); err != nil {
		return err
	}
	f, err := fs.Create(fs.PathJoin(dir, noteFile), vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write(note)
	return errors.Join(err, f.Close())
}

// tidyLimit is the size up to which a store is compacted before an image is made of it.
const tidyLimit = 256 << 20

// tidy leaves nothing in the log and, in a store that is not large, nothing for a compaction: each restore would have to do
// that again.
func (db *DB) tidy() error {
	if err := db.Flush(); err != nil {
		return err
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	if m := db.pebble.Metrics(); m.Total().TablesSize > tidyLimit {
		return nil
	}
	return db.pebble.Compact(context.Background(), []byte{0}, []byte{0xff}, false)
}

// maxNote limits what is read of a note.
const maxNote = 1 << 20

// ImageNote is the note that an image was made with.
func (db *DB) ImageNote(dir string) ([]byte, error) {
	f, err := db.cfg.FS.Open(db.cfg.FS.PathJoin(dir, noteFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxNote))
}

// PutBack is Restore for a store on the machine's disk that nobody has open.
func PutBack(image, dir string) error {
	db := &DB{cfg: Config{FS: DiskFS()}}
	return errors.Join(db.linkStore(image, dir+restoredSuffix), os.RemoveAll(dir), os.Rename(dir+restoredSuffix, dir))
}

// Restore makes the store hold what a snapshot of it held, but for the local keys in keep, which keep today's values.
// Files are linked; the snapshot stays as it is. Calls that begin meanwhile wait. After an error the store is as before,
// unless it says that it could not be opened again.
func (db *DB) Restore(dir string, keep ...[]byte) error {
	db.restoring.Lock()
	defer db.restoring.Unlock()
	if db.closed.Load() {
		return ErrClosed
	}
	fresh := db.cfg.Dir + restoredSuffix
	if err := db.linkStore(dir, fresh); err != nil {
		return errors.Join(fmt.Errorf("restore from %s: %w", dir, err), db.cfg.FS.RemoveAll(fresh))
	}
	db.cancel()
	db.done.Wait()
	defer db.begin()
	gate := make(chan struct{})
	db.gate.Store(&gate)
	defer func() {
		db.gate.Store(nil)
		close(gate)
	}()
	for deadline := time.Now().Add(quietLimit); db.active.Load() != 0; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			return errors.Join(errors.New("restore: something has been using the store for too long"), db.cfg.FS.RemoveAll(fresh))
		}
	}
	if err := db.replace(fresh, keep); err != nil {
		return fmt.Errorf("restore from %s: %w", dir, err)
	}
	for id := range *db.tables.Load() {
		db.dirty.note(id, db.cfg.Clock.Now().Unix())
	}
	return nil
}

// linkStore makes a store in to of the files of another one. Tables never change and are linked; logs and manifests are
// written on, and are copied.
func (db *DB) linkStore(from, to string) error {
	fs := db.cfg.FS
	names, err := fs.List(from)
	if err != nil {
		return err
	}
	if err := errors.Join(fs.RemoveAll(to), fs.MkdirAll(to, 0o755)); err != nil {
		return err
	}
	for _, name := range names {
		a, b := fs.PathJoin(from, name), fs.PathJoin(to, name)
		switch path.Ext(name) {
		case ".sst", ".blob":
			err = vfs.LinkOrCopy(fs, a, b)
		default:
			if name == "LOCK" || name == noteFile {
				continue
			}
			err = copyFile(fs, a, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies without a sync: all that has to last is written anew, and synced, when the store is opened.
func copyFile(fs FS, from, to string) error {
	a, err := fs.Open(from)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := fs.Create(to, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = io.Copy(b, a)
	return errors.Join(err, b.Close())
}

// replace swaps the folder and the open store. Nobody uses the store now.
func (db *DB) replace(fresh string, keep [][]byte) error {
	kept := map[string][]byte{}
	for _, key := range keep {
		value, closer, err := db.pebble.Get(localKey(key))
		if errors.Is(err, pebble.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		kept[string(key)] = append([]byte{}, value...)
		_ = closer.Close()
	}
	fs, dir := db.cfg.FS, db.cfg.Dir
	if err := db.pebble.Close(); err != nil {
		db.cfg.Logger.Warn("the store that is replaced did not close cleanly", "error", err)
	}
	err := errors.Join(fs.RemoveAll(dir+replacedSuffix), fs.Rename(dir, dir+replacedSuffix))
	if err == nil {
		err = fs.Rename(fresh, dir)
	}
	p, opened := db.reopen(err)
	if opened != nil {
		// Back to what was there.
		err = errors.Join(err, opened, fs.RemoveAll(dir), fs.Rename(dir+replacedSuffix, dir))
		if p, opened = db.reopen(nil); opened != nil {
			return errors.Join(err, fmt.Errorf("the store could not be opened again: %w", opened))
		}
		db.pebble = p
		return err
	}
	db.pebble = p
	b := p.NewBatch()
	defer b.Close()
	for key, value := range kept {
		if err := b.Set(localKey([]byte(key)), value, nil); err != nil {
			return err
		}
	}
	db.done.Go(func() {
		if err := fs.RemoveAll(dir + replacedSuffix); err != nil {
			db.cfg.Logger.Warn("the store that was replaced is not deleted", "error", err)
		}
	})
	return db.commit(b, db.write)
}

func (db *DB) reopen(before error) (*pebble.DB, error) {
	if before != nil {
		return nil, before
	}
	return pebble.Open(db.cfg.Dir, db.options())
}

// finishRestore ends what a restore was about when the process died, and deletes what it left.
func finishRestore(fs FS, dir string) error {
	fresh, old := dir+restoredSuffix, dir+replacedSuffix
	_, err := fs.Stat(fresh)
	if err == nil {
		names, _ := fs.List(dir)
		if _, replaced := fs.Stat(old); replaced == nil && len(names) == 0 {
			if err := errors.Join(fs.RemoveAll(dir), fs.Rename(fresh, dir)); err != nil {
				return fmt.Errorf("finish the restore of %s: %w", dir, err)
			}
		}
	}
	return errors.Join(fs.RemoveAll(fresh), fs.RemoveAll(old))
}

// begin starts the background work.
func (db *DB) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	db.cancel = cancel
	db.start(ctx)
}
