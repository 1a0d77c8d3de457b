package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hexi/archive/objects"
	"hexi/archive/pyramid"
	pipeline "hexi/ingest"
)

// goalS3 is that of docs/design.md, "How fast".
const goalS3 = 0.8

// The picture whose tiles are asked for before those that count, in pixels: they
// open the connections to the store.
const warmWidth, warmHeight = 3000, 2000

// forgetful is how much memory the hexi that has run for a while keeps tiles in: five
// or six of them, so that it asks the store for nearly each.
const forgetful = "256K"

// benchS3 measures tiles whose bytes lie in an S3 server: through a hexi that has run
// for a while and one that has just been started, which have the index of the access
// copy but no tile, and as the bare ranged GETs of the same bytes through the same
// client library.
func benchS3(ctx context.Context, s settings, w io.Writer) (err error) {
	server, url, err := startS3(ctx, s, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()

	folder, err := s3Pictures(s)
	if err != nil {
		return err
	}
	// The address goes by environment, as its secret is nobody's business.
	env := []string{"HEXI_OBJECTS=" + url}
	data := folder + "-data"
	began := time.Now()
	if err := ingest(ctx, s.hexi, data, env, folder); err != nil {
		return err
	}
	fmt.Fprintf(w, "ingest    hexi ingest of it and of a small one into the store: %.1f s\n", time.Since(began).Seconds())

	h := &fromS3{settings: s, data: data, env: env}
	if err := h.look(ctx, w); err != nil {
		return err
	}
	store, err := objects.OpenS3(ctx, url)
	if err != nil {
		return err
	}
	ranges, prefix, err := rangesOf(ctx, store, h.asset(), h.tiles)
	if err != nil {
		return err
	}
	total := 0
	for i := range h.requests {
		h.requests[i].length = prefix + int(ranges[i].length) // hexi sends the same bytes
		total += h.requests[i].length
	}
	h.passes = max(1, int(s.each/(700*time.Millisecond)))
	running, err := h.start(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.close()) }()
	fmt.Fprintf(w, "tiles     all %d of %d × %d px, %.1f KB on average, each asked once a pass\n",
		len(h.tiles), s.width, s.height, float64(total)/float64(len(h.tiles))/1000)
	fmt.Fprintf(w, "load      %d connections, %d rounds of %d passes for each in turn\n\n", s.connections, s.rounds, h.passes)

	contenders := []*contender{
		{name: "hexi, no tile in memory", run: running.run},
		{name: "hexi, just started", run: h.run},
		{name: "ranged GETs of the same bytes", run: func(ctx context.Context, _ int) (sample, error) {
			var total sample
			for range h.passes {
				one, err := readRanges(ctx, store, ranges, s.connections)
				if err != nil {
					return total, err
				}
				total.elapsed += one.elapsed
				total.add(&one)
			}
			return total, nil
		}},
	}
	if err := compete(ctx, s, contenders); err != nil {
		return err
	}
	printContenders(w, "tiles", contenders)
	printRatio(w, contenders[0], contenders[2], goalS3)
	printRatio(w, contenders[1], contenders[2], 0)
	printGoal(w, "hexi's resident memory, the most under this load", fmt.Sprintf("%d MB", h.mostMB), atMost(float64(h.mostMB), goalServesMB))
	return nil
}

// startS3 starts versitygw over a directory, and returns the address of a bucket.
func startS3(ctx context.Context, s settings, w io.Writer) (*process, string, error) {
	binary := s.versitygw
	if binary == "" {
		cmd := exec.CommandContext(ctx, ".ci/tool.sh", "versitygw")
		cmd.Stderr = os.Stderr // it tells that it builds
		out, err := cmd.Output()
		if err != nil {
			return nil, "", fmt.Errorf("build the S3 server: %w; run this at the top of the checkout, or give -versitygw", err)
		}
		binary = strings.TrimSpace(string(out))
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	root := filepath.Join(s.dir, "s3")
	for _, dir := range []string{"data", "meta"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return nil, "", err
		}
	}
	secret := rand.Text()
	p, err := start(ctx, root, address, []string{"ROOT_ACCESS_KEY=hexi", "ROOT_SECRET_KEY=" + secret}, binary,
		"--port", address, "--quiet", "posix", "--sidecar", filepath.Join(root, "meta"), filepath.Join(root, "data"))
	if err != nil {
		return nil, "", err
	}
	fmt.Fprintf(w, "started   %s\n", strings.Join(p.cmd.Args, " "))
	return p, "s3://hexi:" + secret + "@" + address + "/hexi-bench?tls=off&region=us-east-1", nil
}

