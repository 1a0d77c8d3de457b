package iiif_test

import (
	"fmt"

	"hexi/archive/iiif"
)

func Example() {
	req, err := iiif.ParseRequest("dh-220-n/38912,24576,1024,1024/512,/0/color.jpg")
	if err != nil {
		fmt.Println(err) // *SyntaxError: 400, *ShapeError: 404
		return
	}
	img := iiif.Image{Pyramid: iiif.NewPyramid(40_000, 25_000, 512)}
	plan, err := req.Resolve(img, iiif.Offer{})
	if err != nil {
		fmt.Println(err) // *SyntaxError: 400, *UnsupportedError: 501
		return
	}
	fmt.Println(plan.Canonical)
	tile, ok := plan.Tile(img.Pyramid)
	fmt.Println(tile, ok)
	// Output:
	// 38912,24576,1024,424/512,212/0/default.jpg
	// {1 38 24 512 212 true} true
}

func ExampleSyntaxError() {
	req, _ := iiif.ParseRequest("dh-220-n/full/500,/0/default.jpg")
	_, err := req.Resolve(iiif.Image{Pyramid: iiif.NewPyramid(300, 200, 512)}, iiif.Offer{})
	fmt.Println(err)
	_, err = iiif.ParseRequest("dh-220-n/0,0,1e3,5/max/0/default.jpg")
	fmt.Println(err)
	// Output:
	// the size "500," is not valid: it is larger than the region, which has 300 × 200 pixels; a ^ before the size asks to enlarge it
	// the region "0,0,1e3,5" is not valid: write full, square, four whole numbers x,y,w,h, or pct:x,y,w,h
}
