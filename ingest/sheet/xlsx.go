package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"hexi/archive"
)

// The bounds of a workbook, in bytes after unpacking, and of its parts. A file that
// says less and unpacks to more is stopped at them too.
const (
	maxParts         = 10_000
	maxPart          = 4 << 30   // one table, which is read as a stream
	maxSharedStrings = 512 << 20 // the part of them; what of it is kept in memory is bounded by maxTextBytes
	maxSmallPart     = 32 << 20  // the list of tables, styles
	maxTables        = 1_000
	maxToken         = 4 << 20 // one text or element, which the decoder keeps whole: a cell of maxCell, escaped
)

// workbook is an opened .xlsx file (ECMA-376 part 1, SpreadsheetML). It is read here
// and not by a library because what a cell says depends on what libraries hide when
// they stream: whether it is text or a number, what its format shows of a date, whether
// a formula was ever computed, which merged cell covers it, and whether it is hidden.
type workbook struct {
	parts   map[string]*zip.File
	shared  sharedTexts
	formats []numberFormat // by the index of a cell's style
	date    dateSystem
	tables  []tablePart
}

// tablePart is a worksheet of a workbook.
type tablePart struct {
	name   string
	part   string // "" for what is no table, such as a sheet that is a chart
	hidden bool
}

var (
	magicZIP = []byte("PK\x03\x04")
	magicOLE = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
)

// refuseOLE says what to do about a file in the older container: a workbook before
// 2007, or one that is locked with a password.
func refuseOLE(start []byte) error {
	if bytes.Contains(start, utf16le("EncryptedPackage")) || bytes.Contains(start, utf16le("EncryptionInfo")) {
		return archive.Invalid("", "the workbook is locked with a password; open it, remove the password (File › Info › Protect) and save it again")
	}
	return archive.Invalid("", "this is a workbook in the format before 2007 (.xls); open it and save it as .xlsx")
}

func utf16le(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

func openWorkbook(file File) (*workbook, error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	archived, err := zip.NewReader(file, size)
	if interrupted(err) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if err != nil {
		return nil, archive.Invalid("", "the workbook is damaged or cut short (%v); copy it again, or open and save it again", err)
	}
	if len(archived.File) > maxParts {
		return nil, archive.Invalid("", "the workbook has %d parts; at most %d are read", len(archived.File), maxParts)
	}
	w := &workbook{parts: make(map[string]*zip.File, len(archived.File))}
	for _, f := range archived.File {
		// Some programs write \ between the folders, or other letters' case.
		w.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	if w.parts["mimetype"] != nil && w.parts["content.xml"] != nil {
		return nil, archive.Invalid("", "this is an OpenDocument sheet (.ods); save it as .xlsx")
	}
	if err := w.readTables(); err != nil {
		return nil, err
	}
	if err := w.readStyles(); err != nil {
		return nil, err
	}
	return w, w.readShared()
}

// element is a start or an end of an element, or text between them.
type element struct {
	name string // "" for text
	end  bool
	attr []xml.Attr
	text []byte // valid until the next one
}

// get returns an attribute.
func (e element) get(name string) string {
	for _, a := range e.attr {
		if a.Name.Local == name && (a.Name.Space == "" || name == "id") {
			return a.Value
		}
	}
	return ""
}

// is reports whether an attribute says yes.
func (e element) is(name string) bool { v := e.get(name); return v == "1" || v == "true" }

// walk calls do for each element and text of a part, until it returns false. Names
// are without their prefix, which programs choose differently. A part that is not
// there is empty.
func (w *workbook) walk(name string, limit int64, do func(element) bool) error {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if interrupted(err) {
		return fmt.Errorf("read the workbook's part %s: %w", name, err)
	}
	if err != nil {
		return archive.Invalid("", "the workbook's part %s cannot be read: %v", name, err)
	}
	defer r.Close() //nolint:errcheck // read only
	return walkXML(&bounded{r: r, left: limit, part: name}, do)
}

func walkXML(r *bounded, do func(element) bool) error {
	name := r.part
	decoder := xml.NewDecoder(r)
	decoder.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("it is in %s instead of UTF-8", charset)
	}
	for {
		r.token = 0
		token, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case interrupted(err):
			return fmt.Errorf("read the workbook's part %s: %w", name, err)
		}
		var invalid *archive.InvalidError
		if errors.As(err, &invalid) {
			return invalid
		}
		if err != nil {
			return archive.Invalid("", "the workbook's part %s is damaged: %v; open the workbook and save it again", name, err)
		}
		more := true
		switch t := token.(type) {
		case xml.StartElement:
			more = do(element{name: t.Name.Local, attr: t.Attr})
		case xml.EndElement:
			more = do(element{name: t.Name.Local, end: true})
		case xml.CharData:
			more = do(element{text: t})
		case xml.Directive:
			return archive.Invalid("", "the workbook's part %s declares a document type, which no workbook does", name)
		}
		if !more {
			return nil
		}
	}
}

