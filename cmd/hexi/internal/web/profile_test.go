package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hexi/archive"
)

func decodeRecord(t *testing.T, s string) archive.Record {
	t.Helper()
	var r archive.Record
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return r
}

// TestProfileFields saves what a profile adds, through the real vocabularies: terms
// become codes, numbers numbers, and what is wrong is refused by field and nearest
// value.
func TestProfileFields(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct {
		kind, extra string
		want        string // the extra that is kept, or
		fault       string // what the refusal says
	}{
		{"relic", `{"set":"一套多件","accessionYear":"1956年","accessionRange":"1949.10.1-1965","massRange":"0.01-1 kg"}`,
			`{"accessionRange":"1949-1965","accessionYear":1956,"massRange":"to-1","set":"set"}`, ""},
		{"relic", `{"unknownField":"国营","form":" 侈口 "}`, `{"form":"侈口","unknownField":"国营"}`, ""},
		{"relic", `{"form":"","use":null}`, `null`, ""},
		{"relic", `{"set":"两件"}`, "", `extra.set: "两件" is not a known set-kind; did you mean`},
		{"relic", `{"accessionYear":"很早"}`, "", `extra.accessionYear: "很早" is not a year`},
		{"relic", `{"accessionYear":0}`, "", `extra.accessionYear: "0" is not a year`},
		{"relic", `{"set":{"a":1}}`, "", `extra.set: {"a":1} is not a term of set-kind`},
		{"site", `{"ownership":"国有","registers":"长城资源系统、世界文化遗产","moved":"否","altitude":"1,139.5","surveyed":"2024年5月9日","subclass":"城址"}`,
			`{"altitude":1139.5,"moved":false,"ownership":"state","registers":["great-wall","world-heritage"],"subclass":"4p-0103","surveyed":"2024-05-09"}`, ""},
		{"site", `{"profile":"不可移动文物（三普）","subclass":"古战场","naturalFactors":["风蚀","地震"]}`,
			`{"naturalFactors":["wind","earthquake"],"profile":"immovable-site-3p","subclass":"3p-0107"}`, ""},
		{"site", `{"profile":"三普","subclass":"古战场"}`, "", `extra.profile: "三普" is not a known profile; did you mean immovable-site-3p`},
		{"site", `{"profile":"mural"}`, "", `extra.profile: "mural" is not a profile for records of kind site`},
		{"site", `{"profile":7}`, "", `extra.profile: 7 is not the name of a profile`},
		{"site", `{"ownership":"国家所"}`, "", `extra.ownership: "国家所" is not a known ownership; did you mean state (国家所有)`},
		{"site", `{"registers":["长城资源系统","长城资源"]}`, "", `extra.registers[1]: "长城资源" is not a known register; did you mean great-wall (长城资源系统)`},
		{"site", `{"altitude":"高"}`, "", `extra.altitude: "高" is not a number (海拔高程, Altitude (m))`},
		{"site", `{"moved":"也许"}`, "", `extra.moved: "也许" is neither yes nor no`},
		{"site", `{"surveyed":"昨天"}`, "", `extra.surveyed: "昨天" is not a date`},
		{"site", `{"surveyed":"2024-02-31"}`, "", `extra.surveyed: "2024-02-31" is not a date`},
		{"mural", `{"themeClass":"经变画","theme":["东方药师变"],"pigments":"石青，石绿","wallRole":"x","layers":"宋、清"}`,
			`{"layers":["宋","清"],"pigments":["azurite","malachite"],"theme":["sutra-03"],"themeClass":"sutra","wallRole":"x"}`, ""},
		{"mural", `{"profile":"scene","regions":["a1 10,20,30,40","a2 pct:1,2,3,4"],"sceneOrder":3}`,
			`{"profile":"scene","regions":[{"asset":"a1","xywh":"10,20,30,40"},{"asset":"a2","xywh":"pct:1,2,3,4"}],"sceneOrder":3}`, ""},
		{"mural", `{"profile":"scene","regions":["a1 10,20"]}`, "", `extra.regions[0].xywh: "10,20" is not a region`},
		{"mural", `{"profile":"scene","sceneOrder":1.5}`, "", `extra.sceneOrder: 1.5 is not a whole number`},
		{"cave", `{"form":"覆斗顶","diseases":["起甲","酥碱"]}`, `{"diseases":["flaking","disruption"],"form":"truncated-pyramid"}`, ""},
		{"intangible", `{"batch":2,"unescoYear":2009,"consent":true,"entry":"扩展项目"}`, `{"batch":"2","consent":true,"entry":"extension","unescoYear":2009}`, ""},
		{"report", `{"value":"0.35","monitoring":"无人机"}`, `{"monitoring":"uav","value":0.35}`, ""},
	} {
		r := decodeRecord(t, `{"id":"a","collection":"dunhuang","kind":"`+test.kind+`","titles":{"zh":"甲"},"extra":`+test.extra+`}`)
		got, err := h.archive.Normalise(t.Context(), r)
		if test.fault != "" {
			if err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("%s %s: %v, want %q", test.kind, test.extra, err, test.fault)
			}
			continue
		}
		kept, _ := json.Marshal(got.Extra)
		if err != nil || string(kept) != test.want {
			t.Errorf("%s %s is kept as %s, %v, want %s", test.kind, test.extra, kept, err, test.want)
			continue
		}
		again, err := h.archive.Normalise(t.Context(), got)
		if twice, _ := json.Marshal(again.Extra); err != nil || string(twice) != test.want {
			t.Errorf("%s, kept once more, is %s, %v", test.want, twice, err)
		}
	}
}

