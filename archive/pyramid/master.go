package pyramid

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Master is the first image of a TIFF or BigTIFF of any kind, opened for those
// who read masters: its fields, with every count checked against a limit before
// anything is allocated.
type Master struct {
	file *tiff
	dir  directory
	more bool
}

// OpenMaster reads the first directory of a TIFF.
func OpenMaster(r io.ReaderAt, size int64) (*Master, error) {
	t := &tiff{r: r, size: size}
	directories, more, err := t.directories(1)
	if err == nil && len(directories) == 0 {
		err = errTIFF
	}
	if err != nil {
		return nil, fmt.Errorf("read TIFF: %w", err)
	}
	return &Master{file: t, dir: directories[0], more: more}, nil
}

// More reports whether the file holds further images after the first.
func (m *Master) More() bool { return m.more }

// Order returns the file's byte order, which samples of 16 bits have too.
func (m *Master) Order() binary.ByteOrder { return m.file.order }

// Has reports whether the field is there.
func (m *Master) Has(tag uint16) bool {
	_, ok := m.dir[tag]
	return ok
}

// Number returns the first value of a field of whole numbers; otherwise, where
// the field is not there.
func (m *Master) Number(tag uint16, otherwise int64) (int64, error) {
	v, err := m.file.number(m.dir, tag, otherwise)
	if err != nil {
		return 0, fmt.Errorf("read TIFF field %d: %w", tag, err)
	}
	return v, nil
}

// Numbers returns the values of a field of whole numbers, at most limit.
func (m *Master) Numbers(tag uint16, limit int) ([]int64, error) {
	v, err := m.file.numbers(m.dir[tag], uint64(limit))
	if err != nil {
		return nil, fmt.Errorf("read TIFF field %d: %w", tag, err)
	}
	return v, nil
}

// Bytes returns the value of a field of bytes, at most limit.
func (m *Master) Bytes(tag uint16, limit int) ([]byte, error) {
	b, err := m.file.data(m.dir[tag], uint64(limit))
	if err != nil {
		return nil, fmt.Errorf("read TIFF field %d: %w", tag, err)
	}
	return b, nil
}
