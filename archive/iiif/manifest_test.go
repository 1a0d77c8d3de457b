package iiif_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/iiif"
)

// terms is a vocabulary of a few terms.
type terms map[string]archive.Text

func (t terms) Term(scheme archive.Scheme, code string) (archive.Term, bool) {
	label, ok := t[string(scheme)+"/"+code]
	return archive.Term{Code: code, Label: label}, ok
}

var publisher = iiif.Publisher{
	Base: "https://archive.example.org/",
	Name: archive.Text{"zh": "敦煌研究院", "en": "Dunhuang Academy"},
	Terms: terms{
		"collection/dunhuang": {"zh": "敦煌", "en": "Dunhuang"},
		"period/early-tang":   {"zh": "初唐", "en": "Early Tang"},
		"site/mogao":          {"zh": "莫高窟", "en": "Mogao Caves"},
		"material/clay":       {"zh": "泥", "en": "clay"},
		"level/1":             {"zh": "一级"},
		"layer/visible":       {"zh": "可见光", "en": "Visible light"},
		"layer/infrared":      {"zh": "红外", "en": "Infrared"},
	},
}

func mural() *archive.Record {
	return &archive.Record{
		ID: "dh-220-n", Collection: "dunhuang", Kind: archive.KindMural,
		Titles:       archive.Text{"zh": "药师经变", "en": "Sutra tableau of the Medicine Buddha"},
		Descriptions: archive.Text{"zh": "北壁通壁绘药师经变。", "en": "<The whole north wall>"},
		Identifiers:  []archive.Identifier{{Type: "accession", Value: "DH-220"}, {Type: "cave-pelliot", Value: "64"}, {Type: "其他", Value: "x"}},
		Period:       &archive.Period{Term: "early-tang", From: 642, To: 642, Note: archive.Text{"zh": "贞观十六年"}},
		Place:        &archive.Place{Name: archive.Text{"zh": "敦煌市"}},
		Location:     &archive.Location{Site: "mogao", Cave: "220", Space: "main", Surface: "north"},
		Materials:    []string{"clay", "矿物颜料"},
		Techniques:   []string{"沥粉", "贴金"},
		Level:        "1",
		Dimensions:   []archive.Dimension{{Type: "height", Value: 3.42, Unit: "m"}, {Type: "通宽", Value: 5, Unit: "m", Note: "约"}},
		Quantity:     &archive.Quantity{Value: 1, Unit: "铺"},
		Subjects:     []archive.Text{{"zh": "药师七佛", "en": "Seven Medicine Buddhas"}, {"zh": "乐舞"}},
		People:       []archive.Person{{Name: archive.Text{"zh": "翟通", "en": "Zhai Tong"}, Role: "donor"}, {Name: archive.Text{"zh": "常书鸿"}}},
		Rights:       &archive.Rights{Statement: "https://rightsstatements.org/page/InC/1.0/", Holder: archive.Text{"zh": "敦煌研究院"}},
	}
}

