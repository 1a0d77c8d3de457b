package ingest

import (
	"fmt"
	"os"
	"syscall"

	"hexi/archive/pyramid"
)

// FreeSpace returns how many bytes a process of this user may still write to the
// file system of a directory.
func FreeSpace(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, fmt.Errorf("look at the free space of %s: %w", dir, err)
	}
	const most = 1<<63 - 1
	blocks, size := uint64(fs.Bavail), uint64(fs.Bsize) //nolint:gosec,unconvert // not negative; of other types elsewhere
	if size > 0 && blocks > most/size {
		return most, nil
	}
	return int64(blocks * size), nil //nolint:gosec // bounded above
}

// scratchSpace is about how many bytes of scratch space an access copy takes: its
// tiles, padded at the edges, of all levels. Photographs take half of that, noise
// takes more.
func scratchSpace(width, height int) int64 {
	g, err := pyramid.NewGeometry(width, height, pyramid.DefaultTileSize)
	if err != nil {
		return 0 // the engine refuses it
	}
	cols, rows := g.Grid(0)
	padded := int64(cols) * int64(rows) * int64(g.TileSize) * int64(g.TileSize)
	return padded*7/10 + 1<<20
}

// reserve holds space of the scratch directory for one access copy, so that jobs
// that begin together do not all count on the same. What is missing is an error of
// the machine: the job is tried again, and nothing is said against the image.
func (p *Pipeline) reserve(width, height int) (release func(), err error) {
	need := scratchSpace(width, height)
	dir := p.opts.Scratch
	if dir == "" {
		dir = os.TempDir()
	}
	p.space.Lock()
	defer p.space.Unlock()
	free, err := p.opts.Free(dir)
	if err != nil {
		return nil, err
	}
	if left := free - p.reserved; left < need {
		return nil, fmt.Errorf("the scratch directory %s has %d MB free, %d MB of that for other images under way, and the access copy of %d × %d pixels needs about %d MB: make room there, or name another directory (--scratch)",
			dir, free>>20, min(free, p.reserved)>>20, width, height, need>>20)
	}
	p.reserved += need
	return func() {
		p.space.Lock()
		defer p.space.Unlock()
		p.reserved -= need
	}, nil
}