// bounded ends with an error where a part unpacks to more than it may, or where one
// token of it goes on for more than maxToken: the decoder would keep all of that in
// memory before anybody sees it.
type bounded struct {
	r     io.Reader
	left  int64
	token int64 // bytes since the last token ended
	part  string
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, archive.Invalid("", "the workbook's part %s unpacks to more than is read", b.part)
	}
	if b.token > maxToken {
		return 0, archive.Invalid("", "the workbook's part %s holds more than %d MiB in one piece, which no cell does; open the workbook, shorten the cell and save it again, or copy it again from its source", b.part, maxToken>>20)
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.token += int64(n)
	return n, err
}

// readTables reads the list of tables, in the order of their tabs.
func (w *workbook) readTables() error {
	root := "xl/workbook.xml"
	err := w.walk("_rels/.rels", maxSmallPart, func(e element) bool {
		if e.name == "Relationship" && strings.HasSuffix(e.get("Type"), "/officeDocument") {
			root = strings.TrimPrefix(path.Clean(e.get("Target")), "/")
		}
		return true
	})
	if err != nil {
		return err
	}
	if w.parts[strings.ToLower(root)] == nil {
		return archive.Invalid("", "this is a zip archive but no workbook; unpack it, or save the sheet as .xlsx")
	}
	targets := map[string]string{}
	folder, base := path.Split(root)
	err = w.walk(folder+"_rels/"+base+".rels", maxSmallPart, func(e element) bool {
		// External targets are never followed: what is not among the parts is not read.
		if e.name == "Relationship" && e.get("TargetMode") != "External" && (strings.HasSuffix(e.get("Type"), "/worksheet")) {
			target := e.get("Target")
			if !strings.HasPrefix(target, "/") {
				target = folder + target
			}
			for _, a := range e.attr {
				if a.Name.Local == "Id" {
					targets[a.Value] = strings.TrimPrefix(path.Clean(target), "/")
				}
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	err = w.walk(root, maxSmallPart, func(e element) bool {
		switch {
		case e.end:
		case e.name == "workbookPr":
			w.date.from1904 = e.is("date1904")
		case e.name == "sheet" && len(w.tables) < maxTables:
			state := e.get("state")
			w.tables = append(w.tables, tablePart{name: e.get("name"), part: targets[e.get("id")], hidden: state == "hidden" || state == "veryHidden"})
		}
		return true
	})
	if err == nil && len(w.tables) == 0 {
		err = archive.Invalid("", "the workbook holds no table")
	}
	return err
}

// unescape replaces _x000D_, by which workbooks write characters that XML cannot hold
// (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	at := strings.Index(s, "_x")
	if at < 0 {
		return s
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(s[:at])
		var code rune
		if n, err := fmt.Sscanf(s[at:min(len(s), at+7)], "_x%04X_", &code); n == 1 && err == nil && len(s) >= at+7 && s[at+6] == '_' {
			b.WriteRune(code)
			s = s[at+7:]
		} else {
			b.WriteString("_x")
			s = s[at+2:]
		}
		at = strings.Index(s, "_x")
	}
	b.WriteString(s)
	return b.String()
}
