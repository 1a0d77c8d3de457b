package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// The goal of docs/design.md for any region, size and rotation, and how many
// connections ask for them: more do not make computing faster.
const (
	goalComputed        = 1.2
	computedConnections = 4
)

// benchComputed measures what has to be computed: regions in sizes that no tile
// has, and thumbnails, out of the same access copy by hexi and by IIPImage. Every
// address is asked once, so that no cache of finished images helps.
func benchComputed(ctx context.Context, s settings, w io.Writer) (err error) {
	hexi, err := serveHexi(ctx, s, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hexi.process.stop()) }()
	peers, err := startPeers(ctx, s.dir, hexi.accessCopy, iipPlain(), iipAll())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peers.stop()) }()
	fmt.Fprintf(w, "started   %s\n", hexi.process)
	for _, p := range peers.iip {
		fmt.Fprintf(w, "started   %s (%d of it)\n", p.running[0], len(p.running))
	}
	s.connections = computedConnections

	// A round asks for as many as IIPImage answers in about the time of a round.
	each := max(20, int(30*s.each.Seconds()))
	mix := mixOf(s.width, s.height, each*(s.rounds+2))
	fmt.Fprintf(w, "computed  %d regions a round, outputs %d–%d px wide, scaled down by 1–%d, off the grid, JPEG quality %s; each address once\n",
		each, leastOutput, mostOutput, mostScale, iipQuality)
	if err := computedBy(ctx, s, w, hexi, peers, "regions", mix, each, goalComputed); err != nil {
		return err
	}
	each = max(20, int(15*s.each.Seconds()))
	each = min(each, 2*(mostThumbnail-leastThumbnail-2)/(s.rounds+2))
	thumbnails := thumbnailsOf(s.width, s.height, each*(s.rounds+2))
	fmt.Fprintf(w, "\ncomputed  %d thumbnails a round, %d–%d px wide, of sizes that are not stored; each address once\n", each, leastThumbnail, mostThumbnail)
	if err := computedBy(ctx, s, w, hexi, peers, "thumbnails, any size", thumbnails, each, 0); err != nil {
		return err
	}

	var usual []tile
	for _, side := range []int{240, 480, 960} {
		if side <= s.width && s.width >= s.height {
			usual = append(usual, thumbnailOf(s.width, s.height, side))
		}
	}
	if len(usual) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nstored    thumbnails of the sizes that are made at ingest, asked again and again for %v a round\n", s.each)
	contenders := againstIIP(hexi, peers, "usual thumbnails", usual)
	if err := compete(ctx, s, contenders); err != nil {
		return fmt.Errorf("%w; hexi said:\n%s", err, hexi.process.said())
	}
	printAgainstFirst(w, contenders, 0)
	hexi.printMost(w)
	return nil
}

// againstIIP makes contenders of hexi and of the settings of IIPImage, for the
// same parts of the picture.
func againstIIP(hexi *served, peers *peers, what string, parts []tile) []*contender {
	contenders := []*contender{{name: "hexi", address: hexi.address}}
	for _, t := range parts {
		contenders[0].requests = append(contenders[0].requests, newRequest(hexi.address, hexi.service+"/"+t.path()))
	}
	for _, p := range peers.iip {
		c := &contender{name: p.String(), address: peers.address}
		for _, t := range parts {
			c.requests = append(c.requests, newRequest(peers.address, p.target(t.path())))
		}
		contenders = append(contenders, c)
	}
	contenders[0].name += ", " + what
	return contenders
}

// computedBy measures the parts of the picture in shares of each: the first is
// looked at, the second warms, every further one is a round, the same for all.
func computedBy(ctx context.Context, s settings, w io.Writer, hexi *served, peers *peers, what string, parts []tile, each int, goal float64) error {
	if len(parts) < each*(s.rounds+2) {
		return fmt.Errorf("a picture of %d × %d px has not enough different %s", s.width, s.height, what)
	}
	contenders := againstIIP(hexi, peers, what, parts)
	for _, c := range contenders {
		size, err := checkSizes(ctx, &contender{name: c.name, address: c.address, requests: c.requests[:each]}, parts[:each])
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "          %s %.1f KB on average\n", pad(c.name, 36), size/1000)
		c.run = func(ctx context.Context, round int) (sample, error) {
			at := each * (round + 2) // warmUp is -1
			return loadOnce(ctx, c.address, c.requests[at:at+each], s.connections)
		}
	}
	fmt.Fprintln(w)
	if err := compete(ctx, s, contenders); err != nil {
		return fmt.Errorf("%w; hexi said:\n%s", err, hexi.process.said())
	}
	printAgainstFirst(w, contenders, goal)
	return nil
}

// printAgainstFirst prints the contenders, and the ratio of the first to each.
func printAgainstFirst(w io.Writer, contenders []*contender, goal float64) {
	printContenders(w, "images", contenders)
	for _, c := range contenders[1:] {
		printRatio(w, contenders[0], c, goal)
	}
}
