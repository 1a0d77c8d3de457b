package sample

import (
	"math"
	"slices"
)

// picture is one image of the sample: what it is called, its pixels, and how it
// is drawn.
type picture struct {
	file string
	w, h int // upright
	seed uint64
	draw func(page) *scene
}

func pictures() []picture { return slices.Concat(bigOnes(), ceilings(), vessels(), towers()) }

func bigOnes() []picture {
	return []picture{
		{"dh-407-ceiling.tif", 10400, 10400, 407, ceiling407().draw},
		{"dh-407-ceiling-lines.png", 3900, 3900, 407, lined(ceiling407().draw)},
		{"dh-285-south.tif", 30600, 3400, 285, apsaras{count: 12, ground: 0xd9c7a6, wear: 16}.draw},
		{"dh-254-thousand.tif", 13200, 7900, 1254, thousand{
			across: 44, down: 24, ground: redEarth, skin: []colour{0x6b5a50, 0xd8bfa0, 0x54463f}, wear: 10, middle: 9,
		}.draw},
	}
}

func ceiling407() caisson {
	return caisson{
		wear: 18, wall: clayWall,
		rings: []ring{
			{62, drapes(greens(), earths(), blues(), darks())},
			{20, pearls(redEarth)},
			{46, vine(oxide, greens(), blues(), reds())},
			{10, plain(reds())},
			{34, lozenges(blues(), greens(), redEarth)},
			{18, pearls(azurite)},
			{10, plain(greens())},
		},
		centre: func(s *scene, r float64) {
			s.fill(new(path).rect(-r, -r, 2*r, 2*r), flat(of(matPaint, azurite)))
			sets := [][3]tints{{greens(), reds(), ochres()}, {earths(), greens(), ochres()}}
			s.sides(func() {
				for i, x := range []float64{-0.45, 0.42} {
					c := sets[i]
					a := apsara{
						skin: of(matWhite, pick(i, colour(0xe6d3ba), 0x8d6e5f)), skirt: c[0].in(matPaint), scarf: c[1].in(matPaint),
						sash: c[2].in(matPaint), halo: ochres().in(matPaint), plays: pick(i, offering, lute), drift: float64(i),
					}
					s.in(x*r, -r*0.77, -0.04, r/900, r/900, func() { s.apsaraScarf(a); s.apsara(a) })
				}
				s.in(r*0.86, -r*0.86, math.Pi/4, 1, 1, func() { s.lotus(r*0.1, 8, reds(), greens(), ochres()) })
				for i := range 14 {
					q := hash(i, 3)
					x, y := (float64(q%1600)/1000-0.8)*r, -(0.55+float64(q>>12%400)/1000)*r
					s.in(x, y, float64(q%7), 1, 1, func() { s.rosette(r*0.016, 6, pick(i, reds(), greens(), ochres())) })
				}
			})
			s.lotus(r*0.56, 8, blues(), greens(), reds())
			s.disc(r*0.37, of(matWhite, leadWhite), of(matPaint, malachite), of(matWhite, malachite3))
			s.pearlCircle(36, r*0.345, r*0.013, malachite)
			s.hares(r*0.31, of(matWhite, leadWhite), of(matLine, soot))
		},
	}
}