// TestBatches holds that the batches of a provincial list do not become those of the
// national one, which have the same names.
func TestBatches(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct{ kind, level, batch, want string }{
		{"site", "全国重点文物保护单位", "第一批", `"1"`},
		{"site", "world-heritage", "第一批", `"1"`},
		{"site", "省级文物保护单位", "第一批", `"第一批"`},
		{"site", "省级文物保护单位", "第九批", `"第九批"`},
		{"site", "", " 第六批 ", `"第六批"`},
		{"site", "国保", "第十九批", `extra.batch: "第十九批" is not a known protection-batch`},
		{"intangible", "国家级", "第二批", `"2"`},
		{"intangible", "", "第二批", `"2"`},
		{"intangible", "省级", "第二批", `"第二批"`},
	} {
		got, err := h.archive.Normalise(t.Context(), decodeRecord(t, `{"collection":"folk","kind":"`+test.kind+`","titles":{"zh":"甲"},"level":"`+test.level+`","extra":{"batch":"`+test.batch+`"}}`))
		said := string(got.Extra["batch"])
		if err != nil {
			said = err.Error()
		}
		if !strings.HasPrefix(said, test.want) {
			t.Errorf("%s %q %s: %s, want %s", test.kind, test.level, test.batch, said, test.want)
		}
	}
}

// TestNearestOfTheKind holds that what is suggested for a level or a category is one that
// the kind of record has.
func TestNearestOfTheKind(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct{ kind, field, value, says string }{
		{"intangible", "level", "国级", "did you mean ich-national (国家级非物质文化遗产), ich-provincial"},
		{"site", "level", "国级", "did you mean protected-national (全国重点文物保护单位)"},
		{"relic", "level", "国级", "did you mean grade-1 (一级文物)"},
		{"relic", "level", "省保单位", "protected-provincial (省级文物保护单位)"},
		{"intangible", "category", "传统音", "did you mean ich-02 (传统音乐)"},
		{"site", "category", "古遗", "did you mean immovable-0100 (古遗址)"},
	} {
		_, err := h.archive.Normalise(t.Context(), decodeRecord(t, `{"collection":"folk","kind":"`+test.kind+`","titles":{"zh":"甲"},"`+test.field+`":"`+test.value+`"}`))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s %s: %v, want %q", test.kind, test.value, err, test.says)
		}
	}
}

