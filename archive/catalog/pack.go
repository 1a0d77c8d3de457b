package catalog

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
)

// packFrom is from how many bytes on an entry is compressed, as those of imports are: rows
// of one table are much alike, and each page that an entry takes in the database is
// written three times.
const packFrom = 32 << 10

// gzipMagic begins what is compressed (RFC 1952, section 2.3.1); an entry begins with "[".
var gzipMagic = []byte{0x1f, 0x8b}

// pack makes an entry small for the table journal; it is never nil.
func pack(entry []byte) ([]byte, error) {
	if len(entry) < packFrom {
		return append([]byte{}, entry...), nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = w.Write(entry)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return b.Bytes(), nil
}

// unpack returns an entry as it was before pack, also one that earlier programs wrote.
func unpack(stored []byte) ([]byte, error) {
	if !bytes.HasPrefix(stored, gzipMagic) {
		return slices.Clone(stored), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	entry, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return entry, nil
}
