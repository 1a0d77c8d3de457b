package bagit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Limits of tag files. Manifests are read line by line and may be of any length.
const (
	maxDeclaration = 4 << 10  // bytes of bagit.txt
	maxInfo        = 16 << 20 // bytes of bag-info.txt
	maxLine        = 64 << 10 // bytes of one line
)

var (
	declared  = regexp.MustCompile(`^BagIt-Version: (\d{1,3}\.\d{1,3})[ \t]*\r?\n(?:Tag-File-Character-Encoding: ([A-Za-z0-9._-]{1,40})[ \t]*(?:\r?\n)?)?(?s:(.*))$`)
	known     = map[string]bool{"0.93": true, "0.94": true, "0.95": true, "0.96": true, "0.97": true, "1.0": true}
	encodings = map[string]encoding.Encoding{
		"utf-8": nil, "us-ascii": nil,
		"utf-16":     unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"utf-16be":   unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf-16le":   unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		"iso-8859-1": charmap.ISO8859_1, "windows-1252": charmap.Windows1252,
		"gbk": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030,
	}
)

// declaration reads bagit.txt (RFC 8493, section 2.1.1), which is in UTF-8 whatever it
// says of the others. ok is false where nothing else can be made of the bag.
func (v *validation) declaration() (ok bool) {
	const name = "bagit.txt"
	data, err := v.readSmall(name, maxDeclaration)
	if errors.Is(err, os.ErrNotExist) {
		v.report.fault("no-bag", name, "is not there; the folder is no bag")
		return false
	}
	if err != nil {
		v.report.fault("unreadable", name, "%v", err)
		return false
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		v.report.fault("declaration", name, "begins with a byte-order mark, which it may not")
		data = data[3:]
	}
	m := declared.FindSubmatch(data)
	if m == nil {
		v.report.fault("declaration", name, `does not begin with "BagIt-Version: 1.0" and "Tag-File-Character-Encoding: UTF-8", one a line`)
		return false
	}
	v.report.Version = string(m[1])
	if !known[v.report.Version] {
		v.report.fault("declaration", name, "version %s of BagIt is not known; 0.93 to 0.97 and 1.0 are", m[1])
		return false
	}
	if len(m[2]) == 0 {
		v.report.fault("declaration", name, "does not say the Tag-File-Character-Encoding")
		return false
	}
	if len(bytes.TrimSpace(m[3])) > 0 {
		v.report.fault("declaration", name, "has more than its two lines")
	}
	v.encoding, ok = encodings[strings.ToLower(string(m[2]))]
	if !ok {
		v.report.fault("declaration", name, "encoding %s is not known; use UTF-8", m[2])
	}
	return ok
}

// strict reports whether the rules of RFC 8493 hold, and not those of a draft.
func (v *validation) strict() bool { return v.report.Version == "1.0" }

func (v *validation) readSmall(name string, limit int64) ([]byte, error) {
	f, err := v.openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("is larger than %d bytes, which is too much for it", limit)
	}
	return data, nil
}

// lines yields the lines of a tag file in UTF-8, without their ends. A carriage return
// alone ends a line too.
func (v *validation) lines(name string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		f, err := v.openFile(name)
		if err != nil {
			yield("", err)
			return
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		var r io.Reader = f
		if v.encoding != nil {
			r = v.encoding.NewDecoder().Reader(f)
		}
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, 4<<10), maxLine)
		s.Split(splitLines)
		for first := true; s.Scan(); first = false {
			line := s.Text()
			if first && strings.HasPrefix(line, "\ufeff") {
				v.report.warn("byte-order-mark", name, "begins with a byte-order mark")
				line = strings.TrimPrefix(line, "\ufeff")
			}
			if !utf8.ValidString(line) {
				yield("", errors.New("is not in the encoding that bagit.txt says"))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
		if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield("", fmt.Errorf("has a line of more than %d bytes", maxLine))
		} else if err != nil {
			yield("", err)
		}
	}
}

// splitLines is a bufio.SplitFunc for lines that end with LF, CR or CR LF.
func splitLines(data []byte, end bool) (advance int, token []byte, err error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 && end && len(data) > 0:
		return len(data), data, nil
	case i < 0:
		return 0, nil, nil
	case data[i] == '\n':
		return i + 1, data[:i], nil
	case i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	case i+1 < len(data) || end:
		return i + 1, data[:i], nil
	}
	return 0, nil, nil
}

// info reads bag-info.txt, called package-info.txt until 0.95 (RFC 8493, section 2.2.2).
func (v *validation) info() {
	name := "bag-info.txt"
	if _, err := v.root.Lstat(name); err != nil {
		name = "package-info.txt"
		if _, err := v.root.Lstat(name); err != nil {
			return // it need not be there
		}
	}
	if st, err := v.root.Stat(name); err == nil && st.Size() > maxInfo {
		v.report.fault("unreadable", name, "is larger than %d bytes", maxInfo)
		return
	}
	number := 0
	for line, err := range v.lines(name) {
		number++
		if err != nil {
			v.report.fault("unreadable", name, "%v", err)
			return
		}
		if n := len(v.report.Info); n > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			v.report.Info[n-1].Value += " " + strings.TrimSpace(line)
			continue
		}
		label, value, ok := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "":
		case !ok || strings.TrimSpace(label) == "":
			v.report.fault("bag-info", name, "line %d is not of the form Name: value", number)
		default:
			v.report.Info = append(v.report.Info, Field{strings.TrimSpace(label), strings.TrimSpace(value)})
		}
	}
}

func get(info []Field, name string) string {
	for _, f := range info {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
