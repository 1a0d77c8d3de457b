package sample

// material says how a surface looks close up. fine and mottle are how many of
// 128 parts brighter or darker its texture makes it, at one standard deviation;
// age and tint are the same for the large stains at their strongest.
type material struct {
	grain  int     // which of the grains
	fine   float64 // amount of the grain
	mottle float64 // amount of soft blotches
	age    int32   // amount of large stains
	tint   int32   // amount of warm and cool stains, in steps of colour
	crack  int32   // how dark cracks are, 0 to 128
	wear   int32   // how much is worn away, 0 to 255; about 128 is half of it
	under  colour
	lit    int32 // how bright the rim of a worn place is

	mixed *tile // the grain and the blotches in one
}

// grainDeviation is about the standard deviation of the tiles in steps.
const grainDeviation = 32

// material gives the scene a material.
func (s *scene) material(id uint8, m material) {
	grain, mottle := s.finish.tex.grain[m.grain], s.finish.tex.mottle
	m.mixed = new(tile)
	a, b := int32(m.fine*256/grainDeviation), int32(m.mottle*256/grainDeviation)
	for i := range m.mixed {
		v := int32(grain[i])*a + int32(mottle[i])*b
		m.mixed[i] = int8(max(-127, min(127, (v+128)>>8)))
	}
	s.mats[id] = m
}

// finish is what time did to a picture: fields of stains, wear and cracks.
type finish struct {
	tex    *textures
	age    *field
	tint   *field
	wear   *field
	shift  uint  // cracks and wear are 1<<shift times finer than the tiles
	bend   uint  // the fields bend the tiles by up to 256>>bend pixels
	cracks int32 // where cracks are: -256 everywhere, 0 half of it, 256 nowhere
}

// finishRows is a painter's memory for one row of each field.
type finishRows struct{ age, tint, wear []int32 }

// newFinish sets up a picture's ageing. size is that of the largest stains in
// pixels.
func newFinish(tex *textures, w, h int, size float64, seed uint64) finish {
	shift := uint(4)
	for 1<<(shift+1) <= int(size/20) && shift < 6 {
		shift++
	}
	bend := uint(1)
	for 256>>bend > int(size/6) && bend < 5 {
		bend++
	}
	return finish{
		tex: tex, shift: 0, bend: bend,
		age:  newField(w, h, shift, size, seed),
		tint: newField(w, h, shift, size*0.8, seed+1),
		wear: newField(w, h, shift, size*0.6, seed+2),
	}
}

// row turns row y of the painted canvas into RGB bytes.
func (f *finish) row(dst []byte, src []uint32, y int, mats *[256]material, mem *finishRows) {
	n := len(src)
	if len(mem.age) < n {
		*mem = finishRows{make([]int32, n), make([]int32, n), make([]int32, n)}
	}
	age, tint, wear := mem.age[:n], mem.tint[:n], mem.wear[:n]
	f.age.row(age, y)
	f.tint.row(tint, y)
	f.wear.row(wear, y)
	cell := 1 << f.age.shift
	for x := 0; x < n; {
		// A run is of one material and within one cell of the fields, in which
		// they are straight lines: their ends tell what can happen in it.
		end, limit := x+1, min(n, (x+cell)&^(cell-1))
		for end < limit && src[end]>>24 == src[x]>>24 {
			end++
		}
		m := &mats[src[x]>>24]
		if m.mixed == nil {
			m = &mats[0]
		}
		wears := m.wear > 0 && max(wear[x], wear[end-1])+318 > 300-m.wear*5/2-12
		cracks := m.crack > 0 && max(age[x]+wear[x], age[end-1]+wear[end-1]) > f.cracks
		if wears || cracks {
			f.worn(dst[3*x:3*end], src[x:end], x, y, m, age[x:end], tint[x:end], wear[x:end])
		} else {
			f.plain(dst[3*x:3*end], src[x:end], x, y, m, age[x:end], tint[x:end])
		}
		x = end
	}
}

const tileMask = tileSide - 1

// plain finishes pixels of one material without wear and cracks. The tiles are
// bent by the fields, so that the eye finds no repetition.
func (f *finish) plain(dst []byte, src []uint32, x, y int, m *material, age, tint []int32) {
	mixed, old, warm := m.mixed, m.age, m.tint
	age, tint = age[:len(src)], tint[:len(src)]
	j := 0
	for i, c := range src {
		a, w := age[i], tint[i]
		d := a * old >> 8
		if mixed != nil {
			d += int32(mixed[(y+int(a>>f.bend))&tileMask*tileSide+(x+i+int(w>>f.bend))&tileMask])
		}
		w = w * warm >> 8
		put(dst[j:j+3:j+3], c, d, w)
		j += 3
	}
}

// worn finishes pixels of one material where it is worn or cracked.
func (f *finish) worn(dst []byte, src []uint32, x, y int, m *material, age, tint, wear []int32) {
	limit := 300 - m.wear*5/2
	for i, c := range src {
		a, t := age[i], tint[i]
		d := a*m.age>>8 + int32(m.mixed[(y+int(a>>f.bend))&tileMask*tileSide+(x+i+int(t>>f.bend))&tileMask])
		at := ((y<<f.shift+int(a>>f.bend))&tileMask)*tileSide + (x<<f.shift+i<<f.shift+int(t>>f.bend))&tileMask
		if m.wear > 0 {
			coarse := ((y*79>>8)&tileMask)*tileSide + ((x+i)*79>>8+int(a>>f.bend))&tileMask
			if v := wear[i] + int32(f.tex.worn[at])*3>>1 + int32(f.tex.worn[coarse]) - limit; v > 0 {
				c = c&0xff000000 | m.under
				d += int32(f.tex.grain[grainPlaster][at]) >> 3
				d -= max(0, 9-v) // the step down casts a shadow
			} else if v > -12 {
				d += m.lit
			}
		}
		if m.crack > 0 {
			if gate := a + wear[i] - f.cracks; gate > 0 {
				d -= int32(f.tex.crack[at]) * m.crack * min(gate, 128) >> 14
			}
		}
		put(dst[3*i:3*i+3:3*i+3], c, d, t*m.tint>>8)
	}
}

// put writes one pixel that is d of 128 parts brighter and w steps warmer.
func put(dst []byte, c uint32, d, w int32) {
	r, g, b := int32(c>>16&255), int32(c>>8&255), int32(c&255)
	r += (r+20)*d>>7 + w
	g += (g+20)*d>>7 + w>>2
	b += (b+20)*d>>7 - w
	if uint32(r|g|b) > 255 {
		r, g, b = max(0, min(255, r)), max(0, min(255, g)), max(0, min(255, b))
	}
	dst[0], dst[1], dst[2] = byte(r), byte(g), byte(b)
}
