package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"hexi/archive/ark"
)

// settings are what every command can be told, by flag, by environment
// variable (HEXI_…) or in hexi.yaml, in that order.
type settings struct {
	Data     string // directory that the defaults of the others lie in
	Database string // sqlite:PATH or postgres://…
	Objects  string // dir:PATH or s3://…
	Index    string // directory of the search index
	Vocab    string // directory of the archive's own vocabularies and profiles, which need not be there
	Journal  string // directory, store: or off
	Scratch  string // directory of access copies in the making and of copies of masters; "" is the system's
	Config   string // the YAML file
	JSON     bool   // print JSON instead of tables and bars
	Verbose  bool

	Listen  string // serve and demo
	BaseURL string // address under which the outside reaches the server

	AdminEmail string // told to harvesters
	ARK        string // the archive's number among those who give ARKs

	RenderMemory string // a size: what computing images may take
	TileMemory   string // a size: of tiles that are kept in memory, where objects are on S3
	Cache        string // directory of computed images; off: none
	CacheSize    string // a size: of that directory
	renderBytes  int64  // RenderMemory
	tileBytes    int64  // TileMemory
	cacheBytes   int64  // CacheSize
	cacheAsked   bool   // Cache was set, and is not the default

	vocabAsked bool // Vocab was set, and is not the default

	images         imageSettings
	checks         checkSettings
	indexSnapshots indexSnapshotSettings
}

// names are the settings that may also come from the environment or the file.
var names = slices.Concat([]string{"data", "database", "objects", "index", "journal", "vocab", "scratch", "listen", "base-url", "admin-email", "ark-naan", "render-memory", "tile-memory", "cache", "cache-size"}, imageNames, checkNames, indexSnapshotNames)

func (s *settings) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.Data, "data", "", "directory for everything that is kept (default ./hexi-data)")
	flags.StringVar(&s.Database, "database", "", "catalogue: sqlite:PATH or postgres://… (default sqlite:DATA/hexi.db)")
	flags.StringVar(&s.Objects, "objects", "", "object store: dir:PATH or s3://KEY:SECRET@HOST/BUCKET (default dir:DATA/objects)")
	flags.StringVar(&s.Index, "index", "", "directory of the search index (default DATA/index)")
	flags.StringVar(&s.Vocab, "vocab", "", "directory of vocabularies and profiles of your own (default DATA/vocab, if it is there)")
	flags.StringVar(&s.Journal, "journal", "", "where each write goes before it is acknowledged, beside the database: a directory, store: or off (default DATA/journal; store: where objects are on S3)")
	flags.StringVar(&s.Scratch, "scratch", "", "directory for access copies in the making (default the system's for temporary files)")
	flags.StringVar(&s.Config, "config", "", "settings file (default hexi.yaml, if it is there)")
	flags.BoolVar(&s.JSON, "json", false, "print JSON instead of tables and progress bars")
	flags.BoolVarP(&s.Verbose, "verbose", "v", false, "log every request and job")
}

// registerServer registers the settings of those commands that serve.
func (s *settings) registerServer(flags *pflag.FlagSet) {
	flags.StringVar(&s.Listen, "listen", "", "address to listen on (default 127.0.0.1:8080)")
	flags.StringVar(&s.BaseURL, "base-url", "", "address under which the outside reaches the server")
	flags.StringVar(&s.AdminEmail, "admin-email", "", "address of who runs the archive, told to harvesters (default postmaster@ the host of --base-url)")
	flags.StringVar(&s.ARK, "ark-naan", "", "the archive's number (NAAN) at the ARK Alliance, such as 12345; with it records have ARKs")
	flags.StringVar(&s.RenderMemory, "render-memory", "", "memory for computing images, all together (default 1G)")
	flags.StringVar(&s.TileMemory, "tile-memory", "", "memory for tiles whose objects are on S3 (default 64M)")
	flags.StringVar(&s.Cache, "cache", "", "directory that keeps computed images, or off (default DATA/cache where objects are on S3, else off)")
	flags.StringVar(&s.CacheSize, "cache-size", "", "how large that directory may become (default 4G)")
	s.images.registerServer(flags)
}

