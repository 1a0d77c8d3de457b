package sample

import (
	"math"
	"math/rand/v2"
)

// tileSide is the side of a noise tile in pixels; tiles repeat without a seam.
const tileSide = 1024

// tile is a repeating texture, in steps of brightness.
type tile [tileSide * tileSide]int8

// The grains that a material can have.
const (
	grainPlaster = iota // clay ground with straw and sand
	grainPigment        // brushed mineral colour
	grainPaper          // fibres of bark and hemp
	grainEarth          // rammed earth with gravel
	grainWood           // long fibres, upright
	grainClay           // burnished pottery
	grainInk            // a block print or a rubbing: paper shows through
	grainCount
)

// textures are the tiles that all pictures share. They are made once and then
// only read.
type textures struct {
	grain  [grainCount]*tile
	mottle *tile // soft blotches
	worn   *tile // where a layer goes first
	crack  *tile // 0 to 127: how dark a crack is
}

func newTextures() *textures {
	t := &textures{
		mottle: noiseTile(11, 1, layer{9, 9, 46}, layer{24, 24, 60}),
		worn:   noiseTile(12, 1, layer{2, 2, 8}, layer{5, 4, 24}, layer{14, 11, 40}, layer{50, 40, 20}),
		crack:  crackTile(13),
	}
	g := &t.grain
	g[grainPlaster] = noiseTile(1, 1, layer{2, 1, 12}, layer{5, 3, 22}, layer{13, 9, 20})
	flecks(g[grainPlaster], 2, 700, 14, 40, -40, 30)
	specks(g[grainPlaster], 3, 1500, 60)
	g[grainPigment] = noiseTile(4, 1, layer{4, 1, 12}, layer{14, 1, 22}, layer{34, 3, 18})
	specks(g[grainPigment], 5, 2200, 50)
	g[grainPaper] = noiseTile(6, 1, layer{3, 2, 14}, layer{8, 6, 20})
	flecks(g[grainPaper], 7, 2600, 26, 90, -16, 22)
	g[grainEarth] = noiseTile(8, 1, layer{2, 1, 20}, layer{6, 3, 30}, layer{16, 6, 26})
	specks(g[grainEarth], 9, 5200, 62)
	g[grainWood] = noiseTile(10, 1, layer{1, 14, 22}, layer{2, 60, 34}, layer{5, 120, 24})
	g[grainClay] = noiseTile(14, 1, layer{3, 1, 12}, layer{20, 1, 22}, layer{8, 8, 16})
	specks(g[grainClay], 15, 1500, 46)
	g[grainInk] = noiseTile(16, 1, layer{1, 1, 40}, layer{2, 2, 34}, layer{6, 6, 26})
	return t
}

// layer is noise that is blurred by x and y pixels and has a standard deviation
// of amp steps.
type layer struct {
	x, y int
	amp  float64
}

func noiseTile(seed uint64, passes int, layers ...layer) *tile {
	sum := make([]float32, tileSide*tileSide)
	for i, l := range layers {
		rnd := rand.New(rand.NewPCG(seed, uint64(i)))
		v := make([]float32, len(sum))
		for j := range v {
			v[j] = rnd.Float32() - 0.5
		}
		for range passes + 1 {
			blurRows(v, l.x)
			blurColumns(v, l.y)
		}
		var square float64
		for _, a := range v {
			square += float64(a) * float64(a)
		}
		k := float32(l.amp / math.Sqrt(square/float64(len(v))))
		for j, a := range v {
			sum[j] += a * k
		}
	}
	t := new(tile)
	for i, v := range sum {
		t[i] = clampTile(float64(v))
	}
	return t
}

func clampTile(v float64) int8 { return int8(max(-127, min(127, math.Round(v)))) }

// blurRows is a box blur of radius r that goes on around the edges.
func blurRows(v []float32, r int) {
	line := make([]float32, tileSide)
	for y := range tileSide {
		row := v[y*tileSide:][:tileSide]
		copy(line, row)
		boxBlur(row, line, r, 1)
	}
}

func blurColumns(v []float32, r int) {
	line, out := make([]float32, tileSide), make([]float32, tileSide)
	for x := range tileSide {
		for y := range tileSide {
			line[y] = v[y*tileSide+x]
		}
		boxBlur(out, line, r, 1)
		for y := range tileSide {
			v[y*tileSide+x] = out[y]
		}
	}
}

func boxBlur(dst, src []float32, r int, _ int) {
	n := len(src)
	var sum float32
	for i := -r; i <= r; i++ {
		sum += src[(i+n)%n]
	}
	k := 1 / float32(2*r+1)
	for i := range n {
		dst[i] = sum * k
		sum += src[(i+r+1)%n] - src[(i-r+n)%n]
	}
}

// flecks lays short bent fibres over a tile.
func flecks(t *tile, seed uint64, n, short, long, dark, light int) {
	rnd := rand.New(rand.NewPCG(seed, 99))
	for range n {
		x, y := rnd.Float64()*tileSide, rnd.Float64()*tileSide
		a, bend := rnd.Float64()*2*math.Pi, (rnd.Float64()-0.5)*0.04
		amp := float64(dark)
		if rnd.IntN(2) == 0 {
			amp = float64(light)
		}
		amp *= 0.4 + 0.6*rnd.Float64()
		for range short + rnd.IntN(long-short) {
			x, y, a = x+math.Cos(a), y+math.Sin(a), a+bend
			i := (int(y)+4*tileSide)%tileSide*tileSide + (int(x)+4*tileSide)%tileSide
			t[i] = clampTile(float64(t[i])*0.5 + amp)
		}
	}
}

