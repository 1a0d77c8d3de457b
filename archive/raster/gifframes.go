package raster

import (
	"bufio"
	"io"
)

// severalFrames reports whether a GIF has a second frame (GIF89a, sections 17 to
// 25). It reads as far as that, but no further than a first frame of many
// megabytes; what is damaged has none.
func severalFrames(m *master) bool {
	const most = 64 << 20
	r := bufio.NewReader(io.LimitReader(m.all(), most))
	skip := func(n int) bool {
		_, err := r.Discard(n)
		return err == nil
	}
	table := func(flags byte) bool { // of colours
		return flags&0x80 == 0 || skip(3<<(flags&7+1))
	}
	blocks := func() bool {
		for {
			n, err := r.ReadByte()
			if err != nil || n == 0 {
				return err == nil
			}
			if !skip(int(n)) {
				return false
			}
		}
	}
	var head [13]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || !table(head[10]) {
		return false
	}
	for frames := 0; ; {
		kind, err := r.ReadByte()
		switch {
		case err != nil:
			return false
		case kind == '!': // an extension
			if !skip(1) || !blocks() {
				return false
			}
		case kind == ',':
			if frames++; frames == 2 {
				return true
			}
			var frame [9]byte
			if _, err := io.ReadFull(r, frame[:]); err != nil || !table(frame[8]) || !skip(1) || !blocks() {
				return false
			}
		default: // the end, or what does not belong there
			return false
		}
	}
}
