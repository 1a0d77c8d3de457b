package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
)

// JSONL writes one record a line (archive.Line).
func (x *Exporter) JSONL(ctx context.Context, w io.Writer, c Choice) (Summary, error) {
	var s Summary
	out := bufio.NewWriterSize(w, 1<<20)
	var buf []byte
	for e, err := range x.entries(ctx, c) {
		if err != nil {
			return s, err
		}
		line := c.line(e)
		if buf, err = line.Append(buf[:0]); err != nil {
			return s, err
		}
		if _, err := out.Write(buf); err != nil {
			return s, fmt.Errorf("write record %s: %w", e.Record.ID, err)
		}
		s.count(line)
	}
	if err := out.Flush(); err != nil {
		return s, fmt.Errorf("write records: %w", err)
	}
	return s, nil
}