// TestPeriodWords holds that the years come from the words, by the site, and that the
// words stay.
func TestPeriodWords(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct{ period, site, want string }{
		{`{"note":{"zh":"中唐"}}`, "莫高窟", `{"term":"middle-tang","from":781,"to":847,"note":{"zh":"中唐"}}`},
		{`{"note":{"zh":"贞观十六年"}}`, "mogao", `{"term":"early-tang","from":642,"to":642,"note":{"zh":"贞观十六年"}}`},
		{`{"note":{"zh":"汉—晋"}}`, "", `{"from":-206,"to":420,"note":{"zh":"汉—晋"}}`},
		{`{"term":"贞观十六年"}`, "", `{"term":"tang","from":642,"to":642,"note":{"zh":"贞观十六年"}}`},
		{`{"term":"宋"}`, "yulin", `{"term":"song","from":960,"to":1035}`},
		{`{"note":{"zh":"盛唐"},"from":700,"to":750}`, "", `{"from":700,"to":750,"note":{"zh":"盛唐"}}`},
		{`{"note":{"zh":"不知何时"}}`, "", `{"note":{"zh":"不知何时"}}`},
		{`{"note":{"en":"19th century"}}`, "", `{"from":1801,"to":1900,"note":{"en":"19th century"}}`},
	} {
		r := decodeRecord(t, `{"collection":"dunhuang","kind":"mural","titles":{"zh":"甲"},"location":{"site":"`+test.site+`"},"period":`+test.period+`}`)
		got, err := h.archive.Normalise(t.Context(), r)
		if kept, _ := json.Marshal(got.Period); err != nil || string(kept) != test.want {
			t.Errorf("%s at %q is %s, %v, want %s", test.period, test.site, kept, err, test.want)
		}
	}
}

