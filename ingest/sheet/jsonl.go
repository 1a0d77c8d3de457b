package sheet

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"

	"hexi/archive"
)

// maxLine bounds one line of a .jsonl sheet, in bytes.
const maxLine = 16 << 20

// readJSONL yields one record a line. Blank lines are passed over.
func readJSONL(r *bufio.Reader, opts Options) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		skipBOM(r)
		for number := 1; ; number++ {
			line, err := readLine(r)
			if len(bytes.TrimSpace(line)) > 0 || (err != nil && !errors.Is(err, io.EOF)) {
				row := Row{Number: number}
				if err == nil || errors.Is(err, io.EOF) {
					row.Record, row.Files, row.Err = decodeLine(line, opts)
				} else {
					row.Err = err
				}
				if !yield(row) {
					return
				}
			}
			if err != nil && !errors.Is(err, errLineTooLong) {
				return
			}
		}
	}
}

var errLineTooLong = archive.Invalid("", "the line is longer than 16 MiB, which no record is")

// readLine returns the next line. One that is too long is read to its end and
// reported, so that the lines after it are still read.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong = true
		} else {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if tooLong && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errLineTooLong
		}
		return line, err
	}
}

func decodeLine(line []byte, opts Options) (archive.Record, []string, error) {
	record, err := archive.DecodeRecord(line, "files")
	if err != nil {
		return record, nil, err
	}
	var beside struct {
		Files []string `json:"files"`
	}
	if err := json.Unmarshal(line, &beside); err != nil {
		return record, nil, archive.Invalid("files", `is not a list of file names such as ["a.tif"]`)
	}
	if record.Collection == "" {
		record.Collection = opts.Collection
	}
	if record.Kind == "" {
		record.Kind = opts.Kind
	}
	return record, beside.Files, nil
}

func skipBOM(r *bufio.Reader) {
	if b, err := r.Peek(3); err == nil && bytes.Equal(b, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3) // just peeked at
	}
}
