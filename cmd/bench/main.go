// Command bench measures hexi side by side with its peers, in one run, on the
// same files and the same machine, and prints the ratios (docs/performance.md).
//
// It starts every program itself, on loopback, with data in a temporary
// directory: hexi as the binary that people run, fed through "hexi ingest";
// nginx with the same tiles as ready-made files, which is the ceiling; IIPImage
// reading the same access copy; "vips dzsave" on the same masters; an S3 server
// on the same access copy; the sqlite3 client with the rows of the same sheet; Lucene
// with the same records. One load generator serves them all in turn, in
// short interleaved rounds, so that a change of the machine's mood meets each of
// them; medians are printed. It claims nothing about absolute speed: client and
// server share the cores.
//
//	go run ./cmd/bench -quick
//	go run ./cmd/bench -size 6000x4000 -rounds 9
//	go run ./cmd/bench -only ingest -large
//	go run ./cmd/bench -only search -records 1000000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are what a run is told.
type settings struct {
	hexi          string // path of the binary
	width, height int    // of the picture, in pixels
	pyramid       string // an access copy to measure the peers on, without hexi
	connections   int
	rounds        int
	each          time.Duration // one contender in one round
	quick         bool
	large         bool // a gigapixel too
	only          []string
	versitygw     string // path of the S3 server
	records       int    // to edit one and to search among; 0 is as many as the part says
	sizes         []int  // numbers of records to measure the growth of search at
	dir           string // for everything that is written
}

// section is one part of a run.
type section struct {
	name, title string
	run         func(context.Context, settings, io.Writer) error
}

var sections = []section{
	{"tiles", "Tiles, from a directory", benchTiles},
	{"computed", "Computed images", benchComputed},
	{"lanes", "Tiles, while a crawler asks for what has to be computed", benchLanes},
	{"ingest", "Ingest", benchIngest},
	{"s3", "Tiles, from S3", benchS3},
	{"import", "Sheets of the catalogue, their packages, and back from these", benchImport},
	{"edit", "One edit among many records", benchEdit},
	{"search", "Search among many records", benchSearch},
}

// parseOnly reads a list of sections; none means all.
func parseOnly(list string) ([]string, error) {
	var known []string
	for _, s := range sections {
		known = append(known, s.name)
	}
	if list == "" {
		return known, nil
	}
	var only []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("only: there is no part %q; there are %s", name, strings.Join(known, ", "))
		}
		only = append(only, name)
	}
	return only, nil
}

func parse(args []string, stderr io.Writer) (settings, bool, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.hexi, "hexi", "bin/hexi", "the hexi `binary` to measure")
	flags.StringVar(&s.pyramid, "pyramid", "", "measure only the peers, on this pyramidal TIFF `file`")
	size := flags.String("size", "15360x6400", "`width x height` of the picture in pixels")
	flags.IntVar(&s.connections, "connections", 8, "keep-alive connections of the load generator")
	flags.IntVar(&s.rounds, "rounds", 7, "interleaved rounds")
	flags.DurationVar(&s.each, "each", 2*time.Second, "how long one contender is measured in one round")
	only := flags.String("only", "", "measure only these `parts`: tiles,computed,lanes,ingest,s3,import,edit,search")
	flags.BoolVar(&s.large, "large", false, "take in a gigapixel too, and a hundred thousand rows, with some 8 GB of temporary files")
	flags.StringVar(&s.versitygw, "versitygw", "", "the S3 server's `binary` (default: what .ci/tool.sh versitygw builds)")
	flags.IntVar(&s.records, "records", 0, "edit one and search among so many `records` (default 10000 to edit, 100000 with -large and to search)")
	sizes := flags.String("grow", "", "measure how search grows over these `numbers` of records, such as 100000,300000,1000000, and no peer")
	flags.BoolVar(&s.quick, "quick", false, "a short look: three rounds of half a second on smaller pictures")
	keep := flags.String("keep", "", "work in this `directory` and leave it; a second run finds its picture there")
	if err := flags.Parse(args); err != nil {
		return s, false, err
	}
	if s.quick {
		s.rounds, s.each = 3, time.Second/2
		if !isSet(flags, "size") {
			*size = "6000x4000"
		}
	}
	if _, err := fmt.Sscanf(*size, "%dx%d", &s.width, &s.height); err != nil || s.width < 1 || s.height < 1 {
		return s, false, fmt.Errorf("size: %q is not of the form 15360x6400", *size)
	}
	if s.records < 0 || s.records > 10_000_000 {
		return s, false, fmt.Errorf("records: %d is not from 1 to 10,000,000", s.records)
	}
	var err error
	if s.sizes, err = parseSizes(*sizes); err != nil {
		return s, false, err
	}
	if s.connections < 1 || s.connections > 1024 || s.rounds < 1 || s.each < 10*time.Millisecond {
		return s, false, errors.New("there must be 1 to 1024 connections, a round at least, and 10 ms for each contender")
	}
	if s.only, err = parseOnly(*only); err != nil {
		return s, false, err
	}
	if s.pyramid != "" {
		s.only = []string{"tiles"} // nothing else goes without hexi
	}
	if *keep == "" {
		dir, err := os.MkdirTemp("", "hexi-bench-")
		s.dir = dir
		return s, false, err
	}
	dir, err := filepath.Abs(*keep)
	if err != nil {
		return s, false, err
	}
	s.dir = dir
	return s, true, os.MkdirAll(s.dir, 0o755)
}

// parseSizes reads numbers of records, each larger than the one before.
func parseSizes(list string) ([]int, error) {
	if list == "" {
		return nil, nil
	}
	var sizes []int
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > projected || len(sizes) > 0 && n <= sizes[len(sizes)-1] {
			return nil, fmt.Errorf("grow: %q is not a number from 1 to %d that is larger than the one before it", s, projected)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

func isSet(flags *flag.FlagSet, name string) (set bool) {
	flags.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, keep, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if !keep {
		defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	}
	if err := printMachine(ctx, stdout, s); err != nil {
		return err
	}
	for _, section := range sections {
		if !slices.Contains(s.only, section.name) {
			continue
		}
		fmt.Fprintf(stdout, "\n── %s\n\n", section.title)
		if err := section.run(ctx, s, stdout); err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
	}
	return nil
}