// specks lays grains of one to three pixels over a tile.
func specks(t *tile, seed uint64, n, amp int) {
	rnd := rand.New(rand.NewPCG(seed, 98))
	for range n {
		x, y, r := rnd.IntN(tileSide), rnd.IntN(tileSide), 1+rnd.IntN(2)
		a := float64(rnd.IntN(2*amp) - amp)
		for dy := range r {
			for dx := range r {
				i := (y+dy)%tileSide*tileSide + (x+dx)%tileSide
				t[i] = clampTile(float64(t[i]) + a)
			}
		}
	}
}

// crackTile draws the borders between cells of a jittered grid, as plaster
// cracks when it dries: wide cracks, and finer ones between them.
func crackTile(seed uint64) *tile {
	sum := make([]float64, tileSide*tileSide)
	for i, l := range []struct {
		cells int
		width float64
		dark  float64
	}{{9, 2.6, 120}, {23, 1.5, 80}} {
		cell := float64(tileSide) / float64(l.cells)
		rnd := rand.New(rand.NewPCG(seed, uint64(i)))
		seeds := make([]vec, l.cells*l.cells)
		for j := range seeds {
			seeds[j] = vec{(float64(j%l.cells) + rnd.Float64()) * cell, (float64(j/l.cells) + rnd.Float64()) * cell}
		}
		wobble := noiseTile(seed+100+uint64(i), 1, layer{3, 3, 2.2}, layer{9, 9, 4.5})
		for y := range tileSide {
			for x := range tileSide {
				n := y*tileSide + x
				px := float64(x) + float64(wobble[n])
				py := float64(y) + float64(wobble[(n+tileSide*tileSide/2+tileSide/2)%(tileSide*tileSide)])
				f1, f2 := nearestTwo(seeds, l.cells, cell, px, py)
				if d := (f2 - f1) / 2; d < l.width {
					sum[n] = max(sum[n], l.dark*(1-d/l.width))
				}
			}
		}
	}
	t := new(tile)
	for i, v := range sum {
		t[i] = clampTile(v)
	}
	return t
}

// nearestTwo returns the distances of the two nearest seeds of a grid that
// repeats.
func nearestTwo(seeds []vec, cells int, cell, x, y float64) (f1, f2 float64) {
	f1, f2 = math.MaxFloat64, math.MaxFloat64
	cx, cy := int(math.Floor(x/cell)), int(math.Floor(y/cell))
	for j := cy - 1; j <= cy+1; j++ {
		for i := cx - 1; i <= cx+1; i++ {
			wi, wj := (i+2*cells)%cells, (j+2*cells)%cells
			s := seeds[wj*cells+wi]
			dx := s.x + float64(i-wi)*cell - x
			dy := s.y + float64(j-wj)*cell - y
			switch d := dx*dx + dy*dy; {
			case d < f1:
				f1, f2 = d, f1
			case d < f2:
				f2 = d
			}
		}
	}
	return math.Sqrt(f1), math.Sqrt(f2)
}

// hash mixes numbers into 32 well-spread bits.
func hash(v ...int) uint32 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, x := range v {
		h ^= uint64(x)
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 29
	}
	h *= 0x94d049bb133111eb
	return uint32(h >> 32)
}

// field is a slowly changing value over a picture: noise of several sizes on a
// coarse grid, between whose points it is interpolated. It is about -256 to 256.
type field struct {
	shift  uint // a grid cell is 1<<shift pixels
	across int
	v      []int32
}

// newField makes the field of a w × h picture whose largest features are size
// pixels.
func newField(w, h int, shift uint, size float64, seed uint64) *field {
	f := &field{shift: shift, across: w>>shift + 2}
	down := h>>shift + 2
	f.v = make([]int32, f.across*down)
	for octave, amp := 0, 150.0; octave < 5; octave, amp = octave+1, amp*0.62 {
		period := size / float64(int(1)<<octave) / float64(int(1)<<shift)
		if period < 1 {
			break
		}
		for j := range down {
			for i := range f.across {
				f.v[j*f.across+i] += int32(amp * valueNoise(float64(i)/period, float64(j)/period, int(seed)*31+octave))
			}
		}
	}
	return f
}

// valueNoise is -1 to 1 and smooth.
func valueNoise(x, y float64, seed int) float64 {
	ix, iy := math.Floor(x), math.Floor(y)
	u, v := x-ix, y-iy
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	at := func(dx, dy int) float64 {
		return float64(hash(seed, int(ix)+dx, int(iy)+dy))/(1<<31) - 1
	}
	top := at(0, 0)*(1-u) + at(1, 0)*u
	low := at(0, 1)*(1-u) + at(1, 1)*u
	return top*(1-v) + low*v
}

// row fills dst with the values along row y.
func (f *field) row(dst []int32, y int) {
	cell := 1 << f.shift
	j, t := y>>f.shift, int32(y&(cell-1))
	a, b := f.v[j*f.across:], f.v[(j+1)*f.across:]
	at := func(i int) int32 { return a[i]<<f.shift + (b[i]-a[i])*t } // × cell
	from := at(0)
	for i := 0; i<<f.shift < len(dst); i++ {
		to := at(i + 1)
		v, d := from<<f.shift, to-from // × cell²
		part := dst[i<<f.shift : min((i+1)<<f.shift, len(dst))]
		for k := range part {
			part[k] = v >> (2 * f.shift)
			v += d
		}
		from = to
	}
}
