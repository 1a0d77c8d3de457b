package main

import (
	"bufio"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hexi/archive"
	"hexi/search/zh"
)

//go:embed peer-lucene/Peer.java
var luceneProgram []byte

// luceneJars are what the program needs of Debian's package liblucene8-java.
var luceneJars = []string{"core", "analyzers-common", "facet", "highlighter", "memory", "queries"}

// lucene is the peer: a program that is compiled when it is started, and told what to do
// by lines. It takes its own times, so that the pipe counts for nothing.
type lucene struct {
	cmd     *exec.Cmd
	to      *bufio.Writer
	end     io.Closer
	from    *bufio.Scanner
	log     string // file that holds what it complains of
	written *luceneWriter
	dir     string
}

// errNoLucene says that there is no peer here, which is no fault of the benchmark.
var errNoLucene = errors.New("install Debian's liblucene8-java and default-jdk-headless, or run make bench-search as root, to measure against Lucene")

// startLucene starts it with an empty index in a directory.
func startLucene(ctx context.Context, dir string, in *inventor) (*lucene, error) {
	var path []string
	for _, jar := range luceneJars {
		found, err := filepath.Glob("/usr/share/java/lucene-" + jar + "-8*.jar")
		if err != nil || len(found) == 0 {
			return nil, errNoLucene
		}
		path = append(path, found[0])
	}
	if output(ctx, "javac", "-version") == "" {
		return nil, errNoLucene
	}
	program := filepath.Join(dir, "Peer.java")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(program, luceneProgram, 0o644)); err != nil {
		return nil, err
	}
	l := &lucene{log: filepath.Join(dir, "lucene.log"), dir: filepath.Join(dir, "index"), written: &luceneWriter{in: in, pinyin: zh.NewPinyin(), folder: zh.NewFolder(), now: time.Now()}}
	l.cmd = exec.CommandContext(ctx, "java", "-Xmx1g", "-cp", strings.Join(path, ":"), program, l.dir)
	log, err := os.Create(l.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the program has its own handle
	l.cmd.Stderr = log
	to, err := l.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := l.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	l.to, l.end, l.from = bufio.NewWriterSize(to, 1<<20), to, bufio.NewScanner(from)
	if err := l.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Lucene: %w", err)
	}
	return l, nil
}

func (l *lucene) stop() error {
	if err := errors.Join(l.end.Close(), l.cmd.Wait()); err != nil {
		return fmt.Errorf("stop Lucene: %w:\n%s", err, l.said())
	}
	return nil
}

// tell sends a command, with the lines that belong to it.
func (l *lucene) tell(command string, lines func(yield func(string) bool)) error {
	if _, err := l.to.WriteString(command + "\n"); err != nil {
		return l.failed(err)
	}
	if lines != nil {
		for line := range lines {
			if _, err := l.to.WriteString(line + "\n"); err != nil {
				return l.failed(err)
			}
		}
	}
	if err := l.to.Flush(); err != nil {
		return l.failed(err)
	}
	return nil
}

func (l *lucene) failed(err error) error { return fmt.Errorf("ask Lucene: %w:\n%s", err, l.said()) }

// said is what the program complained of.
func (l *lucene) said() string {
	data, err := os.ReadFile(l.log)
	if err != nil {
		return err.Error()
	}
	return string(data[:min(len(data), 2000)])
}

func (l *lucene) answer() (string, error) {
	if !l.from.Scan() {
		return "", l.failed(errors.Join(io.ErrUnexpectedEOF, l.from.Err()))
	}
	return l.from.Text(), nil
}

// do sends a command that is answered by one line.
func (l *lucene) do(command string, lines func(yield func(string) bool)) (string, error) {
	if err := l.tell(command, lines); err != nil {
		return "", err
	}
	return l.answer()
}

// records are the lines of so many records, in a version.
func (l *lucene) records(from, count, version int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for n := from; n < from+count; n++ {
			if !yield(l.written.record(l.written.in.entry(n, version))) {
				return
			}
		}
	}
}

