package sample

import "math"

// ceilings are caissons of other times than the great one of the Sui.
func ceilings() []picture {
	return []picture{
		{"dh-320-ceiling.jpg", 3600, 3600, 320, ceiling320().draw},
		{"dh-272-ceiling.jpg", 2800, 2800, 272, ceiling272().draw},
	}
}

// ceiling320 has the round flower and the borders of half flowers of the High Tang.
func ceiling320() caisson {
	return caisson{
		wear: 9, wall: clayWall,
		rings: []ring{
			{70, drapes(reds(), greens(), blues(), ochres())},
			{16, pearls(azurite)},
			{44, scales(greens(), blues())},
			{10, plain(reds())},
			{64, medallions(redEarth, greens(), blues())},
			{18, pearls(oxide)},
			{42, lozenges(greens(), reds(), azurite)},
			{10, plain(ochres())},
		},
		centre: func(s *scene, r float64) {
			s.fill(new(path).rect(-r, -r, 2*r, 2*r), flat(of(matPaint, cinnabar)))
			s.around(4, func(int) {
				s.in(r*0.8, -r*0.8, math.Pi/4, 1, 1, func() { s.richFlower(r*0.17, 6, greens(), ochres(), blues()) })
			})
			s.richFlower(r*0.86, 8, greens(), blues(), reds())
		},
	}
}

// ceiling272 is of beams laid across each other's corners, as in the caves of the
// Northern Liang.
func ceiling272() caisson {
	return caisson{
		wear: 24, wall: clayWall,
		rings: []ring{
			{54, vine(redEarth, greens(), blues())},
			{12, plain(darks())},
			{30, pearls(oxide)},
		},
		centre: func(s *scene, r float64) {
			lantern(redEarth, malachite, blues(), greens())(s, r, 0)
			s.in(0, 0, math.Pi/4, 1, 1, func() {
				lantern(azurite, redEarth, greens(), earths())(s, r*0.66, 0)
			})
			s.lotus(r*0.42, 8, greens(), ochres(), reds())
			s.seedHead(r*0.13, reds())
		},
	}
}