// TestTree holds the tree of site, cave, space, surface and scene.
func TestTree(t *testing.T) {
	h := open(t, "")
	save := func(id, kind, parent, profile string) error {
		extra := `{}`
		if profile != "" {
			extra = `{"profile":"` + profile + `"}`
		}
		_, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: decodeRecord(t,
			`{"id":"`+id+`","collection":"dunhuang","kind":"`+kind+`","partOf":"`+parent+`","titles":{"zh":"甲"},"extra":`+extra+`}`)})
		return err
	}
	for _, step := range []struct{ id, kind, parent, profile, fault string }{
		{"scene-early", "mural", "wall", "scene", ""}, // its parent comes later
		{"mogao", "site", "", "", ""},
		{"dh-220", "cave", "mogao", "", ""},
		{"dh-220-main", "cave", "dh-220", "cave-space", ""},
		{"wall", "mural", "dh-220-main", "wall-surface", ""},
		{"scene", "mural", "wall", "scene", ""},
		{"bowl", "relic", "", "", ""},
		{"scene-2", "mural", "bowl", "scene", "partOf: bowl is a relic; a record of the profile scene (画面) may be part of a mural"},
		{"dh-221", "cave", "bowl", "", "partOf: bowl is a relic; a record of the profile cave (洞窟) may be part of a site, a cave"},
		{"dh-220", "cave", "dh-220-main", "", "would make the record a part of itself: dh-220 is part of dh-220-main is part of dh-220"},
		{"dh-220", "cave", "dh-220", "", "partOf: names the record itself"},
		{"lid", "relic", "bowl", "", ""},
	} {
		err := save(step.id, step.kind, step.parent, step.profile)
		if step.fault == "" && err != nil || step.fault != "" && (err == nil || !strings.Contains(err.Error(), step.fault)) {
			t.Errorf("%s in %q: %v, want %q", step.id, step.parent, err, step.fault)
		}
	}
	// Whichever comes first, both are held to it: else what was exported could not all come in
	// again, in another order.
	for _, step := range []struct{ id, kind, parent, profile, fault string }{
		{"scene-3", "mural", "later", "scene", ""},
		{"scene-4", "mural", "later", "scene", ""},
		{"later", "relic", "", "", "kind: the record scene-3 is part of this one: later is a relic; a record of the profile scene (画面) may be part of a mural"},
		{"scene-3", "mural", "wall", "scene", ""},
		{"later", "relic", "", "", "kind: the record scene-4 is part of this one"},
		{"later", "mural", "dh-220-main", "wall-surface", ""},
		{"later", "relic", "", "", "kind: the record scene-4 is part of this one"},
		{"scene-4", "mural", "", "scene", ""},
		{"later", "relic", "", "", ""},
	} {
		err := save(step.id, step.kind, step.parent, step.profile)
		if step.fault == "" && err != nil || step.fault != "" && (err == nil || !strings.Contains(err.Error(), step.fault)) {
			t.Errorf("then %s as a %s in %q: %v, want %q", step.id, step.kind, step.parent, err, step.fault)
		}
	}
	// The depth too, from below as from above.
	for i := range 21 {
		if err := save(fmt.Sprint("box-", i), "relic", fmt.Sprint("box-", i+1), ""); err != nil {
			t.Fatalf("box %d: %v", i, err)
		}
		if i == 19 {
			break
		}
	}
	if err := save("box-20", "relic", "box-21", ""); err == nil || !strings.Contains(err.Error(), "more than 20 records deep") {
		t.Errorf("22 boxes, each in the next: %v", err)
	}
	if err := save("box-20", "relic", "", ""); err != nil {
		t.Errorf("21 boxes: %v", err)
	}
	// In one transaction as in several.
	drafts := []archive.Draft{}
	for _, line := range []string{
		`{"id":"s-1","collection":"dunhuang","kind":"mural","partOf":"w-1","titles":{"zh":"甲"},"extra":{"profile":"scene"}}`,
		`{"id":"w-1","collection":"dunhuang","kind":"relic","titles":{"zh":"乙"}}`,
		`{"id":"s-1","collection":"dunhuang","kind":"mural","partOf":"","titles":{"zh":"甲"},"extra":{"profile":"scene"}}`,
		`{"id":"w-1","collection":"dunhuang","kind":"relic","titles":{"zh":"乙"}}`,
	} {
		drafts = append(drafts, archive.Draft{Record: decodeRecord(t, line)})
	}
	saved, err := h.archive.SaveAll(t.Context(), "test", drafts)
	if err != nil || saved[0].Err != nil || saved[1].Err == nil || saved[2].Err != nil || saved[3].Err != nil {
		t.Errorf("together: %+v, %v", saved, err)
	}
	// A record that was erased is nobody's parent.
	if err := h.archive.Erase(t.Context(), "test", "bowl", "named by mistake"); err != nil {
		t.Fatal(err)
	}
	if err := save("cup", "relic", "bowl", ""); err == nil || !strings.Contains(err.Error(), "partOf: bowl was erased; name another record, or none") {
		t.Errorf("a part of what was erased: %v", err)
	}
	if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: decodeRecord(t,
		`{"id":"lid","collection":"dunhuang","kind":"relic","partOf":"bowl","titles":{"zh":"盖"}}`)}); err != nil {
		t.Errorf("what was part of it before: %v", err)
	}
}

// TestRegionsLieInside holds regions to the size of their picture.
func TestRegionsLieInside(t *testing.T) {
	h := open(t, "")
	asset := h.take(`{"id":"wall","kind":"mural","titles":{"zh":"壁"},"files":["wall.jpg"]}`+"\n", map[string][]byte{"wall.jpg": asJPEG(t, painted(300, 200))})["wall"]
	for xywh, fault := range map[string]string{
		"0,0,300,200": "", "299,199,1,1": "", "pct:50,50,50,50": "",
		"1,0,300,200":   "inscriptions[0].region.xywh: 1,0,300,200 does not lie inside the picture " + asset + ", which has 300 × 200 pixels",
		"0,190,10,11":   "does not lie inside the picture",
		"5000,0,10,10":  "does not lie inside the picture",
		"0,0,300,200,1": "is not a region",
	} {
		_, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: decodeRecord(t,
			`{"id":"wall","collection":"dunhuang","kind":"mural","titles":{"zh":"壁"},"inscriptions":[{"text":"某","region":{"asset":"`+asset+`","xywh":"`+xywh+`"}}]}`)})
		if fault == "" && err != nil || fault != "" && (err == nil || !strings.Contains(err.Error(), fault)) {
			t.Errorf("%s: %v, want %q", xywh, err, fault)
		}
	}
	_, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: decodeRecord(t,
		`{"id":"s","collection":"dunhuang","kind":"mural","titles":{"zh":"景"},"extra":{"profile":"scene","regions":["`+asset+` 200,0,101,50"]}}`)})
	if err == nil || !strings.Contains(err.Error(), "extra.regions[0].xywh: 200,0,101,50 does not lie inside") {
		t.Errorf("a scene beyond its picture: %v", err)
	}
}

