package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// NewRegistry returns a registry of Prometheus metrics that has those of the process.
func NewRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// MetricsHandler answers GET /metrics.
func MetricsHandler(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// imageClass says how an image response came about.
type imageClass int

// The classes of image responses.
const (
	imagePassthrough imageClass = iota // sent as it is stored: tiles, thumbnails
	imageCached                        // computed before
	imageComputed                      // computed now, also by waiting for another who asks the same
	imageUnchanged                     // the client has it
	imageRefused                       // an error of who asks, or too much work
	imageFailed                        // an error of the server
	imageClasses
)

// String is the class as the metrics name it.
func (c imageClass) String() string {
	return [imageClasses]string{"passthrough", "cached", "computed", "not_modified", "refused", "failed"}[c]
}

// metrics are the server's own Prometheus metrics. What tiles count is looked up
// once.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	images   *prometheus.CounterVec
	queue    prometheus.Histogram

	image [imageClasses]struct {
		count   prometheus.Counter
		latency prometheus.Observer
	}
	tileSent, tileUnchanged prometheus.Counter // requests of the fast way
	iiif                    prometheus.Observer
}

func newMetrics(registry *prometheus.Registry) (*metrics, error) {
	if registry == nil {
		registry = NewRegistry()
	}
	m := &metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_http_requests_total", Help: "Requests answered, by class of URL and status.",
		}, []string{"class", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hexi_http_request_seconds", Help: "Time to answer a request, by class of URL.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"class"}),
		images: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_image_responses_total", Help: "Image responses, by how they came about.",
		}, []string{"class"}),
		queue: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hexi_image_queue_seconds", Help: "Time that those who have an image computed waited for a place.",
			Buckets: []float64{.001, .01, .1, .5, 1, 2, 3, 4, 5},
		}),
	}
	images := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hexi_image_response_seconds", Help: "Time to answer with an image, by how it came about.",
		Buckets: []float64{.0001, .0005, .001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"class"})
	for c := range imageClasses {
		m.image[c].count, m.image[c].latency = m.images.WithLabelValues(c.String()), images.WithLabelValues(c.String())
	}
	m.tileSent = m.requests.WithLabelValues(classIIIF, strconv.Itoa(http.StatusOK))
	m.tileUnchanged = m.requests.WithLabelValues(classIIIF, strconv.Itoa(http.StatusNotModified))
	m.iiif = m.latency.WithLabelValues(classIIIF)
	return m, m.register(m.requests, m.latency, m.images, images, m.queue)
}

func (m *metrics) register(all ...prometheus.Collector) error {
	for _, c := range all {
		if err := m.registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// observe counts a request that came by the router.
func (m *metrics) observe(class string, status int, took time.Duration) {
	m.requests.WithLabelValues(class, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(class).Observe(took.Seconds())
}

// answered counts an image response.
func (m *metrics) answered(c imageClass, start time.Time) {
	one := &m.image[c]
	one.count.Inc()
	one.latency.Observe(time.Since(start).Seconds())
}

// tile counts a request that was answered by the fast way, and its image.
func (m *metrics) tile(c imageClass, start time.Time) {
	took := time.Since(start).Seconds()
	one := &m.image[c]
	one.count.Inc()
	one.latency.Observe(took)
	m.iiif.Observe(took)
	if c == imageUnchanged {
		m.tileUnchanged.Inc()
	} else {
		m.tileSent.Inc()
	}
}

// classOf says what an error is of an image request.
func classOf(err error) imageClass {
	var own *statusError
	if errors.As(err, &own) {
		return imageRefused
	}
	if status := describe(err).Status; status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
		return imageFailed
	}
	return imageRefused
}
