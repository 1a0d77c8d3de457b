package ocfl

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hexi/archive"
)

// readers is how many content files are read at once.
const readers = 4

// expected is what the inventories say of a content file: digests by algorithm.
type expected struct{ sums map[string][]sum }

// sum is a digest that a file should have, the code of the rule that says so, and
// the inventory that has it.
type sum struct{ digest, code, where string }

// expect collects from all inventories what each content file should be, and checks
// that they name all files that are there and no others.
func (v *validator) expect() {
	v.expectOf(inventoryName, v.root, v.root.number)
	for _, n := range slices.Sorted(maps.Keys(v.versions)) {
		if inv := v.versions[n]; inv != v.root {
			v.expectOf(v.root.dir(n)+"/"+inventoryName, inv, n)
		}
	}
}

func (v *validator) expectOf(where string, inv *inventory, newest int) {
	named := map[string]bool{}
	for digest, paths := range inv.Manifest {
		for _, path := range paths {
			named[path] = true
			v.want(path, inv.Algorithm, sum{digest, "E092", where})
		}
	}
	for algorithm, block := range inv.Fixity {
		for digest, paths := range block {
			for _, path := range paths {
				v.want(path, algorithm, sum{digest, "E093", where})
			}
		}
	}
	for path := range v.files {
		name, rest, inside := strings.Cut(path, "/")
		n, _, ok := parseVersionDir(name)
		if !inside || !ok || n > newest || v.root.Versions[name] == nil || named[path] {
			continue
		}
		if strings.HasPrefix(rest, v.root.content()+"/") {
			v.noteBy(where, "E023", path, "is not in the manifest of %s", where)
		}
	}
}

// want adds a digest to what is expected of a file. One that is not there is noted
// at once, by the first inventory that names it.
func (v *validator) want(path, algorithm string, s sum) {
	if fault, _ := pathFault(path); fault != "" {
		return // noted as such; it is not to be looked for
	}
	if _, there := v.files[path]; !there {
		v.noteBy(s.where, s.code, path, "is not there, although %s has it", s.where)
		if s.code == "E092" { // manifest and content directory have to hold the same files
			v.noteBy(s.where, "E023", path, "is in the manifest of %s and not in the content directory", s.where)
		}
		return
	}
	if digestSize(algorithm) == 0 && algorithm != "size" {
		return // specification, 3.4: what is not known is passed over
	}
	e := v.digests[path]
	if e == nil {
		e = &expected{sums: map[string][]sum{}}
		v.digests[path] = e
	}
	e.sums[algorithm] = append(e.sums[algorithm], s)
}

// content reads every content file once, for all digests that it should have.
func (v *validator) content(ctx context.Context) error {
	paths := slices.Sorted(maps.Keys(v.digests))
	work := make(chan string)
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for range min(readers, len(paths)) {
		wg.Go(func() {
			for path := range work {
				sums, n, err := v.sum(ctx, path)
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				} else {
					v.report.Files++
					v.report.Bytes += n
					v.hold(path, sums, n)
				}
				mu.Unlock()
			}
		})
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			errs = append(errs, ctx.Err())
			break
		}
		work <- path
	}
	close(work)
	wg.Wait()
	return errors.Join(errs...)
}

// sum reads a file for its digests; none when it went away meanwhile.
func (v *validator) sum(ctx context.Context, path string) (map[string]string, int64, error) {
	body, _, err := v.store.Get(ctx, v.dir+path)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	hashes := map[string]hash.Hash{}
	var to []io.Writer
	for algorithm := range v.digests[path].sums {
		if h := newHash(algorithm); h != nil {
			hashes[algorithm] = h
			to = append(to, h)
		}
	}
	n, err := io.Copy(io.MultiWriter(to...), body)
	if err != nil {
		return nil, n, fmt.Errorf("read %s%s: %w", v.dir, path, err)
	}
	sums := map[string]string{"size": strconv.FormatInt(n, 10)}
	for algorithm, h := range hashes {
		sums[algorithm] = hex.EncodeToString(h.Sum(nil))
	}
	return sums, n, nil
}

// hold compares what a file is with what it should be.
func (v *validator) hold(path string, sums map[string]string, size int64) {
	if sums == nil {
		v.note("E092", path, "went away while it was to be read")
		return
	}
	for _, algorithm := range slices.Sorted(maps.Keys(v.digests[path].sums)) {
		for _, s := range v.digests[path].sums[algorithm] {
			if !strings.EqualFold(sums[algorithm], s.digest) {
				v.noteBy(s.where, s.code, path, "has %d bytes with the %s %s; %s has %s", size, algorithm, shortDigest(sums[algorithm]), s.where, shortDigest(s.digest))
			}
		}
	}
}
