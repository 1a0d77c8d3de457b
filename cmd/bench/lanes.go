package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// goalLanes is how many times as long a tile may take for the slowest visitor in a
// hundred while a crawler keeps all who compute busy.
const goalLanes = 2

// Visitors ask for so many tiles a second together, each over a connection of his
// own: far less than can be served. The crawler asks over as many as told, without a
// pause.
const (
	visitors     = 8
	visitorsRate = 400
	crawlers     = 6
)

// benchLanes measures how long visitors wait for tiles when nothing else goes on, and
// while a crawler asks for regions that have to be computed, each once.
func benchLanes(ctx context.Context, s settings, w io.Writer) (err error) {
	hexi, err := serveHexi(ctx, s, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hexi.process.stop()) }()
	fmt.Fprintf(w, "started   %s\n", hexi.process)
	tiles := prepare(hexi.address, hexi.service, tilesOf(s.width, s.height))
	mix := prepare(hexi.address, hexi.service, mixOf(s.width, s.height, min(20_000, 200*max(1, int(s.each.Seconds()*float64(s.rounds+1))))))
	fmt.Fprintf(w, "visitors  %d tiles a second over %d connections, %d rounds of %v in turn\n", visitorsRate, visitors, s.rounds, s.each)
	fmt.Fprintf(w, "crawler   regions as those of \"computed\", over %d connections without a pause\n\n", crawlers)

	if !goFirst() {
		fmt.Fprintf(w, "note      without root the load generator waits for a core like all others, which counts as waiting for the server\n\n")
	}
	var crawled atomic.Int64
	contenders := []*contender{
		{name: "tiles, while a crawler asks for regions", run: func(ctx context.Context, _ int) (sample, error) {
			return crawledBy(ctx, hexi.address, mix, &crawled, func(ctx context.Context) (sample, error) {
				return visit(ctx, hexi.address, tiles, s.each)
			})
		}},
		{name: "tiles, nothing else", run: func(ctx context.Context, _ int) (sample, error) {
			return visit(ctx, hexi.address, tiles, s.each)
		}},
	}
	if err := compete(ctx, s, contenders); err != nil {
		return fmt.Errorf("%w; hexi said:\n%s", err, hexi.process.said())
	}
	printContenders(w, "tiles", contenders)
	ratios := make([]float64, s.rounds)
	for i := range ratios {
		ratios[i] = float64(contenders[0].samples[i].times.below(0.99)) / float64(contenders[1].samples[i].times.below(0.99))
	}
	printGoal(w, "99 % of tiles, with a crawler / without", fmt.Sprintf("%.2f ×", middle(ratios)), atMost(middle(ratios), goalLanes))
	printGoal(w, "the crawler got", fmt.Sprintf("%.0f regions/s", float64(crawled.Load())/(s.each.Seconds()*float64(s.rounds+1))), "")
	return nil
}

// visit asks for tiles at a steady pace. A tile that is late delays the next one of
// its connection only.
func visit(ctx context.Context, address string, tiles []request, howLong time.Duration) (sample, error) {
	const pause = time.Second * visitors / visitorsRate
	var (
		wg      sync.WaitGroup
		samples = make([]sample, visitors)
		errs    = make([]error, visitors)
		start   = time.Now()
	)
	for i := range visitors {
		wg.Go(func() {
			c, err := dial(ctx, address, howLong+10*time.Second)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close() //nolint:errcheck // only asked
			for n := 0; ctx.Err() == nil; n++ {
				at := start.Add(pause*time.Duration(n) + pause*time.Duration(i)/visitors)
				if at.Sub(start) >= howLong {
					return
				}
				time.Sleep(time.Until(at))
				began := time.Now()
				length, err := c.do(&tiles[(i*len(tiles)/visitors+n)%len(tiles)], nil)
				if err != nil {
					errs[i] = err
					return
				}
				samples[i].times.add(time.Since(began))
				samples[i].requests++
				samples[i].bytes += int64(length)
			}
		})
	}
	wg.Wait()
	total := sample{elapsed: time.Since(start)}
	for i := range samples {
		total.add(&samples[i])
	}
	return total, errors.Join(append(errs, ctx.Err())...)
}

// crawledBy does something while a crawler asks for regions, each once, and begins
// once they are under way.
func crawledBy(ctx context.Context, address string, regions []request, taken *atomic.Int64, do func(context.Context) (sample, error)) (sample, error) {
	var stopped atomic.Bool
	crawled := make(chan error, 1)
	go func() {
		_, err := drive(ctx, address, crawlers, 5*time.Minute, func(int, int, time.Duration) *request {
			n := taken.Add(1)
			if stopped.Load() || n > int64(len(regions)) {
				return nil
			}
			return &regions[n-1]
		})
		crawled <- err
	}()
	time.Sleep(200 * time.Millisecond)
	got, err := do(ctx)
	stopped.Store(true)
	err = errors.Join(err, <-crawled)
	if err == nil && taken.Load() > int64(len(regions)) {
		err = errors.New("there were not enough different regions for the crawler")
	}
	return got, err
}
