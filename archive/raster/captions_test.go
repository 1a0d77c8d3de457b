package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// packet is an XMP packet as cameras and image editors write it.
const packet = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="敦煌">
<dc:title><rdf:Alt><rdf:li xml:lang="en">Medicine Buddha</rdf:li><rdf:li xml:lang="x-default">药师经变 &amp; 飞天</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>王 伟</rdf:li><rdf:li>Li Na</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 敦煌研究院</rdf:li></rdf:Alt></dc:rights>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">第220窟北壁，
	贞观十六年</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

// segment is a JPEG segment.
func segment(marker byte, body string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(b, body...)
}

// iptc is the body of a JPEG's APP13 with data sets of record 2.
func iptc(utf8 bool, sets ...string) string {
	var data string
	if utf8 {
		data = "\x1c\x01\x5a\x00\x03\x1b%G"
	}
	for _, s := range sets { // the first byte is the number of the data set
		data += "\x1c\x02" + s[:1] + string(binary.BigEndian.AppendUint16(nil, uint16(len(s)-1))) + s[1:]
	}
	block := "8BIM\x04\x04\x00\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(len(data)))) + data
	if len(data)%2 == 1 {
		block += "\x00"
	}
	return "Photoshop 3.0\x00" + block
}

// insert puts segments at the start of a JPEG.
func insert(jpeg []byte, segments ...[]byte) []byte {
	out := bytes.Clone(jpeg[:2])
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, jpeg[2:]...)
}

// chunk is a chunk of a PNG; insertPNG puts one before the end.
func chunk(kind, body string) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func insertPNG(png []byte, at int, c []byte) []byte {
	return slices.Concat(png[:at], c, png[at:])
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		jpeg, png := encodeJPEG(t, picture(40, 30)), encodePNG(t, picture(40, 30))
		all := captions{"药师经变 & 飞天", "王 伟; Li Na", "© 敦煌研究院", "第220窟北壁， 贞观十六年"}
		xmp := segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+packet)
		tags := iptc(true, "\x05铜奔马", "\x50张三", "\x50Li Si", "\x74© 甘肃省博物馆", "\x78马踏飞燕")
		tagged := captions{"铜奔马", "张三; Li Si", "© 甘肃省博物馆", "马踏飞燕"}
		short := `<rdf:RDF xmlns:rdf="x"><rdf:Description dc:title="短" dc:creator="某"/></rdf:RDF>`
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = io.WriteString(w, packet)
		_ = w.Close()
		const keyword = "XML:com.adobe.xmp\x00"
		afterHeader, beforeEnd := 33, len(png)-12
		for _, test := range []struct {
			name   string
			master []byte
			want   captions
		}{
			{"none", jpeg, captions{}},
			{"jpeg xmp", insert(jpeg, xmp), all},
			{"jpeg iptc", insert(jpeg, segment(0xed, tags)), tagged},
			{"jpeg iptc that does not say that it is UTF-8", insert(jpeg, segment(0xed, iptc(false, "\x05铜奔马"))), captions{title: "铜奔马"}},
			{"jpeg iptc in Latin-1", insert(jpeg, segment(0xed, iptc(false, "\x05Gr\xfc\xdfe"))), captions{title: "Grüße"}},
			{"jpeg xmp before iptc", insert(jpeg, segment(0xed, tags), xmp), all},
			{"jpeg some of each", insert(jpeg, segment(0xed, tags), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+short)), captions{"短", "某", "© 甘肃省博物馆", "马踏飞燕"}},
			{"jpeg orientation and xmp", insert(jpeg, xmp, exifOrientation(6)), all},
			{"png xmp", insertPNG(png, beforeEnd, chunk("iTXt", keyword+"\x00\x00\x00\x00"+packet)), all},
			{"png xmp compressed", insertPNG(png, afterHeader, chunk("iTXt", keyword+"\x01\x00en\x00\x00"+z.String())), all},
			{"tiff xmp", frontTIFF(picture(40, 30), 10, []byte(packet)...), all},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				info, err := e.Identify(t.Context(), bytes.NewReader(test.master), int64(len(test.master)))
				if err != nil {
					t.Fatal(err)
				}
				if got := (captions{info.Title, info.Creator, info.Copyright, info.Description}); got != test.want {
					t.Errorf("%+v, want %+v", got, test.want)
				}
				if len(info.Notes) > 0 || strings.Contains(test.name, "orientation") != (info.Orientation == 6) {
					t.Errorf("%+v", info)
				}
			})
		}
	})
}