func photograph(id string, width, height int) archive.Asset {
	return archive.Asset{
		ID: id, Record: "dh-220-n", Kind: archive.AssetImage, State: archive.AssetReady,
		Image: &archive.Image{Width: width, Height: height},
		Access: &archive.Access{Version: "v1", TileSize: 512, Thumbnails: []archive.Thumbnail{
			{Width: 240, Height: max(1, 240*height/width), Name: "240.jpg"},
			{Width: 480, Height: max(1, 480*height/width), Name: "480.jpg"},
			{Width: 960, Height: max(1, 960*height/width), Name: "960.jpg"},
		}},
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	refused := photograph("a3", 10, 10)
	refused.State = archive.AssetRefused
	sound := archive.Asset{ID: "a4", Kind: archive.AssetAudio, State: archive.AssetReady}
	m, err := publisher.Manifest(mural(), []archive.Asset{photograph("a1", 40_000, 25_000), refused, sound, photograph("a2", 1200, 900)})
	if err != nil {
		t.Fatal(err)
	}
	const base = "https://archive.example.org/"
	if want := base + "iiif/manifest/dh-220-n"; m.ID != want {
		t.Errorf("id %s, want %s", m.ID, want)
	}
	if want := "http://rightsstatements.org/vocab/InC/1.0/"; m.Rights != want {
		t.Errorf("rights %s, want %s", m.Rights, want)
	}
	if diff := cmp.Diff(iiif.LanguageMap{"zh": {"北壁通壁绘药师经变。"}, "en": {"<span>&lt;The whole north wall&gt;</span>"}}, m.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if len(m.Items) != 2 {
		t.Fatalf("%d canvases, want those of the two images that can be served", len(m.Items))
	}
	canvas := m.Items[0]
	if canvas.ID != base+"iiif/manifest/dh-220-n/canvas/a1" || canvas.Width != 40_000 || canvas.Height != 25_000 {
		t.Errorf("canvas %s of %d × %d", canvas.ID, canvas.Width, canvas.Height)
	}
	body := canvas.Items[0].Items[0].Body
	want := iiif.Reference{
		ID: base + "iiif/3/a1/full/2500,1563/0/default.jpg", Type: "Image", Format: "image/jpeg", Width: 2500, Height: 1563,
		Service: []iiif.Service{{ID: base + "iiif/3/a1", Type: "ImageService3", Profile: "level2"}},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if got, want := m.Thumbnail[0].ID, base+"iiif/3/a1/full/480,300/0/default.jpg"; got != want {
		t.Errorf("thumbnail %s, want %s", got, want)
	}
	if got, want := m.Items[1].Items[0].Items[0].Body.ID, base+"iiif/3/a2/full/max/0/default.jpg"; got != want {
		t.Errorf("body of a small image %s, want %s", got, want)
	}
	if diff := cmp.Diff(iiif.LanguageMap{"zh": {"第2图"}, "en": {"Image 2"}}, m.Items[1].Label); diff != "" {
		t.Errorf("label of the second canvas (-want +got):\n%s", diff)
	}
	var data []string
	for _, also := range m.SeeAlso {
		data = append(data, strings.TrimPrefix(also.ID, base+"api/v1/records/dh-220-n")+" "+also.Type+" "+also.Format+" "+also.Profile)
	}
	if want := []string{
		" Dataset application/json ", "/linked-art Dataset application/ld+json https://linked.art/ns/v1/linked-art.json", "/lido Dataset application/xml http://www.lido-schema.org",
	}; !slices.Equal(data, want) {
		t.Errorf("the record for machines is %q, want %q", data, want)
	}
	if m.PartOf[0].ID != base+"iiif/collection/dunhuang" || m.PartOf[0].Label["en"][0] != "Dunhuang" {
		t.Errorf("part of %+v", m.PartOf)
	}
}

func TestManifestMetadata(t *testing.T) {
	t.Parallel()
	m, err := publisher.Manifest(mural(), []archive.Asset{photograph("a1", 100, 100)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pair := range m.Metadata {
		line := pair.Label["zh"][0] + "|" + pair.Label["en"][0]
		for _, tag := range []string{"zh", "en", "none"} {
			if list := pair.Value[tag]; list != nil {
				line += "|" + tag + ":" + strings.Join(list, ";")
			}
		}
		got = append(got, line)
	}
	want := []string{
		"年代|Period|zh:初唐，贞观十六年（642年）|en:Early Tang (642 CE)",
		"地点|Place|zh:敦煌市",
		"位置|Location|zh:莫高窟第220窟，主室，北壁|en:Mogao Caves, Cave 220, main chamber, north wall",
		"质地|Materials|zh:泥;矿物颜料|en:clay;矿物颜料",
		"工艺|Techniques|none:沥粉;贴金",
		"尺寸|Dimensions|zh:高 3.42 m;通宽 5 m (约)|en:Height 3.42 m;通宽 5 m (约)",
		"数量|Quantity|none:1 铺",
		"人物|People|zh:翟通（供养人）;常书鸿|en:Zhai Tong (donor);常书鸿",
		"题材|Subjects|zh:药师七佛;乐舞|en:Seven Medicine Buddhas;乐舞",
		"级别|Grade|zh:一级",
		"藏品编号|Accession number|none:DH-220",
		"伯希和编号|Pelliot number|none:64",
		"其他|其他|none:x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		period archive.Period
		zh, en string
	}{
		{archive.Period{From: 705, To: 780}, "705—780年", "705–780 CE"},
		{archive.Period{From: -1046, To: -771}, "公元前1046—前771年", "1046–771 BCE"},
		{archive.Period{From: -206, To: 25}, "公元前206—公元25年", "206 BCE–25 CE"},
		{archive.Period{From: -221, To: -221}, "公元前221年", "221 BCE"},
		{archive.Period{From: 1949}, "1949年以后", "from 1949 CE"},
		{archive.Period{To: -2000}, "公元前2000年以前", "until 2000 BCE"},
		{archive.Period{Term: "early-tang"}, "初唐", "Early Tang"},
		{archive.Period{Term: "unknown-term", From: 5, To: 9}, "unknown-term（5—9年）", "unknown-term (5–9 CE)"},
		{archive.Period{Note: archive.Text{"zh": "元", "en": "Yuan"}, From: 1271, To: 1368}, "元（1271—1368年）", "Yuan (1271–1368 CE)"},
		{archive.Period{Term: "early-tang", Note: archive.Text{"zh": "初唐"}}, "初唐", "Early Tang"},
	}
	for _, tt := range tests {
		r := &archive.Record{ID: "r", Period: &tt.period}
		m, err := publisher.Manifest(r, []archive.Asset{photograph("a1", 100, 100)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(iiif.LanguageMap{"zh": {tt.zh}, "en": {tt.en}}, m.Metadata[0].Value); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.period, diff)
		}
	}
}

// TestManifestPictures: whatever the offer and the tier, every picture that a
// manifest names is answered, has the size that it says, and its address is the
// canonical one.
func TestManifestPictures(t *testing.T) {
	t.Parallel()
	reduced := mural()
	reduced.Rights = &archive.Rights{Tier: archive.TierReduced, MaxPixels: 50_000}
	for _, size := range [][2]int{{1, 1}, {300, 200}, {4096, 4096}, {4097, 10}, {40_000, 25_000}, {100_000, 300}, {7, 90_000}} {
		for _, offer := range []iiif.Offer{{}, {Limits: iiif.Limits{MaxWidth: 300}}, {Limits: iiif.Limits{MaxArea: 1_000_000}}} {
			for _, record := range []*archive.Record{mural(), reduced} {
				for _, thumbnails := range []bool{true, false} {
					asset := photograph("a1", size[0], size[1])
					if !thumbnails {
						asset.Access.Thumbnails = nil
					}
					p := publisher
					p.Offer = offer
					m, err := p.Manifest(record, []archive.Asset{asset})
					if err != nil {
						t.Fatal(err)
					}
					seen := iiif.NewPyramid(size[0], size[1], 512)
					if record == reduced {
						seen, _ = seen.Within(50_000)
					}
					for _, ref := range []iiif.Reference{m.Thumbnail[0], m.Items[0].Items[0].Items[0].Body} {
						checkPicture(t, ref, iiif.Image{Pyramid: seen}, offer)
						if record == reduced && ref.Width*ref.Height > 50_000 {
							t.Errorf("%v reduced: %s shows %d pixels", size, ref.ID, ref.Width*ref.Height)
						}
					}
				}
			}
		}
	}
}

func checkPicture(t *testing.T, ref iiif.Reference, img iiif.Image, offer iiif.Offer) {
	t.Helper()
	path, ok := strings.CutPrefix(ref.ID, "https://archive.example.org/iiif/3/")
	if !ok {
		t.Fatalf("picture at %s", ref.ID)
	}
	req, err := iiif.ParseRequest(path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := req.Resolve(img, offer)
	if err != nil {
		t.Errorf("%s of %+v with %+v: %v", ref.ID, img, offer, err)
		return
	}
	if plan.Width != ref.Width || plan.Height != ref.Height {
		t.Errorf("%s of %+v has %d × %d pixels, the manifest says %d × %d", ref.ID, img, plan.Width, plan.Height, ref.Width, ref.Height)
	}
	if !strings.HasSuffix(ref.ID, "/"+plan.Canonical) && !strings.HasSuffix(plan.Canonical, "full/max/0/default.jpg") {
		t.Errorf("%s is not canonical, that is %s", ref.ID, plan.Canonical)
	}
}

func TestManifestWithoutImages(t *testing.T) {
	t.Parallel()
	if _, err := publisher.Manifest(mural(), nil); !errors.Is(err, archive.ErrNotFound) || !strings.Contains(err.Error(), "dh-220-n") {
		t.Errorf("got %v, want ErrNotFound of dh-220-n", err)
	}
}

func TestManifestOfBareRecord(t *testing.T) {
	t.Parallel()
	p := iiif.Publisher{Base: "http://127.0.0.1:8080"}
	m, err := p.Manifest(&archive.Record{ID: "r1", Level: "2", Materials: []string{"clay"}}, []archive.Asset{photograph("a1", 100, 100)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(iiif.LanguageMap{"none": {"r1"}}, m.Label); diff != "" {
		t.Errorf("label (-want +got):\n%s", diff)
	}
	if m.Provider != nil || m.RequiredStatement != nil || m.PartOf != nil || m.Summary != nil || m.Rights != "" {
		t.Errorf("a bare record has %+v", m)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(b), `{"@context":"http://iiif.io/api/presentation/3/context.json","id":"http://127.0.0.1:8080/iiif/manifest/r1","type":"Manifest","label":`) {
		t.Errorf("keys are out of order: %.200s", b)
	}
}

func TestCollections(t *testing.T) {
	t.Parallel()
	second := mural()
	second.ID, second.Titles = "dh-220-s", nil
	c := publisher.Collection("dunhuang", archive.Text{"zh": "敦煌"}, archive.Text{"zh": "石窟"}, []iiif.Member{
		{Record: mural(), Assets: []archive.Asset{photograph("a1", 4000, 3000)}},
		{Record: mural()}, // without an image there is no manifest
		{Record: second, Assets: []archive.Asset{photograph("a2", 4000, 3000)}},
	})
	var ids []string
	for _, item := range c.Items {
		ids = append(ids, item.ID)
		if item.Type != "Manifest" || len(item.Thumbnail) != 1 || len(item.Label) == 0 {
			t.Errorf("item %+v", item)
		}
	}
	if want := []string{"https://archive.example.org/iiif/manifest/dh-220-n", "https://archive.example.org/iiif/manifest/dh-220-s"}; !slices.Equal(ids, want) {
		t.Errorf("items %v, want %v", ids, want)
	}
	if c.PartOf[0].ID != "https://archive.example.org/iiif/collection/top" {
		t.Errorf("part of %s", c.PartOf[0].ID)
	}
	empty := publisher.Collection("folk", nil, nil, nil)
	if b, err := json.Marshal(empty); err != nil || !strings.Contains(string(b), `"items":[]`) {
		t.Errorf("an empty collection is %s, %v", b, err)
	}
	top := publisher.TopCollection(archive.Text{"zh": "河西"}, nil, []iiif.Holding{{Slug: "dunhuang", Label: archive.Text{"zh": "敦煌"}}, {Slug: "folk"}})
	if len(top.Items) != 2 || top.Items[1].ID != "https://archive.example.org/iiif/collection/folk" || top.Items[1].Label["none"][0] != "folk" {
		t.Errorf("top %+v", top.Items)
	}
}
