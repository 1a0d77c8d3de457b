package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // to see what size a tile really has
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The goals of docs/design.md, "How fast".
const (
	goalNginx    = 0.6
	goalNginx2   = 0.45 // of one with two workers, over 16 connections
	goalIIP      = 50
	goalIdleMB   = 120
	goalServesMB = 400
)

// benchTiles measures grid-aligned tiles: hexi's, nginx's with the same tiles as
// files, and IIPImage's out of the same access copy.
func benchTiles(ctx context.Context, s settings, w io.Writer) (err error) {
	var hexi *served
	copied := s.pyramid
	if s.pyramid == "" {
		if hexi, err = serveHexi(ctx, s, w); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, hexi.process.stop()) }()
		copied = hexi.accessCopy
	}
	peers, err := startPeers(ctx, s.dir, copied, iipPlain(), iipCache(), iipAll())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peers.stop()) }()

	// Where hexi does not run, IIPImage's tiles become the files.
	address, target := peers.address, func(path string) string { return peers.iip[0].target(path) }
	if hexi != nil {
		address, target = hexi.address, func(path string) string { return hexi.service + "/" + path }
	}
	width, height, err := sizeOf(ctx, address, target("info.json"))
	if err != nil {
		return err
	}
	tiles := tilesOf(width, height)
	lengths, err := writeFiles(ctx, peers.files, address, target, tiles)
	if err != nil {
		return err
	}
	if hexi != nil {
		fmt.Fprintf(w, "started   %s\n", hexi.process)
	}
	fmt.Fprintf(w, "started   %s\n", peers.nginx)
	for _, p := range peers.iip {
		fmt.Fprintf(w, "started   %s\n", p.running[0])
	}
	printLoad(w, s, width, height, tiles, lengths)

	add := func(name, address string, exact bool, target func(i int) string) *contender {
		c := &contender{name: name, address: address}
		for i := range tiles {
			r := newRequest(address, target(i))
			if exact {
				r.length = lengths[i]
			}
			c.requests = append(c.requests, r)
		}
		return c
	}
	files := add("nginx, tiles as files", peers.address, true, fileName)
	contenders := []*contender{files}
	for _, p := range peers.iip {
		c := add(p.String(), peers.address, false, func(i int) string { return p.target(tiles[i].path()) })
		if _, err := checkSizes(ctx, c, tiles); err != nil {
			return err
		}
		contenders = append(contenders, c)
	}
	if hexi == nil {
		if err := compete(ctx, s, contenders); err != nil {
			return err
		}
		printContenders(w, "tiles", contenders)
		printRatio(w, files, contenders[1], 0)
		return nil
	}
	ours := add("hexi", hexi.address, true, func(i int) string { return target(tiles[i].path()) })
	contenders = append([]*contender{ours}, contenders...)
	if err := compete(ctx, s, contenders); err != nil {
		return fmt.Errorf("%w; hexi said:\n%s", err, hexi.process.said())
	}
	printContenders(w, "tiles", contenders)
	for i, goal := range []float64{goalNginx, goalIIP, 0, 0} {
		printRatio(w, ours, contenders[1+i], goal)
	}
	if err := benchTwoWorkers(ctx, s, w, peers.files, *ours, *files); err != nil {
		return err
	}
	fmt.Fprintln(w)
	printGoal(w, "hexi's resident memory when idle", fmt.Sprintf("%d MB", hexi.idleMB), atMost(float64(hexi.idleMB), goalIdleMB))
	hexi.printMost(w)
	return nil
}

// benchTwoWorkers measures hexi's tiles beside those of an nginx that uses two cores.
func benchTwoWorkers(ctx context.Context, s settings, w io.Writer, root string, ours, files contender) (err error) {
	nginx, address, err := startNginx(ctx, filepath.Join(s.dir, "two-workers"), root, 2, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, nginx.stop()) }()
	s.connections = 16
	fmt.Fprintf(w, "\nload      %d kept connections\n\n", s.connections)
	ours.samples, ours.run = nil, nil
	files = contender{name: "nginx of two workers, tiles as files", address: address, requests: slices.Clone(files.requests)}
	for i := range files.requests {
		length := files.requests[i].length
		files.requests[i] = newRequest(address, fileName(i))
		files.requests[i].length = length
	}
	contenders := []*contender{&ours, &files}
	if err := compete(ctx, s, contenders); err != nil {
		return err
	}
	printContenders(w, "tiles", contenders)
	printRatio(w, &ours, &files, goalNginx2)
	return nil
}

func printLoad(w io.Writer, s settings, width, height int, tiles []tile, lengths []int) {
	edges, total := 0, 0
	for i, t := range tiles {
		total += lengths[i]
		if t.edge() {
			edges++
		}
	}
	fmt.Fprintf(w, "tiles     all %d of %d × %d px, every level, shuffled; %d %% of them edges; %.1f KB on average\n",
		len(tiles), width, height, 100*edges/len(tiles), float64(total)/float64(len(tiles))/1000)
	fmt.Fprintf(w, "load      %d kept connections, %d rounds of %v for each in turn\n\n", s.connections, s.rounds, s.each)
}

// sizeOf reads the size of an image out of its info.json.
func sizeOf(ctx context.Context, address, target string) (width, height int, err error) {
	body, err := fetch(ctx, address, newRequest(address, target))
	if err != nil {
		return 0, 0, err
	}
	var info struct{ Width, Height int }
	if err := json.Unmarshal(body, &info); err != nil || info.Width < 1 || info.Height < 1 {
		return 0, 0, fmt.Errorf("info.json says no size: %s", body)
	}
	return info.Width, info.Height, nil
}

// fileName is where the i-th tile lies as a file, and its URL: spread over
// folders as a prudent person would.
func fileName(i int) string { return fmt.Sprintf("/%02x/%d.jpg", i&0xff, i) }

// writeFiles fetches every tile once and lays it down as a file. It returns
// their lengths, and fails where one has not the size that it should have.
func writeFiles(ctx context.Context, dir, address string, target func(path string) string, tiles []tile) ([]int, error) {
	lengths := make([]int, len(tiles))
	c, err := dial(ctx, address, 10*time.Minute)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // only asked
	for i, t := range tiles {
		var body bytes.Buffer
		r := newRequest(address, target(t.path()))
		if _, err := c.do(&r, &body); err != nil {
			return nil, fmt.Errorf("%.100q: %w", r.bytes, err)
		}
		if err := t.holds(body.Bytes()); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, fileName(i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, body.Bytes(), 0o644); err != nil {
			return nil, err
		}
		lengths[i] = body.Len()
	}
	return lengths, nil
}

// holds says whether a JPEG is the tile, by its size.
func (t tile) holds(jpeg []byte) error {
	config, format, err := image.DecodeConfig(bytes.NewReader(jpeg))
	if err != nil {
		return fmt.Errorf("tile %s: %w", t.path(), err)
	}
	if format != "jpeg" || config.Width != t.width || config.Height != t.height {
		return fmt.Errorf("tile %s came as a %s of %d × %d px", t.path(), format, config.Width, config.Height)
	}
	return nil
}

// checkSizes holds that a peer does the same work: it asks for some parts of the
// picture, looks at their sizes in pixels, and returns how many bytes they have
// on average.
func checkSizes(ctx context.Context, c *contender, tiles []tile) (bytes float64, err error) {
	n := 0
	for i := 0; i < len(tiles); i += 1 + len(tiles)/50 {
		body, err := fetch(ctx, c.address, c.requests[i])
		if err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
		if err := tiles[i].holds(body); err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
		bytes += float64(len(body))
		n++
	}
	return bytes / float64(n), nil
}
