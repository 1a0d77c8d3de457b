package bagit

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync"
)

// expected is what one manifest says of a file.
type expected struct {
	manifest *manifest
	digest   string
}

// hashAll reads every file once, whatever number of manifests speak of it.
func (v *validation) hashAll(ctx context.Context, want map[string][]expected) error {
	workers := v.opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	names := slices.Sorted(maps.Keys(want))
	faults := make([][]Fault, len(names))
	next := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			buf := make([]byte, 1<<20)
			for i := range next {
				faults[i] = v.hashOne(ctx, names[i], want[names[i]], buf)
			}
		})
	}
	for i := range names {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, list := range faults {
		for _, f := range list {
			v.report.fault(f.Code, f.Path, "%s", f.Why)
		}
	}
	return nil
}

func (v *validation) hashOne(ctx context.Context, name string, want []expected, buf []byte) []Fault {
	f, err := v.openFile(name)
	if err != nil {
		return []Fault{{"unreadable", name, err.Error()}}
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	hashes := map[string]hash.Hash{}
	var into []io.Writer
	for _, e := range want {
		if a := e.manifest.algorithm; hashes[a] == nil {
			hashes[a] = algorithms[a]()
			into = append(into, hashes[a])
		}
	}
	r := &counted{ctx: ctx, r: f, read: v.opts.Read}
	if _, err := io.CopyBuffer(onlyWriter{io.MultiWriter(into...)}, onlyReader{r}, buf); err != nil {
		return []Fault{{"unreadable", name, err.Error()}}
	}
	var faults []Fault
	for _, e := range want {
		if is := hex.EncodeToString(hashes[e.manifest.algorithm].Sum(nil)); is != e.digest {
			faults = append(faults, Fault{"changed", name, fmt.Sprintf("its %s is %.16s…, and %s says %.16s…", e.manifest.algorithm, is, e.manifest.file, e.digest)})
		}
	}
	return faults
}

// counted reads until ctx ends, and tells how much.
type counted struct {
	ctx  context.Context //nolint:containedctx // lives as long as one copy
	r    io.Reader
	read func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	if c.read != nil && n > 0 {
		c.read(int64(n))
	}
	return n, err
}

// onlyReader and onlyWriter hide methods by which io.CopyBuffer would not use the buffer.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)