// TestVocabularyAPI asks for what forms and sheets are made from.
func TestVocabularyAPI(t *testing.T) {
	h := open(t, "")
	for path, wants := range map[string][]string{
		"/api/v1/vocab":                       {`"scheme":"site-class-3p"`, `"zh":"三普细分类别"`, `"version":"2007"`},
		"/api/v1/vocab/ownership":             {`"terms":[{"code":"state","label":{"en":"State","zh":"国家所有"}`, `"aliases":["国有","国家"]`},
		"/api/v1/vocab/period?site=莫高窟":       {`"code":"middle-tang"`, `"years":{"from":781,"to":847}`, `"years":{"from":960,"to":1035}`},
		"/api/v1/profiles":                    {`"code":"immovable-site-3p"`, `"code":"immovable-site-4p"`, `"sheet":"总登记账"`},
		"/api/v1/profiles/movable-relic":      {`"path":"identifiers.accession"`, `"scheme":"accession-range"`, `"required":true`},
		"/api/v1/profiles/great-wall":         {`"zh":"平面形制"`},
		"/api/v1/vocab/site-class-4p":         {`"zh":"手工作坊遗址"`},
		"/api/v1/profiles/revolutionary-site": {`"path":"extra.protectionZone"`, `"path":"extra.armyUnit"`},
	} {
		got := h.get(path)
		for _, want := range wants {
			if got.StatusCode != http.StatusOK || !strings.Contains(string(got.body), want) {
				t.Errorf("%s: %d, and no %s in %.300s", path, got.StatusCode, want, got.body)
			}
		}
	}
	for path, want := range map[string]int{
		"/api/v1/vocab/none": http.StatusNotFound, "/api/v1/profiles/none": http.StatusNotFound, "/api/v1/vocab/period?site=nowhere": http.StatusBadRequest,
	} {
		if got := h.get(path); got.StatusCode != want {
			t.Errorf("%s: %d, want %d: %s", path, got.StatusCode, want, got.body)
		}
	}
}

// TestProfileOnThePage holds that a record's page shows what its profile adds, in its
// order and in the reader's language.
func TestProfileOnThePage(t *testing.T) {
	h := open(t, "")
	_, err := h.archive.Save(t.Context(), "test", archive.Draft{Publish: true, Record: decodeRecord(t,
		`{"id":"s1","collection":"great-wall","kind":"site","titles":{"zh":"嘉峪关","en":"Jiayuguan"},"extra":{"opening":"开放","ownership":"国有","registers":["长城资源系统","世界文化遗产"],"moved":false,"secretNumber":"n/a"}}`)})
	if err != nil {
		t.Fatal(err)
	}
	for lang, wants := range map[string][]string{
		"zh": {"是否整体迁移", "否", "所有权", "国家所有", "开放状况", "开放", "长城资源系统、世界文化遗产"},
		"en": {"Moved as a whole", "no", "Ownership", "State", "Opening", "Open", "Great Wall resources, World Heritage"},
	} {
		page := string(h.get("/records/s1?lang="+lang, "Accept: text/html").body)
		at := 0
		for _, want := range wants {
			i := strings.Index(page[at:], ">"+want+"<")
			if i < 0 {
				t.Errorf("%s: no %q after the %d-th character of the page", lang, want, at)
				continue
			}
			at += i
		}
	}
}