func TestCaptionsOfWebP(t *testing.T) {
	t.Parallel()
	b := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x000123456789XMP " + string(binary.LittleEndian.AppendUint32(nil, uint32(len(packet)))) + packet)
	var c captions
	if err := readXMP(xmpOfWebP(newMaster(t.Context(), bytes.NewReader(b), int64(len(b)))), &c, time.Now().Add(time.Minute)); err != nil || c.creator != "王 伟; Li Na" {
		t.Errorf("%+v, %v", c, err)
	}
}

// Words that are made to do harm cost nothing: little time, short texts, and no
// picture.
func TestHostileCaptions(t *testing.T) {
	t.Parallel()
	jpeg, png := encodeJPEG(t, picture(40, 30)), encodePNG(t, picture(40, 30))
	const keyword = "XML:com.adobe.xmp\x00\x00\x00\x00\x00"
	inJPEG := func(s string) []byte {
		return insert(jpeg, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+s[:min(len(s), 65000)]), exifOrientation(6))
	}
	inPNG := func(s string) []byte { return insertPNG(png, 33, chunk("iTXt", keyword+s)) }
	wrap := func(s string) string {
		return `<rdf:RDF xmlns:rdf="x"><rdf:Description><dc:title><rdf:Alt>` + s + `</rdf:Alt></dc:title></rdf:Description></rdf:RDF>`
	}
	var laughs strings.Builder
	laughs.WriteString("<!DOCTYPE x [<!ENTITY a0 \"ha\">")
	for i := range 20 {
		fmt.Fprintf(&laughs, "<!ENTITY a%d \"&a%d;&a%d;&a%d;\">", i+1, i, i, i)
	}
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	for range 64 {
		_, _ = w.Write(bytes.Repeat([]byte("<a>"), 1<<19))
	}
	_ = w.Close()
	for name, master := range map[string][]byte{
		"deep":              inPNG(strings.Repeat("<a>", 1<<20)),
		"deep jpeg":         inJPEG(strings.Repeat("<a>", 1<<20)),
		"long":              inPNG(wrap("<rdf:li>" + strings.Repeat("长", 1<<20) + "</rdf:li>")),
		"many":              inPNG(wrap(strings.Repeat("<rdf:li>长</rdf:li>", 1<<18))),
		"attributes":        inPNG("<rdf:Description " + strings.Repeat(`dc:title="长" `, 1<<18) + "/>"),
		"laughs":            inPNG(laughs.String() + "]>" + wrap("<rdf:li>&a20;</rdf:li>")),
		"not closed":        inJPEG("<rdf:RDF><dc:title"),
		"only ends":         inJPEG("</a></b>"),
		"other charset":     inJPEG(`<?xml version="1.0" encoding="UTF-16"?><a/>`),
		"bomb":              insertPNG(png, 33, chunk("iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00"+bomb.String())),
		"not compressed":    insertPNG(png, 33, chunk("iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00abc")),
		"no language":       insertPNG(png, 33, chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00abc")),
		"iptc cut":          insert(jpeg, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\xff\xff\xff\xff\x1c\x02\x05\xff\xff"), exifOrientation(6)),
		"iptc noise":        insert(jpeg, segment(0xed, strings.Repeat("\x1c\x02\x50\x00\x01a", 10000)), exifOrientation(6)),
		"a very long title": insert(jpeg, segment(0xed, iptc(true, "\x05"+strings.Repeat("长", 3000))), exifOrientation(6)),
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			info, err := NewGo().Identify(t.Context(), bytes.NewReader(master), int64(len(master)))
			if took := time.Since(begun); err != nil || took > 2*time.Second {
				t.Fatalf("%v after %s", err, took)
			}
			if n := utf8.RuneCountInString(info.Title); n > maxCaption || strings.ContainsAny(info.Title, "\n<") {
				t.Errorf("a title of %d characters", n)
			}
			if master[1] == 0xd8 && info.Orientation != 6 {
				t.Error("the orientation is lost")
			}
		})
	}
}

func FuzzXMP(f *testing.F) {
	f.Add([]byte(packet))
	f.Add([]byte(`<rdf:Description dc:title="短"><dc:creator>a</dc:creator></rdf:Description>`))
	f.Add([]byte("<dc:title><rdf:li xml:lang='x-default'>&#x41;<![CDATA[x]]></rdf:li>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c captions
		_ = readXMP(bytes.NewReader(b), &c, time.Now().Add(time.Minute)) // an error is an answer
		for _, s := range []string{c.title, c.creator, c.copyright, c.description} {
			if utf8.RuneCountInString(s) > maxDescription || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\x00\x7f") {
				t.Errorf("%q", s)
			}
		}
	})
}
