package web

import (
	"sync/atomic"

	"github.com/maypok86/otter/v2/stats"
	"github.com/prometheus/client_golang/prometheus"
)

// gauges tell how the image service stands when somebody looks: who computes, and
// what the caches hold.
type gauges struct {
	images *images
	disk   *DiskCache // nil: there is none

	waiting, inside, used, length, places, budget, away *prometheus.Desc
	bytes, limit, entries, evicted, damaged             *prometheus.Desc
}

func newGauges(m *images, disk *DiskCache) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("hexi_"+name, help, labels, nil)
	}
	return &gauges{
		images: m, disk: disk,
		waiting: desc("image_queue_length", "Images that wait to be computed."),
		length:  desc("image_queue_limit", "Images that may wait at most; more are turned away."),
		inside:  desc("images_computing", "Images that are being computed."),
		places:  desc("images_computing_limit", "Images that may be computed at a time."),
		used:    desc("render_memory_bytes", "Memory that the images being computed are counted with."),
		budget:  desc("render_memory_limit_bytes", "Memory that they may take together."),
		away:    desc("images_turned_away_total", "Images not computed: the queue was full, no place came free in time, or too large for the memory.", "reason"),
		bytes:   desc("cache_bytes", "Bytes in a cache.", "cache"),
		limit:   desc("cache_limit_bytes", "Bytes that a cache may hold.", "cache"),
		entries: desc("cache_entries", "Entries of a cache.", "cache"),
		evicted: desc("cache_evictions_total", "Entries that a cache dropped to make room; on disk also those that are out of date or damaged.", "cache"),
		damaged: desc("cache_damaged_total", "Files of the cache on disk that could not be used."),
	}
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.waiting, g.inside, g.used, g.length, g.places, g.budget, g.away, g.bytes, g.limit, g.entries, g.evicted, g.damaged,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	lane := &g.images.lane
	now := lane.state()
	gauge(g.waiting, float64(now.waiting))
	gauge(g.inside, float64(now.inside))
	gauge(g.used, float64(now.used))
	gauge(g.length, float64(lane.length))
	gauge(g.places, float64(lane.places))
	gauge(g.budget, float64(lane.budget))
	count(g.away, float64(lane.full.Load()), "full")
	count(g.away, float64(lane.late.Load()), "late")
	count(g.away, float64(lane.large.Load()), "large")
	m := g.images
	for name, c := range map[string]struct {
		held interface {
			WeightedSize() uint64
			GetMaximum() uint64
			EstimatedSize() int
		}
		evicted *evictions
	}{"images": {m.renders, &m.dropped.renders}, "tiles": {m.tiles, &m.dropped.tiles}, "indexes": {m.indexes, &m.dropped.indexes}} {
		gauge(g.bytes, float64(c.held.WeightedSize()), name)
		gauge(g.limit, float64(c.held.GetMaximum()), name)
		gauge(g.entries, float64(c.held.EstimatedSize()), name)
		count(g.evicted, float64(c.evicted.n.Load()), name)
	}
	if g.disk == nil {
		return
	}
	disk := g.disk.state()
	gauge(g.bytes, float64(disk.size), "disk")
	gauge(g.limit, float64(g.disk.limit), "disk")
	gauge(g.entries, float64(disk.entries), "disk")
	count(g.evicted, float64(disk.evicted), "disk")
	count(g.damaged, float64(disk.damaged))
}

// evictions counts what a cache in memory drops to make room, and nothing else, since
// some of them are asked for each tile.
type evictions struct {
	stats.NoopRecorder
	n atomic.Int64
}

// RecordEviction implements stats.Recorder.
func (e *evictions) RecordEviction(uint32) { e.n.Add(1) }
