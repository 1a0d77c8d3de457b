package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthz says that the process answers.
func (s *Server) healthz(c *gin.Context) error {
	c.JSON(http.StatusOK, gin.H{"status": "ok", "version": s.Version})
	return nil
}

// readyz says whether the server can do its work: catalogue reachable, index
// open and following.
func (s *Server) readyz(c *gin.Context) error {
	if s.Ready != nil {
		if err := s.Ready(c.Request.Context()); err != nil {
			return busy(5, "Not ready: "+err.Error())
		}
	}
	c.JSON(http.StatusOK, gin.H{"status": "ready"})
	return nil
}

// metrics are the server's own Prometheus metrics, in a registry of their own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	images   *prometheus.CounterVec
	tileHits prometheus.Counter // stored tiles that were sent without the router
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_http_requests_total", Help: "Requests answered, by class of URL and status.",
		}, []string{"class", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hexi_http_request_seconds", Help: "Time to answer a request, by class of URL.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"class"}),
		images: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_image_responses_total", Help: "Image responses, by how they were made.",
		}, []string{"way"}),
	}
	m.tileHits = m.images.WithLabelValues("tile")
	m.registry.MustRegister(m.requests, m.latency, m.images,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) observe(class string, status int, took time.Duration) {
	m.requests.WithLabelValues(class, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(class).Observe(took.Seconds())
}
