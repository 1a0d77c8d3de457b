package raster

// upright returns rows in the orientation that makes them upright (EXIF 2.3,
// tag 274). Mirrored rows stay a stream. For the others the first row to be
// delivered is the last row, or a column, of what is stored: the image has to
// stand in memory whole, as a band of 1½ bytes a pixel, which the engine's limits
// bound before it begins.
func upright(src rows, orientation int) rows {
	switch {
	case orientation == 2:
		return &mirrored{src}
	case orientation >= 3 && orientation <= 8:
		return &turned{rows: src, turn: turns[orientation]}
	}
	return src
}

// turn says where the pixel x, y of the upright image is stored: at x, y; or, if
// swapped, at y, x; and then counted from the other end where a direction is
// reversed.
type turn struct{ swap, reverseX, reverseY bool }

var turns = [9]turn{
	2: {reverseX: true},
	3: {reverseX: true, reverseY: true},
	4: {reverseY: true},
	5: {swap: true},
	6: {swap: true, reverseY: true},
	7: {swap: true, reverseX: true, reverseY: true},
	8: {swap: true, reverseX: true},
}

// mirrored delivers rows from right to left.
type mirrored struct{ rows }

func (m *mirrored) next(b *band) error {
	stored := newBand(b.width, b.rows, b.cb == nil)
	if err := m.rows.next(stored); err != nil {
		return err
	}
	turns[2].band(b, stored, 0)
	return nil
}

// turned delivers rows that are turned, from the whole image.
type turned struct {
	rows  // as stored
	turn  turn
	whole *band
	at    int // next row
}

func (t *turned) bounds() (int, int) {
	w, h := t.rows.bounds()
	if t.turn.swap {
		return h, w
	}
	return w, h
}

func (t *turned) next(b *band) error {
	if t.whole == nil {
		if err := t.fill(); err != nil {
			return err
		}
	}
	t.turn.band(b, t.whole, t.at)
	t.at += b.rows
	return nil
}

// fill reads the whole image.
func (t *turned) fill() error {
	w, h := t.rows.bounds()
	t.whole = newBand(w, h, t.gray())
	piece := newBand(w, min(h, stripeRows), t.gray())
	for at := 0; at < h; at += piece.rows {
		piece.rows = min(stripeRows, h-at)
		if err := t.rows.next(piece); err != nil {
			return err
		}
		t.whole.copyRows(at, piece, 0, piece.rows)
	}
	return nil
}

// band fills dst with the rows of the turned image from row first on.
func (t turn) band(dst, stored *band, first int) {
	w, h := stored.width, stored.rows
	t.plane(dst.y, dst.width, dst.rows, first, plane{stored.y, w, w, h}, false, false)
	if dst.cb == nil {
		return
	}
	// The squares of 2 × 2 pixels that share a chroma sample begin at the other
	// end after a reversal. Where the length is odd they lie across two of those
	// that are stored: the mean of both is taken.
	betweenX, betweenY := t.reverseX && w%2 == 1, t.reverseY && h%2 == 1
	cw, rows := dst.chromaWidth(), (dst.rows+1)/2
	cb := plane{stored.cb, stored.chromaWidth(), stored.chromaWidth(), (h + 1) / 2}
	cr := plane{stored.cr, cb.stride, cb.width, cb.height}
	t.plane(dst.cb, cw, rows, first/2, cb, betweenX, betweenY)
	t.plane(dst.cr, cw, rows, first/2, cr, betweenX, betweenY)
}

// plane fills rows rows of dst with the turned plane from row first on.
func (t turn) plane(dst []byte, width, rows, first int, src plane, betweenX, betweenY bool) {
	place := func(i, length int, reverse bool) int {
		if reverse {
			return length - 1 - i
		}
		return i
	}
	between := betweenX || betweenY
	sample := func(x, y int) byte {
		x0, y0 := x, y
		if betweenX && x > 0 {
			x0--
		}
		if betweenY && y > 0 {
			y0--
		}
		upper, lower := src.pix[y0*src.stride:], src.pix[y*src.stride:]
		return byte((uint(upper[x0]) + uint(upper[x]) + uint(lower[x0]) + uint(lower[x]) + 2) >> 2)
	}
	if !t.swap {
		for i := range rows {
			y := place(first+i, src.height, t.reverseY)
			to, from := dst[i*width:][:width], src.pix[y*src.stride:][:width]
			switch {
			case between:
				for x := range to {
					to[x] = sample(place(x, width, t.reverseX), y)
				}
			case t.reverseX:
				for x := range to {
					to[x] = from[width-1-x]
				}
			default:
				copy(to, from)
			}
		}
		return
	}
	// Along the stored rows: of each, the few pixels that these rows need lie
	// beside each other.
	for x := range width {
		y := place(x, src.height, t.reverseY)
		from := src.pix[y*src.stride:][:src.width]
		for i := range rows {
			at := place(first+i, src.width, t.reverseX)
			if between {
				dst[i*width+x] = sample(at, y)
			} else {
				dst[i*width+x] = from[at]
			}
		}
	}
}