// load fills in what the flags leave open, and validates.
func (s settings) load(getenv func(string) string) (settings, error) {
	k := koanf.New(".")
	var err error
	path, required := s.Config, s.Config != ""
	if !required {
		if path = getenv("HEXI_CONFIG"); path != "" {
			required = true
		} else {
			path = "hexi.yaml"
		}
	}
	if _, err := os.Stat(path); err == nil {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return s, usage("settings file %s: %w", path, err)
		}
	} else if required || !errors.Is(err, fs.ErrNotExist) {
		return s, usage("settings file %s: %w", path, err)
	}
	for _, key := range k.Keys() {
		if !slices.Contains(names, key) {
			return s, usage("settings file %s: there is no setting %q; there are %s", path, key, strings.Join(names, ", "))
		}
	}
	over := map[string]any{}
	for _, name := range names {
		if v := getenv("HEXI_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))); v != "" {
			over[name] = v
		}
	}
	given := map[string]string{
		"data": s.Data, "database": s.Database, "objects": s.Objects, "index": s.Index, "journal": s.Journal, "vocab": s.Vocab, "scratch": s.Scratch, "listen": s.Listen, "base-url": s.BaseURL,
		"admin-email":   s.AdminEmail,
		"ark-naan":      s.ARK,
		"render-memory": s.RenderMemory, "tile-memory": s.TileMemory, "cache": s.Cache, "cache-size": s.CacheSize,
	}
	maps.Copy(given, s.images.given())
	maps.Copy(given, s.checks.given())
	maps.Copy(given, s.indexSnapshots.given())
	for name, v := range given {
		if v != "" {
			over[name] = v
		}
	}
	if err := k.Load(confmap.Provider(over, "."), nil); err != nil {
		return s, fmt.Errorf("read settings: %w", err)
	}
	s.Data = either(k.String("data"), "hexi-data")
	s.Database = either(k.String("database"), "sqlite:"+filepath.Join(s.Data, "hexi.db"))
	s.Objects = either(k.String("objects"), "dir:"+filepath.Join(s.Data, "objects"))
	s.Index = either(k.String("index"), filepath.Join(s.Data, "index"))
	s.Vocab = k.String("vocab")
	s.vocabAsked = s.Vocab != ""
	s.Vocab = either(s.Vocab, filepath.Join(s.Data, "vocab"))
	s.Journal = k.String("journal")
	if s.Journal == "" {
		s.Journal = filepath.Join(s.Data, "journal")
		if strings.HasPrefix(s.Objects, "s3://") {
			s.Journal = journalInStore
		}
	}
	s.Scratch = k.String("scratch")
	s.Listen = either(k.String("listen"), "127.0.0.1:8080")
	s.BaseURL = strings.TrimSuffix(k.String("base-url"), "/")
	s.AdminEmail = k.String("admin-email")
	s.ARK = k.String("ark-naan")
	s.Cache = k.String("cache")
	s.cacheAsked = s.Cache != ""
	if !s.cacheAsked && strings.HasPrefix(s.Objects, "s3://") {
		s.Cache = filepath.Join(s.Data, "cache")
	}
	if s.renderBytes, err = parseSize("render-memory", either(k.String("render-memory"), "1G")); err != nil {
		return s, err
	}
	if s.tileBytes, err = parseSize("tile-memory", either(k.String("tile-memory"), "64M")); err != nil {
		return s, err
	}
	if s.cacheBytes, err = parseSize("cache-size", either(k.String("cache-size"), "4G")); err != nil {
		return s, err
	}
	if err = s.images.load(k, s.renderBytes); err != nil {
		return s, err
	}
	if err = s.checks.load(k); err != nil {
		return s, err
	}
	if err = s.indexSnapshots.load(k); err != nil {
		return s, err
	}
	return s, s.validate()
}

// parseSize reads a number of bytes such as 512M: K, M, G and T are powers of 1024.
func parseSize(name, value string) (int64, error) {
	digits, unit := strings.TrimRight(strings.ToUpper(value), "BI"), int64(1)
	for i, letter := range "KMGT" {
		if rest, ok := strings.CutSuffix(digits, string(letter)); ok {
			digits, unit = rest, int64(1)<<(10*(i+1))
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/unit {
		return 0, usage("%s: %q is not a size such as 512M or 2G", name, value)
	}
	return n * unit, nil
}

func (s settings) validate() error {
	if !strings.HasPrefix(s.Database, "sqlite:") && !strings.HasPrefix(s.Database, "postgres://") &&
		!strings.HasPrefix(s.Database, "postgresql://") {
		return usage("database: %q is neither sqlite:PATH nor postgres://USER@HOST/NAME", mask(s.Database))
	}
	if !strings.HasPrefix(s.Objects, "dir:") && !strings.HasPrefix(s.Objects, "s3://") {
		return usage("objects: %q is neither dir:PATH nor s3://KEY:SECRET@HOST/BUCKET", mask(s.Objects))
	}
	if s.Journal != journalInStore && strings.Contains(s.Journal, ":") {
		return usage("journal: %q is none of a directory, store: and off", mask(s.Journal))
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return usage("listen: %q is not HOST:PORT, such as 127.0.0.1:8080", s.Listen)
	}
	if s.BaseURL != "" {
		u, err := url.Parse(s.BaseURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return usage("base-url: %q is not an address such as https://archive.example.org", s.BaseURL)
		}
	}
	if s.AdminEmail != "" && !emailShape.MatchString(s.AdminEmail) {
		return usage("admin-email: %q is not an address such as archive@example.org", s.AdminEmail)
	}
	if s.ARK != "" && !ark.ValidNAAN(s.ARK) {
		return usage("ark-naan: %q is not a number such as 12345, as the ARK Alliance gives them out", s.ARK)
	}
	return nil
}

// emailShape is what harvesters take for an address (OAI-PMH 2.0, section 4.2).
var emailShape = regexp.MustCompile(`^[^\s@]+@([^\s@.]+\.)+[^\s@.]+$`)

// print shows the settings at start, secrets masked.
func (s settings) describe(w io.Writer) {
	fmt.Fprintf(w, "database %s\nobjects  %s\nindex    %s\njournal  %s\n", mask(s.Database), mask(s.Objects), s.Index, s.Journal)
}

// mask shows an address without its secrets. Paths (sqlite:, dir:) hold none. Of
// what is no address nothing is shown, since a password may stand anywhere in it;
// of one that cannot be read as it was meant, its scheme.
func mask(address string) string {
	if strings.HasPrefix(address, "sqlite:") || strings.HasPrefix(address, "dir:") {
		return address
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme == "" || strings.ContainsFunc(scheme, notOfScheme) {
		return "…"
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Fragment != "" || u.User == nil && strings.Contains(rest, "@") {
		return scheme + "://…"
	}
	if u.User != nil {
		if _, ok := u.User.Password(); ok {
			u.User = url.UserPassword(u.User.Username(), "xxxxx")
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return scheme + "://…"
	}
	for key := range query {
		if lower := strings.ToLower(key); strings.Contains(lower, "secret") || strings.Contains(lower, "pass") {
			query.Set(key, "xxxxx")
			u.RawQuery = query.Encode()
		}
	}
	return u.String()
}

// notOfScheme reports whether a character cannot be part of an address' scheme.
func notOfScheme(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
}

func either(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}