// s3Pictures returns a folder with the picture and the small one.
func s3Pictures(s settings) (string, error) {
	picture, err := surface(s, s.width, s.height)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(s.dir, fmt.Sprintf("s3-%dx%d", s.width, s.height))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	link := filepath.Join(folder, filepath.Base(picture))
	if err := os.Link(picture, link); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return folder, writePicture(filepath.Join(folder, "warming.tif"), warmWidth, warmHeight)
}

// fromS3 is hexi with its objects in S3. Every pass of its own is that of a new
// process on a fresh copy of the data beside the store, so that no tile is remembered.
type fromS3 struct {
	settings settings
	data     string
	env      []string
	passes   int

	service  string // path of the image service
	tiles    []tile
	requests []request
	warming  []request
	mostMB   int
}

// asset is the identifier of the picture.
func (h *fromS3) asset() string { return h.service[strings.LastIndexByte(h.service, '/')+1:] }

// look finds out what to ask for.
func (h *fromS3) look(ctx context.Context, w io.Writer) error {
	return h.serve(ctx, func(p *process, address string) error {
		fmt.Fprintf(w, "started   %s\n", strings.Join(p.cmd.Args, " "))
		var err error
		if h.service, err = imageService(ctx, address, "surface"); err != nil {
			return err
		}
		warming, err := imageService(ctx, address, "warming")
		if err != nil {
			return err
		}
		if warming == h.service {
			return errors.New("the two pictures are not told apart by searching")
		}
		h.tiles = tilesOf(h.settings.width, h.settings.height)
		h.requests = prepare(address, h.service, h.tiles)
		h.warming = prepare(address, warming, tilesOf(warmWidth, warmHeight))
		_, err = checkSizes(ctx, &contender{name: "hexi", address: address, requests: h.requests}, h.tiles)
		return err
	})
}

func prepare(host, service string, tiles []tile) []request {
	var requests []request
	for _, t := range tiles {
		requests = append(requests, newRequest(host, service+"/"+t.path()))
	}
	return requests
}

// copyData copies the data that lie beside the store.
func (h *fromS3) copyData() (string, error) {
	fresh, err := os.MkdirTemp(h.settings.dir, "s3-pass-")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(fresh, os.DirFS(h.data)); err != nil {
		return "", errors.Join(fmt.Errorf("copy the archive's data: %w", err), os.RemoveAll(fresh))
	}
	return fresh, nil
}

// serve runs hexi while something is done.
func (h *fromS3) serve(ctx context.Context, do func(p *process, address string) error) (err error) {
	fresh, err := h.copyData()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	p, address, err := startHexi(ctx, h.settings.hexi, h.settings.dir, fresh, h.env)
	if err != nil {
		return err
	}
	defer func() {
		_, most := p.memory()
		h.mostMB = max(h.mostMB, most)
		err = errors.Join(err, p.stop())
	}()
	if err := do(p, address); err != nil {
		return fmt.Errorf("%w; hexi said:\n%s", err, p.said())
	}
	return nil
}

