package raster

// lineReader delivers the stored rows of an image one after the other.
type lineReader interface {
	// readLine fills line, which has the bytes of one row.
	readLine(line []byte) error
	close()
}

// lineRows delivers an image whose rows can only be had one after the other: a
// PNG, or a TIFF that is one compressed strip.
type lineRows struct {
	lines         lineReader
	samples       samples
	width, height int
	pair          []byte // two stored rows
	scratch       []byte
}

func (r *lineRows) bounds() (int, int) { return r.width, r.height }
func (r *lineRows) gray() bool         { return r.samples.gray() }
func (r *lineRows) close()             { r.lines.close() }

func (r *lineRows) next(b *band) error {
	n := r.samples.lineBytes(r.width)
	if r.pair == nil {
		r.pair = make([]byte, 2*n)
	}
	for y := 0; y < b.rows; y += 2 {
		rows := min(2, b.rows-y)
		for i := range rows {
			if err := r.lines.readLine(r.pair[i*n : (i+1)*n]); err != nil {
				return err
			}
		}
		r.scratch = b.putSamples(0, y, r.width, rows, &r.samples, r.pair, n, r.scratch)
	}
	return nil
}
