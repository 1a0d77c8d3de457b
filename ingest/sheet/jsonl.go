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
					row = decodeLine(line, opts)
					row.Number = number
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

func decodeLine(line []byte, opts Options) (row Row) {
	if row.Record, row.Err = archive.DecodeRecord(line, "files", "layers"); row.Err != nil {
		return row
	}
	var beside struct {
		Files  json.RawMessage `json:"files"`
		Layers json.RawMessage `json:"layers"`
		Assets json.RawMessage `json:"assets"`
	}
	if row.Err = json.Unmarshal(line, &beside); row.Err != nil {
		return row
	}
	if beside.Files != nil && json.Unmarshal(beside.Files, &row.Files) != nil {
		row.Err = archive.Invalid("files", `is not a list of file names such as ["a.tif"]`)
		return row
	}
	var layers []json.RawMessage
	if beside.Layers != nil && json.Unmarshal(beside.Layers, &layers) != nil {
		row.Err = archive.Invalid("layers", `is not a list of layers such as ["visible", "infrared"]`)
		return row
	}
	if len(row.Files) > 0 {
		row.Masters = archive.DecodeMasters(beside.Assets)
	}
	if row.Layers, row.Err = decodeLayers(opts.Vocabulary, layers, row.Files); row.Err != nil {
		return row
	}
	if row.Record.Collection == "" {
		row.Record.Collection = opts.Collection
	}
	if row.Record.Kind == "" {
		row.Record.Kind = opts.Kind
	}
	return row
}

// skipBOM reports whether a text began with the mark of UTF-8, which it takes off.
func skipBOM(r *bufio.Reader) bool {
	b, err := r.Peek(3)
	if err != nil || !bytes.Equal(b, []byte("\xef\xbb\xbf")) {
		return false
	}
	_, _ = r.Discard(3) // just peeked at
	return true
}
