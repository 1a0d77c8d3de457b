package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/archive/objects"
	"hexi/archive/vocab"
	"hexi/cmd/hexi/internal/texts"
	"hexi/ingest/check"
	"hexi/search"
)

// Config is what a Server is made of. BaseURL is the address under which the
// outside reaches it ("https://archive.example.org"), without a slash at its
// end; when it is empty, addresses are made from each request's Host.
type Config struct {
	Archive    *archive.Archive
	Index      *search.Index
	Objects    objects.Store
	Texts      *texts.Reader // of pages; nil: one of its own
	Renderer   Renderer
	Vocabulary *vocab.Vocabulary
	Sessions   scs.Store // nil: no one can sign in
	Upload     Uploader  // nil: no uploads are taken here
	BaseURL    string
	AdminEmail string // of who runs the archive, told to harvesters; "": the postmaster of BaseURL's host
	NAAN       string // the archive's number among those who give ARKs; "": records have none
	Version    string
	ReadOnly   bool
	// Limits bound the images that the public gets, StaffLimits those of people who
	// are signed in, which are not to be less. Without any the public gets 16
	// megapixels at once; staff get four times as many as the public.
	Limits, StaffLimits iiif.Limits
	// RenderMemory is how many bytes those who compute images may take together;
	// 0 is 1 GiB.
	RenderMemory int64
	// TileMemory is how many bytes of tiles from a store that is no directory are kept
	// in memory; 0 is 64 MiB.
	TileMemory int64
	Cache      *DiskCache                      // of computed images; nil: they are kept in memory only
	Registry   *prometheus.Registry            // of metrics; nil: one of its own
	Ready      func(ctx context.Context) error // nil: always ready
	// LastCheck returns the report of the last check, nil for none; may be nil itself.
	LastCheck func(ctx context.Context) (*check.Report, error)
	Log       *slog.Logger
}

// MaxArea is how many pixels one image has at most that the public gets, and
// StaffFactor how many times as many staff may get, where nothing else is said. They
// bound the memory that computing takes; tiles are far below.
const (
	MaxArea     = 16 << 20
	StaffFactor = 4
)

// Uploader takes files for a record into the archive; package ingest does it.
type Uploader interface {
	// Upload saves the record and receives its files. It returns the record's
	// id and the batch under which the jobs can be followed.
	Upload(ctx context.Context, by string, u Upload) (Uploaded, error)
}

// Upload is one record and its files. Publish asks that the record be published
// with the first of its images that can be shown; the Server sees to that, and an
// Uploader always gets it as false.
type Upload struct {
	Record  archive.Record
	Files   []UploadFile
	Publish bool

	// Into is a record that is there, to which the files are added; Record and Publish
	// count for nothing then. Replaces is the asset of it whose place the file takes.
	Into, Replaces string
}

// UploadFile is one file of an upload; Open may be called more than once.
type UploadFile struct {
	Name string
	Size int64 // bytes; 0 where that is not known
	Open func() (io.ReadCloser, error)
}

// Uploaded says what became of an upload.
type Uploaded struct {
	Record string
	Batch  string
	Assets int      // how many files are new in the record
	IDs    []string // the assets, in the order of the files
}

// Server answers HTTP requests. It is safe for concurrent use.
type Server struct {
	Config
	log        *slog.Logger
	engine     *gin.Engine
	session    *scs.SessionManager
	protection *http.CrossOriginProtection
	attempts   *attempts
	pages      *pages
	images     *images
	covers     covers
	marks      sitemapMarks
	metrics    *metrics
	overload   *overload
	pause      time.Duration // bodyPause, but in tests
	harvested  int           // oaiPage, but in tests
	activities int64         // activitiesPerPage, but in tests
}

// New makes a server; it opens nothing and starts nothing by itself.
func New(cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Limits == (iiif.Limits{}) {
		cfg.Limits.MaxArea = MaxArea
	}
	if cfg.StaffLimits == (iiif.Limits{}) {
		cfg.StaffLimits.MaxArea = StaffFactor * cfg.Limits.MaxArea
	}
	if cfg.Texts == nil {
		cfg.Texts = texts.New(cfg.Objects, cfg.Log)
	}
	s := &Server{Config: cfg, log: cfg.Log, attempts: newAttempts(), pause: bodyPause, harvested: oaiPage, activities: activitiesPerPage, overload: &overload{log: cfg.Log, every: overloadEvery}}
	var err error
	if s.metrics, err = newMetrics(cfg.Registry); err != nil {
		return nil, err
	}
	s.images = newImages(s)
	if err = s.metrics.register(newGauges(s.images, cfg.Cache)); err != nil {
		return nil, err
	}
	s.session = newSessions(cfg.Sessions)
	if s.protection, err = newProtection(cfg.BaseURL); err != nil {
		return nil, err
	}
	if s.pages, err = newPages(); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	s.engine = gin.New()
	// Routes match on the path as it was sent; IIIF identifiers may hold %2F.
	s.engine.UseRawPath = true
	s.engine.UnescapePathValues = true
	s.engine.RedirectTrailingSlash = false
	s.engine.HandleMethodNotAllowed = true
	s.routes()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer steady(w, r, s.pause)()
	if s.fastTile(w, r) {
		return
	}
	s.engine.ServeHTTP(w, r)
}

// base returns the scheme and host under which the client reached the server.
func (s *Server) base(r *http.Request) string {
	if s.BaseURL != "" {
		return s.BaseURL
	}
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return strings.TrimSuffix(u.String(), "/")
}
