package raster

import (
	"fmt"
	"image"
	"testing"
)

// ycc gives the cloth as the components of a JPEG (JFIF 1.02).
func ycc(x, y, c int) uint8 {
	r, g, b := float64(cloth(x, y, 0)), float64(cloth(x, y, 1)), float64(cloth(x, y, 2))
	switch c {
	case 0:
		return uint8(0.299*r + 0.587*g + 0.114*b + 0.5)
	case 1:
		return uint8(-0.168736*r - 0.331264*g + 0.5*b + 128.5)
	}
	return uint8(0.5*r - 0.418688*g - 0.081312*b + 128.5)
}

// TestJPEGMatrix takes JPEGs of every sampling, in one scan and progressive, with
// restarts and without; gray ones, and such as hold red, green and blue.
func TestJPEGMatrix(t *testing.T) {
	t.Parallel()
	one := [2]int{1, 1}
	var all []odd
	for name, luma := range map[string][2]int{"4:4:4": {1, 1}, "4:2:2": {2, 1}, "4:2:0": {2, 2}, "4:4:0": {1, 2}, "4:1:1": {4, 1}, "4:1:0": {4, 2}} {
		for _, progressive := range []bool{false, true} {
			for _, restart := range []int{0, 1, 7} {
				k := jpegKind{
					width: clothWidth, height: clothHeight, sampling: [][2]int{luma, one, one},
					progressive: progressive, restart: restart, value: ycc,
				}
				o := odd{name: fmt.Sprintf("%s progressive=%v restart=%d", name, progressive, restart), master: k.write(), want: clothRGB(), limit: 3}
				if progressive && restart > 0 && name != "4:4:4" {
					o.pure = CodeUnsupported // image/jpeg counts wrongly in their scans
				}
				all = append(all, o)
			}
		}
	}
	for _, progressive := range []bool{false, true} {
		k := jpegKind{width: clothWidth, height: clothHeight, progressive: progressive, value: cloth}
		k.sampling = [][2]int{one}
		all = append(all, odd{name: fmt.Sprintf("gray progressive=%v", progressive), master: k.write(), want: clothGray()})
		k.sampling = [][2]int{{2, 2}} // of one component it means nothing (A.2.2)
		all = append(all, odd{name: fmt.Sprintf("gray of odd sampling progressive=%v", progressive), master: k.write(), want: clothGray()})
		k.sampling, k.adobe = [][2]int{one, one, one}, 1
		all = append(all, odd{name: fmt.Sprintf("RGB progressive=%v", progressive), master: k.write(), want: clothRGB()})
	}
	small := jpegKind{width: 1, height: 1, sampling: [][2]int{{2, 2}, one, one}, value: ycc}
	all = append(all, odd{name: "one pixel", master: small.write(), want: clothRGB().SubImage(image.Rect(0, 0, 1, 1)), limit: 4})
	tryOdd(t, all)
}

// adobeInk gives CMYK as Adobe's programs store it, inverted, of a cloth that is the
// same without its key.
func adobeInk(x, y, c int) uint8 {
	if c == 3 {
		return 255
	}
	return cloth(x, y, c)
}

// adobeYCCK gives the same as YCCK: what is stored inverted is inverted once more
// before it is turned as colours are.
func adobeYCCK(x, y, c int) uint8 {
	if c == 3 {
		return 255
	}
	return 255 - ycc(x, y, c)
}

// TestJPEGInks takes CMYK and YCCK JPEGs, which Adobe's programs store inverted. How
// each engine shows ink is its own affair, up to a point: a negative would be far
// beyond it.
func TestJPEGInks(t *testing.T) {
	t.Parallel()
	one, two := [2]int{1, 1}, [2]int{2, 2}
	eachEngine(t, func(t *testing.T, e engine) {
		var first *image.NRGBA
		for _, o := range []odd{
			{name: "CMYK", master: jpegKind{sampling: [][2]int{one, one, one, one}, adobe: 1, value: adobeInk}.cloth()},
			{name: "CMYK progressive", master: jpegKind{sampling: [][2]int{one, one, one, one}, adobe: 1, value: adobeInk, progressive: true}.cloth()},
			{name: "YCCK", master: jpegKind{sampling: [][2]int{one, one, one, one}, adobe: 3, value: adobeYCCK}.cloth()},
			{name: "YCCK 4:2:0", master: jpegKind{sampling: [][2]int{two, one, one, two}, adobe: 3, value: adobeYCCK}.cloth()},
			{name: "YCCK progressive with restarts", master: jpegKind{sampling: [][2]int{one, one, one, one}, adobe: 3, value: adobeYCCK, progressive: true, restart: 5}.cloth()},
		} {
			a, info, err := derive(t, e, o.master)
			if err != nil {
				t.Errorf("%s: %v", o.name, err)
				continue
			}
			got := a.level(0)
			if info.Colour != "cmyk" {
				t.Errorf("%s: %+v", o.name, info)
			}
			if d := difference(got, clothRGB()); d > 45 {
				t.Errorf("%s: shown with a difference of %.1f steps", o.name, d)
			}
			if first == nil {
				first = got
			}
			if d := difference(got, first); d > 3 {
				t.Errorf("%s: the same inks are shown with a difference of %.1f steps", o.name, d)
			}
			if e.Name() == NewGo().Name() { // its formula is known
				if d := difference(got, clothRGB()); d > 3 {
					t.Errorf("%s: it differs by %.2f steps", o.name, d)
				}
			}
		}
	})
}

// cloth writes a JPEG of the size of the cloth.
func (k jpegKind) cloth() []byte {
	k.width, k.height = clothWidth, clothHeight
	return k.write()
}