func vessels() []picture {
	jar := pts(0.13, 0, 0.15, 0.02, 0.26, 0.2, 0.42, 0.42, 0.47, 0.58, 0.42, 0.74, 0.28, 0.84, 0.17, 0.9, 0.15, 0.96, 0.19, 1)
	pot := pts(0.15, 0, 0.17, 0.02, 0.3, 0.2, 0.45, 0.42, 0.5, 0.58, 0.45, 0.74, 0.3, 0.83, 0.13, 0.88, 0.11, 0.95, 0.14, 1)
	return []picture{
		{"yr-whirlpool-jar.tif", 3000, 3600, 31, vessel{
			profile: jar, clay: 0xc07b4a, ground: 0xc07b4a, tilt: 0.3, from: 0.04, to: 0.74, turn: 0.04,
			pattern: whirlpools(6, 0.4, 0.19, 5), handles: []handle{{0.52, 0.62, 0.03, 0.04}},
		}.draw},
		{"yr-rings-pot.jpg", 1800, 2200, 32, vessel{
			profile: pot, clay: 0xc4834f, ground: 0xc4834f, tilt: 0.3, from: 0.0, to: 0.72, pattern: rings(8, 0.37, 0.17),
		}.draw},
		{"yr-banshan-jar.jpg", 1900, 2300, 33, vessel{
			profile: pot, clay: 0xc58a58, ground: 0xd2a06c, tilt: 0.3, from: 0, to: 0.76, pattern: spirals(5, 0.4, 0.215), handles: []handle{{0.55, 0.64, 0.03, 0.035}},
		}.draw},
		{"yr-machang-jar.jpg", 1900, 2300, 34, vessel{
			profile: pot, clay: 0xb8805a, ground: 0xcfa27a, tilt: 0.3, from: 0, to: 0.76, pattern: circles(4, 0.42, 0.29), handles: []handle{{0.56, 0.65, 0.03, 0.035}},
		}.draw},
		{"yr-gourd-jar.jpg", 1900, 2300, 35, vessel{
			profile: jar, clay: 0xc68850, ground: 0xc68850, tilt: 0.3, from: 0, to: 0.76, pattern: gourds(8, 0.4, 0.2),
		}.draw},
		{"an-fish-basin.png", 2200, 1700, 36, vessel{
			profile: pts(0.3, 0, 0.42, 0.02, 0.72, 0.3, 0.9, 0.66, 0.94, 0.9, 1.0, 1), clay: 0xbd6a42, ground: 0xbd6a42, tilt: 0.24, from: 0, to: 0.6, pattern: fishes(6, 0.34, 0.2),
		}.draw},
		{"an-petals-basin.jpg", 2200, 1700, 38, vessel{
			profile: pts(0.3, 0, 0.42, 0.02, 0.7, 0.28, 0.92, 0.6, 0.97, 0.86, 0.9, 1), clay: 0xc0764a, ground: 0xc0764a, tilt: 0.24, from: 0.06, to: 0.56, pattern: petals(9, 2, 0.14, 0.46),
		}.draw},
		{"yr-qijia-jar.jpg", 1700, 2100, 37, vessel{
			profile: pts(0.2, 0, 0.22, 0.02, 0.36, 0.24, 0.38, 0.36, 0.26, 0.5, 0.24, 0.62, 0.3, 0.82, 0.38, 1), clay: 0xb87f5e, ground: 0xb87f5e, tilt: 0.3, from: 0.1, to: 0.6,
			pattern: incised(12, 0.3, 0.44), handles: []handle{{0.04, 0.56, 0.12, 0.05}},
		}.draw},
	}
}

func towers() []picture {
	red := tints{0x7c2f22, 0x96402c, 0xb0603f, 0xd0906a}.in(matTimber)
	tile := tints{0x4a4f4c, 0x5f6661, 0x858c84, 0xa9aea3}.in(matTimber)
	earth := tints{0x9c7a4e, 0xb8935e, 0xc9a874, 0xdcc090}.in(matEarth)
	return []picture{
		{"gw-guanghua-tower.tif", 9000, 11600, 1372, gate{
			platform: 70, half: 66, batter: 0.12, brick: 0.34, wings: 58, earth: earth, sky: [2]colour{0x9fb6bf, 0xdcd6c2}, seed: 3,
			tower: hall{
				ridge: 22, tiles: tile, timber: red, panel: of(matTimber, 0xcdb48a), detail: 2, pen: of(matPen, 0x2e241e), mat: matTimber,
				storeys: []storey{{48, 22, 7, 11, 9, false}, {40, 17, 7, 11, 8, true}, {32, 15, 5, 11, 11, true}},
			},
		}.draw},
	}
}
