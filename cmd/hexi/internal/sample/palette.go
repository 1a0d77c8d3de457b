package sample

// The colours of the wall paintings, after the minerals they were ground from.
const (
	azurite    colour = 0x2f5880 // 石青
	azurite2   colour = 0x557f9f
	azurite3   colour = 0x8fb1c2
	azurite4   colour = 0xc3d3d2
	malachite  colour = 0x34695a // 石绿
	malachite2 colour = 0x5c8f78
	malachite3 colour = 0x97bc9f
	malachite4 colour = 0xcbdac0
	cinnabar   colour = 0xb23a29 // 朱砂
	cinnabar2  colour = 0xc9664c
	cinnabar3  colour = 0xdc9c81
	cinnabar4  colour = 0xecccb5
	redEarth   colour = 0x8c4030 // 土红
	redEarth2  colour = 0xa9614a
	redEarth3  colour = 0xc48f74
	leadWhite  colour = 0xe8dfca // 铅白
	ochre      colour = 0xc29a57 // 土黄
	ochre2     colour = 0xd8bb84
	umber      colour = 0x5f3f2e // 赭
	oxide      colour = 0x40322c // lead that turned dark
	soot       colour = 0x2a2320 // 墨
	gold       colour = 0xcba75a
	gold2      colour = 0xe4ce93
	clayWall   colour = 0xcdb796 // the wall below the paint
	clayPale   colour = 0xdccdb0
)

// tints is one pigment from its darkest to its palest, as the painters graded
// it in steps.
type tints [4]colour

func blues() tints  { return tints{azurite, azurite2, azurite3, azurite4} }
func greens() tints { return tints{malachite, malachite2, malachite3, malachite4} }
func reds() tints   { return tints{cinnabar, cinnabar2, cinnabar3, cinnabar4} }
func earths() tints { return tints{redEarth, redEarth2, redEarth3, clayPale} }
func ochres() tints { return tints{0x9a6f38, ochre, ochre2, 0xebdcb6} }
func darks() tints  { return tints{oxide, umber, 0x94765c, 0xcbb497} }

// in gives the colours a material.
func (t tints) in(mat uint8) tints {
	for i := range t {
		t[i] = of(mat, t[i])
	}
	return t
}

// Materials of wall paintings.
const (
	matWall uint8 = iota + 1
	matPaint
	matWhite // lead white and pale tints, which hide cracks less
	matGold
	matLine // brush lines in ink or red
)

// muralMaterials sets up the surfaces of a wall painting of which wear (0 to
// 100, percent) is lost.
func (s *scene) muralMaterials(wear int32) {
	lost := wear * 255 / 100
	s.material(matWall, material{grain: grainPlaster, fine: 4, mottle: 3.4, age: 12, tint: 9, crack: 64})
	s.material(matPaint, material{grain: grainPigment, fine: 3.4, mottle: 3, age: 9, tint: 6, crack: 70, wear: lost, under: clayWall, lit: 4})
	s.material(matWhite, material{grain: grainPigment, fine: 2.4, mottle: 2.4, age: 9, tint: 8, crack: 70, wear: lost, under: clayWall, lit: 2})
	s.material(matGold, material{grain: grainPigment, fine: 8, mottle: 6, age: 10, tint: 10, crack: 60, wear: lost + lost/3, under: redEarth2, lit: 8})
	s.material(matLine, material{grain: grainPigment, fine: 5, mottle: 3, age: 6, tint: 4, crack: 60, wear: lost, under: clayWall})
}