// ask implements searcher.
func (l *lucene) ask(_ context.Context, questions []question, clients int) (*answers, error) {
	before := cpuOf(l.cmd.Process.Pid)
	err := l.tell(fmt.Sprintf("ask %d %d", clients, len(questions)), func(yield func(string) bool) {
		for _, q := range questions {
			if !yield(luceneQuestion(q)) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out := &answers{}
	for range questions {
		line, err := l.answer()
		if err != nil {
			return nil, err
		}
		for i, s := range strings.Fields(line) {
			n, err := strconv.Atoi(s)
			switch {
			case err != nil:
				return nil, fmt.Errorf("ask Lucene: it answered %q", line)
			case i == 0:
				out.hits += n
			default:
				out.took = append(out.took, time.Duration(n))
			}
		}
	}
	line, err := l.answer()
	if err != nil {
		return nil, err
	}
	elapsed, err := strconv.Atoi(line)
	if err != nil {
		return nil, fmt.Errorf("ask Lucene: it answered %q", line)
	}
	out.elapsed = time.Duration(elapsed)
	out.cpu = cpuOf(l.cmd.Process.Pid) - before
	return out, nil
}

// luceneQuestion is a question as the program reads it.
func luceneQuestion(q question) string {
	var parts []string
	say := func(name, value string) { parts = append(parts, name+"="+value) }
	for _, w := range q.words {
		say("word", w)
	}
	if q.phrase != "" {
		say("phrase", q.phrase)
	}
	if q.from != 0 {
		say("from", strconv.Itoa(q.from))
		say("to", strconv.Itoa(q.to))
	}
	if b := q.box; b != nil {
		say("box", fmt.Sprintf("%g,%g,%g,%g", b.West, b.South, b.East, b.North))
	}
	for _, f := range q.filters {
		say(f.facet, f.value)
	}
	for name, wanted := range map[string]bool{"date": q.byDate, "facets": q.facets, "highlight": q.highlight} {
		if wanted {
			say(name, "1")
		}
	}
	if q.page > 0 {
		say("page", strconv.Itoa(q.page))
	}
	if q.prefix != "" {
		say("prefix", q.prefix)
	}
	if len(parts) == 0 {
		say("facets", "1")
	}
	return strings.Join(parts, "\t")
}

// luceneWriter writes records as the program reads them: with the same texts to look in,
// values to count and completions as the search index has.
type luceneWriter struct {
	in     *inventor
	pinyin *zh.Pinyin
	folder *zh.Folder
	now    time.Time
}

func (w *luceneWriter) record(e *archive.Entry) string {
	r := &e.Record
	parts := []string{"id=" + r.ID}
	say := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				parts = append(parts, name+"="+v)
			}
		}
	}
	texts := func(name string, t archive.Text) { say(name, t["zh"], t["en"]) }
	texts("title", r.Titles)
	texts("text", r.Descriptions)
	for _, id := range r.Identifiers {
		say("text", id.Value)
	}
	for _, s := range r.Subjects {
		texts("text", s)
		w.suggest(say, s)
	}
	for _, p := range r.People {
		texts("text", p.Name)
		w.suggest(say, p.Name)
	}
	texts("text", r.Place.Name)
	w.suggest(say, r.Titles)
	w.suggest(say, r.Place.Name)
	say("text", r.Materials...)
	say("material", r.Materials...)
	say("kind", string(r.Kind))
	say("collection", r.Collection)
	say("category", r.Category)
	say("level", r.Level)
	label := func(scheme archive.Scheme, code string) {
		if term, ok := w.in.vocabulary.Term(scheme, code); ok {
			texts("text", term.Label)
		}
	}
	label(archive.SchemeKind, string(r.Kind))
	label(archive.SchemeCollection, r.Collection)
	label(archive.SchemeCategory, r.Category)
	label(archive.SchemeLevel, r.Level)
	if l := r.Location; l != nil {
		label(archive.SchemeSite, l.Site)
		label(archive.SchemeSpace, l.Space)
		label(archive.SchemeSurface, l.Surface)
		say("text", "第"+l.Cave+"窟", "Cave "+l.Cave)
	}
	if p := r.Period; p != nil {
		say("period", w.periods(p.Term)...)
		say("from", strconv.Itoa(p.From))
		say("to", strconv.Itoa(cmp.Or(p.To, openYear)))
		label(archive.SchemePeriod, p.Term)
	}
	if r.Place.Lat != nil {
		say("lat", strconv.FormatFloat(*r.Place.Lat, 'f', -1, 64))
		say("lon", strconv.FormatFloat(*r.Place.Lon, 'f', -1, 64))
	}
	if e.Visible(w.now) {
		say("visible", "1")
	}
	return strings.Join(parts, "\t")
}

// openYear ends a period that lasts.
const openYear = 9999

// periods are a period and those that it is part of.
func (w *luceneWriter) periods(code string) []string {
	var out []string
	for code != "" && !slices.Contains(out, code) {
		out = append(out, code)
		term, _ := w.in.vocabulary.Term(archive.SchemePeriod, code)
		code = term.Parent
	}
	return out
}

// suggest offers a text as it is written, as it is read, and by its initials.
func (w *luceneWriter) suggest(say func(string, ...string), t archive.Text) {
	for _, s := range []string{t["zh"], t["en"]} {
		folded := w.folder.String(s)
		say("suggest", folded+"|"+s)
		if joined, initials := w.pinyin.Of(folded); s == t["zh"] {
			say("suggest", joined+"|"+s, initials+"|"+s)
		}
	}
}
