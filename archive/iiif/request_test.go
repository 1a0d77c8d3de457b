package iiif_test

import (
	"errors"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/iiif"
)

func TestParseRequestShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		kind iiif.Kind
		id   string
	}{
		{"abcd1234", iiif.KindBase, "abcd1234"},
		{"abcd1234/", iiif.KindBase, "abcd1234"},
		{"a%2Fb", iiif.KindBase, "a/b"},
		{"a%2Fb/", iiif.KindBase, "a/b"},
		{"abcd1234/info.json", iiif.KindInfo, "abcd1234"},
		{"abcd1234/info%2Ejson", iiif.KindInfo, "abcd1234"},
		{"a%252Fb/info.json", iiif.KindInfo, "a%2Fb"},
		{"abcd1234/full/max/0/default.jpg", iiif.KindImage, "abcd1234"},
		{"full/full/max/0/default.jpg", iiif.KindImage, "full"},
		{"a+b/full/max/0/default.jpg", iiif.KindImage, "a+b"},
		{"%E6%95%A6%E7%85%8C/full/max/0/default.jpg", iiif.KindImage, "敦煌"},
		{"id1/%66ull/m%61x/%30/default%2Ejpg", iiif.KindImage, "id1"},
		{"id1/pct%3A10,10,80,80/%5Emax/%210/default.jpg", iiif.KindImage, "id1"},
		// The table of section 9, with a format where it forgot one.
		{"id1/full/max/0/default.jpg", iiif.KindImage, "id1"},
		{"id1/0,10,100,200/pct:50/90/default.png", iiif.KindImage, "id1"},
		{"id1/pct:10,10,80,80/50,/22.5/color.jpg", iiif.KindImage, "id1"},
		{"bb157hs6068/full/max/270/gray.jpg", iiif.KindImage, "bb157hs6068"},
		{"ark:%2F12025%2F654xz321/full/max/0/default.jpg", iiif.KindImage, "ark:/12025/654xz321"},
		{"urn:foo:a123,456/full/max/0/default.jpg", iiif.KindImage, "urn:foo:a123,456"},
		{"urn:sici:1046-8188(199501)13:1%253C69:FTTHBI%253E2.0.TX;2-4/full/max/0/default.jpg", iiif.KindImage, "urn:sici:1046-8188(199501)13:1%3C69:FTTHBI%3E2.0.TX;2-4"},
		{"http:%2F%2Fexample.com%2F%3F54%23a/full/max/0/default.jpg", iiif.KindImage, "http://example.com/?54#a"},
	}
	for _, tt := range tests {
		got, err := iiif.ParseRequest(tt.path)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if got.Kind != tt.kind || got.ID != tt.id {
			t.Errorf("%s: got kind %v, id %q; want %v, %q", tt.path, got.Kind, got.ID, tt.kind, tt.id)
		}
	}
}

func TestEncodeIDIsExact(t *testing.T) {
	t.Parallel()
	// The encoded forms of section 9: the id of info.json must be what the
	// client asked for, character by character.
	for _, encoded := range []string{
		"id1",
		"ark:%2F12025%2F654xz321",
		"urn:foo:a123,456",
		"urn:sici:1046-8188(199501)13:1%253C69:FTTHBI%253E2.0.TX;2-4",
		"http:%2F%2Fexample.com%2F%3F54%23a",
		"%5Bfrob%5D%40x%20y",
		"%E6%95%A6%E7%85%8C",
		"a%252Fb",
	} {
		req, err := iiif.ParseRequest(encoded + "/info.json")
		if err != nil {
			t.Errorf("%s: %v", encoded, err)
			continue
		}
		if got := iiif.EncodeID(req.ID); got != encoded {
			t.Errorf("EncodeID(%q) = %s, want %s", req.ID, got, encoded)
		}
	}
	if got, want := iiif.ServiceURI("https://example.org/", "a/b"), "https://example.org/iiif/3/a%2Fb"; got != want {
		t.Errorf("ServiceURI = %s, want %s", got, want)
	}
}

func TestParseRequestUnknownShapes(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"", "/", "//", "/info.json", "/abcd", "abcd//", "a/b", "a/b/info.json", "a/b/", "a/info.json/",
		"abcd/full", "abcd/full/max", "abcd/full/max/0", "abcd/full/max/default.jpg",
		"a/b/full/max/0/default.jpg", "/full/max/0/default.jpg", "/a/full/max/0/default.jpg",
		"abcd/info.xml", "abcd/Info.json", strings.Repeat("/", 100_000),
	} {
		_, err := iiif.ParseRequest(path)
		var shape *iiif.ShapeError
		if !errors.As(err, &shape) || !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("%.40q: got %v, want a ShapeError that is ErrNotFound", path, err)
		}
	}
}

func TestParseRequestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, part, says string }{
		{"%/info.json", iiif.PartIdentifier, "%25"},
		{"a%2/full/max/0/default.jpg", iiif.PartIdentifier, "hexadecimal"},
		{"a%FF/info.json", iiif.PartIdentifier, "UTF-8"},
		{"a%00/info.json", iiif.PartIdentifier, "control"},
		{"a%0D%0ASet-Cookie:x", iiif.PartIdentifier, "control"},
		{"a/%zz/max/0/default.jpg", iiif.PartRegion, "hexadecimal"},
		{"a/full/%zz/0/default.jpg", iiif.PartSize, "hexadecimal"},
		{"a/full/max/%zz/default.jpg", iiif.PartRotation, "hexadecimal"},
		{"a/full/max/0/%zz", iiif.PartFormat, "hexadecimal"},
	}
	bad := map[string][]string{
		iiif.PartRegion: {
			"", "5", "Full", "max", "1,2,3", "1,2,3,4,5", "1,2,3,", ",,,", "-1,0,10,10", "+1,0,10,10", "0,0,-10,10",
			"1.5,0,10,10", "1e2,0,10,10", "0x1,0,1,1", " 0,0,1,1", "0,0,1,1 ", "0,0,1,1junk", "0,0,0,10", "0,0,10,0",
			"pct:", "pct:1,2,3", "pct:-1,0,10,10", "pct:.5,0,10,10", "pct:5.,0,10,10", "pct:1e1,0,10,10", "pct:0,0,0,10",
			"pct:0,0,0.0,10", "pct:10,10,80,80%", "PCT:0,0,1,1", "square,", "pct:NaN,0,1,1", "pct:Inf,0,1,1", "١,0,1,1",
			"0,0,1_0,10", "pct:1.2.3,0,1,1",
		},
		iiif.PartSize: {
			"", "full", "Max", "max,", ",", "0,", ",0", "0,0", "!0,5", "5,0", "5", "-5,", "+5,", "5.5,", "1e2,", "!5,", "!,5",
			"!max", "^", "^^max", "^full", "!^5,5", ",^240", "^!5,", "pct:", "pct:0", "pct:0.0", "pct:-5", "pct:.5",
			"pct:50,", "pct:1e2", "!pct:50", "5,5,5", "5,5 ", "pct:50%", "^0,5", "pct:+5",
		},
		iiif.PartRotation: {
			"", "!", "-1", "+90", "361", "360.000001", "9e1", ".5", "90.", "!!0", "0!", "90deg", "1,5", "NaN", "99999999999999999999",
		},
	}
	for _, region := range bad[iiif.PartRegion] {
		tests = append(tests, struct{ path, part, says string }{"a/" + strings.ReplaceAll(region, "%", "%25") + "/max/0/default.jpg", iiif.PartRegion, ""})
	}
	for _, size := range bad[iiif.PartSize] {
		tests = append(tests, struct{ path, part, says string }{"a/full/" + strings.ReplaceAll(size, "%", "%25") + "/0/default.jpg", iiif.PartSize, ""})
	}
	for _, rotation := range bad[iiif.PartRotation] {
		tests = append(tests, struct{ path, part, says string }{"a/full/max/" + rotation + "/default.jpg", iiif.PartRotation, ""})
	}
	for _, tt := range []struct{ name, part, says string }{
		{"default", iiif.PartFormat, "default.jpg"},
		{"default.", iiif.PartFormat, "jpg"},
		{"default.jpeg", iiif.PartFormat, "write jpg"},
		{"default.JPG", iiif.PartFormat, "write jpg"},
		{"default.tiff", iiif.PartFormat, "write tif"},
		{"default.exe", iiif.PartFormat, "info.json"},
		{"native.jpg", iiif.PartQuality, "default"},
		{"grey.jpg", iiif.PartQuality, "gray"},
		{"Default.jpg", iiif.PartQuality, "lower case"},
		{".jpg", iiif.PartQuality, ""},
		{"default.png.jpg", iiif.PartQuality, ""},
	} {
		tests = append(tests, struct{ path, part, says string }{"a/full/max/0/" + tt.name, tt.part, tt.says})
	}
	for _, tt := range tests {
		_, err := iiif.ParseRequest(tt.path)
		var syntax *iiif.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: got %v, want a SyntaxError", tt.path, err)
			continue
		}
		if syntax.Part != tt.part {
			t.Errorf("%s: names the %s, want the %s", tt.path, syntax.Part, tt.part)
		}
		if !strings.Contains(err.Error(), "the "+tt.part+" ") || !strings.Contains(err.Error(), tt.says) || syntax.Why == "" {
			t.Errorf("%s: says %q, want the part's name and %q", tt.path, err, tt.says)
		}
	}
}

func TestErrorsRepeatLittle(t *testing.T) {
	t.Parallel()
	_, err := iiif.ParseRequest("a/" + strings.Repeat("9", 1_000_000) + "/max/0/default.jpg")
	if err == nil || len(err.Error()) > 400 {
		t.Errorf("got an error of %d bytes, want one of at most 400", len(err.Error()))
	}
}
