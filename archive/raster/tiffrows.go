package raster

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"
)

// tiffRows reads a TIFF strip by strip, or row of tiles by row of tiles, on all
// cores and a little ahead of who takes the rows. Memory depends on the width of
// the image and the height of its strips or tiles, not on the height of the
// image.
//
// Blocks are read in groups of whole rows: as many below each other as it takes
// to have an even number of rows, because two rows share their chroma, and to
// be worth a task.
type tiffRows struct {
	t      *tiffImage
	height int // of a group
	groups chan *group
	free   chan *band
	cancel context.CancelFunc
	ctx    context.Context
	done   sync.WaitGroup
	now    *group
	at     int // next row of now
}

// group is some rows of blocks under way.
type group struct {
	band    *band
	pending sync.WaitGroup
	mu      sync.Mutex
	err     error
}

// task is one column of a group.
type task struct {
	g                *group
	first, col, rows int
}

// openTIFF returns the rows of a TIFF as they are stored. Its caller closes
// them.
func openTIFF(m *master, t *tiffImage, workers int) rows {
	if t.streams() {
		return &lineRows{lines: &stripLines{r: m, t: t}, samples: t.samples, width: t.width, height: t.height}
	}
	height := t.groupRows()
	ahead := 2
	if t.across < workers {
		ahead = workers + 1
	}
	ahead = min(ahead, (t.height+height-1)/height)
	ctx, cancel := context.WithCancel(m.ctx)
	rows := &tiffRows{t: t, height: height, groups: make(chan *group, ahead), free: make(chan *band, ahead), ctx: ctx, cancel: cancel}
	for range ahead {
		rows.free <- newBand(t.width, min(height, t.height), t.gray())
	}
	tasks := make(chan task)
	rows.done.Go(func() { rows.plan(tasks) })
	for range workers {
		rows.done.Go(func() {
			d := &blockReader{r: m, size: m.size, t: t}
			for k := range tasks {
				err := guard("TIFF", func() error { return d.put(k.g.band, k.first, k.col, k.rows) })
				k.g.finish(err)
			}
		})
	}
	return rows
}

// groupRows returns how many rows a group has: as many as a stripe, or fewer where
// rows are so long that a few are worth a task.
func (t *tiffImage) groupRows() int {
	const worth = 1 << 20 // pixels
	want := min(stripeRows, max(2, worth/t.blockWidth))
	each := t.blockHeight
	if each%2 != 0 {
		each *= 2
	}
	return each * ((want + each - 1) / each)
}

// plan hands out tasks, group after group, as bands become free.
func (r *tiffRows) plan(tasks chan<- task) {
	defer close(tasks)
	defer close(r.groups)
	for y := 0; y < r.t.height; y += r.height {
		var b *band
		select {
		case b = <-r.free:
		case <-r.ctx.Done():
			return
		}
		b.rows = min(r.height, r.t.height-y)
		g := &group{band: b}
		g.pending.Add(r.t.across)
		r.groups <- g // has room for all bands
		for col := range r.t.across {
			select {
			case tasks <- task{g, y / r.t.blockHeight, col, b.rows}:
			case <-r.ctx.Done():
				for range r.t.across - col {
					g.finish(r.ctx.Err())
				}
				return
			}
		}
	}
}

func (g *group) finish(err error) {
	if err != nil {
		g.mu.Lock()
		if g.err == nil {
			g.err = err
		}
		g.mu.Unlock()
	}
	g.pending.Done()
}

func (r *tiffRows) bounds() (int, int) { return r.t.width, r.t.height }
func (r *tiffRows) gray() bool         { return r.t.gray() }

func (r *tiffRows) close() {
	r.cancel()
	r.done.Wait()
}

func (r *tiffRows) next(b *band) error {
	for done := 0; done < b.rows; {
		if r.now == nil {
			g, ok := <-r.groups
			if !ok {
				return r.ctx.Err()
			}
			g.pending.Wait()
			if g.err != nil {
				return g.err
			}
			r.now, r.at = g, 0
		}
		n := min(b.rows-done, r.now.band.rows-r.at)
		b.copyRows(done, r.now.band, r.at, n)
		done += n
		if r.at += n; r.at == r.now.band.rows {
			r.free <- r.now.band
			r.now = nil
		}
	}
	return nil
}

// stripLines reads the rows of a TIFF with very large strips one after the
// other.
type stripLines struct {
	r       io.ReaderAt
	t       *tiffImage
	row     int
	strip   io.Reader
	inflate io.ReadCloser
}

func (s *stripLines) close() {}

func (s *stripLines) readLine(line []byte) error {
	t := s.t
	i := s.row / t.blockHeight
	if s.row%t.blockHeight == 0 {
		if t.counts[i] < 1 {
			return refuse(CodeBroken, doReplace, "strip %d of the TIFF file has %d bytes", i+1, t.counts[i])
		}
		raw := bufio.NewReaderSize(io.NewSectionReader(s.r, t.offsets[i], t.counts[i]), 256<<10)
		var err error
		if s.strip, err = t.unpack(raw, &s.inflate, min(t.blockHeight, t.height-i*t.blockHeight)); err != nil {
			return t.blockError(i, 0, err)
		}
	}
	if _, err := io.ReadFull(s.strip, line); err != nil {
		err = t.blockError(i, 0, err)
		if refused := new(RefusedError); errors.As(err, &refused) && refused.Code == CodeTruncated {
			return endedAt("TIFF", s.row, t.height)
		}
		return err
	}
	if t.reversed && t.compression == tiffNone {
		reverseBits(line)
	}
	if t.predictor {
		t.undoPredictor(line)
	}
	if s.row++; s.row%t.blockHeight == 0 || s.row == t.height {
		if err := finishBlock(s.strip); err != nil {
			return t.blockError(i, t.blockHeight, err)
		}
	}
	return nil
}