// run measures one round.
func (h *fromS3) run(ctx context.Context, _ int) (total sample, err error) {
	for range h.passes {
		err := h.serve(ctx, func(_ *process, address string) error {
			for range 2 {
				if _, err := loadOnce(ctx, address, h.warming, h.settings.connections); err != nil {
					return err
				}
			}
			// The index is read for this; no tile is.
			if _, _, err := sizeOf(ctx, address, h.service+"/info.json"); err != nil {
				return err
			}
			one, err := loadOnce(ctx, address, h.requests, h.settings.connections)
			total.elapsed += one.elapsed
			total.add(&one)
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// running is a hexi with its objects in S3 that has run for a while.
type running struct {
	h       *fromS3
	process *process
	address string
	dir     string // the copy of the data
}

// start starts one.
func (h *fromS3) start(ctx context.Context, w io.Writer) (*running, error) {
	fresh, err := h.copyData()
	if err != nil {
		return nil, err
	}
	env := append([]string{"HEXI_TILE_MEMORY=" + forgetful}, h.env...)
	p, address, err := startHexi(ctx, h.settings.hexi, h.settings.dir, fresh, env)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(fresh))
	}
	fmt.Fprintf(w, "started   HEXI_TILE_MEMORY=%s %s\n", forgetful, strings.Join(p.cmd.Args, " "))
	return &running{h: h, process: p, address: address, dir: fresh}, nil
}

// run measures one round.
func (r *running) run(ctx context.Context, _ int) (total sample, err error) {
	for range r.h.passes {
		one, err := loadOnce(ctx, r.address, r.h.requests, r.h.settings.connections)
		total.elapsed += one.elapsed
		total.add(&one)
		if err != nil {
			return total, fmt.Errorf("%w; hexi said:\n%s", err, r.process.said())
		}
	}
	return total, nil
}

func (r *running) close() error {
	_, most := r.process.memory()
	r.h.mostMB = max(r.h.mostMB, most)
	return errors.Join(r.process.stop(), os.RemoveAll(r.dir))
}

// byteRange is a tile's place in the store.
type byteRange struct {
	key            string
	offset, length int64
}

// rangesOf finds where the bytes of tiles lie, and how many bytes hexi puts
// before those of each.
func rangesOf(ctx context.Context, store *objects.S3, asset string, tiles []tile) (ranges []byteRange, prefix int, err error) {
	info, err := store.Stat(ctx, pipeline.SidecarKey(asset))
	if err != nil {
		return nil, 0, err
	}
	index, err := pyramid.ReadSidecar(objects.PinTo(store, info).At(ctx), info.Size)
	if err != nil {
		return nil, 0, err
	}
	for _, t := range tiles {
		ref, err := index.Tile(t.level, t.col, t.row)
		if err != nil {
			return nil, 0, err
		}
		key := pipeline.PyramidKey(asset)
		if ref.Source == pyramid.Sidecar {
			key = pipeline.SidecarKey(asset)
		}
		ranges = append(ranges, byteRange{key, ref.Offset, ref.Length})
	}
	return ranges, len(index.Prefix()), nil
}

// readRanges reads every range once, over so many connections at a time.
func readRanges(ctx context.Context, store *objects.S3, ranges []byteRange, connections int) (sample, error) {
	var (
		wg      sync.WaitGroup
		taken   atomic.Int64
		samples = make([]sample, connections)
		errs    = make([]error, connections)
		start   = time.Now()
	)
	for i := range connections {
		wg.Go(func() {
			buf := make([]byte, 128<<10)
			for n := taken.Add(1); n <= int64(len(ranges)); n = taken.Add(1) {
				began := time.Now()
				if err := readRange(ctx, store, ranges[n-1], buf); err != nil {
					errs[i] = err
					return
				}
				samples[i].times.add(time.Since(began))
				samples[i].requests++
				samples[i].bytes += ranges[n-1].length
			}
		})
	}
	wg.Wait()
	total := sample{elapsed: time.Since(start)}
	for i := range samples {
		total.add(&samples[i])
	}
	return total, errors.Join(errs...)
}

func readRange(ctx context.Context, store *objects.S3, r byteRange, buf []byte) error {
	body, _, err := store.Range(ctx, r.key, r.offset, r.length, "")
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // only read
	total := int64(0)
	for {
		n, err := body.Read(buf)
		total += int64(n)
		switch {
		case errors.Is(err, io.EOF) && total == r.length:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%s: %d bytes came instead of %d", r.key, total, r.length)
		case err != nil:
			return fmt.Errorf("%s: %w", r.key, err)
		}
	}
}
