package vocab

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"hexi/archive"
)

func dir(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

// TestOwnFiles adds terms, labels, schemes, periods, eras and profiles from files alone.
func TestOwnFiles(t *testing.T) {
	t.Parallel()
	v, err := Load(dir(map[string]string{
		"ownership.csv":           "\ufeffcode,zh,en,aliases\nmixed,混合所有,Mixed,混合\nstate,国有（全民所有）,State-owned,\n",
		"glaze.csv":               "code,zh,en,parent,version\nlead,铅釉,Lead glaze,,2\nsancai,三彩,Sancai,lead,2\n",
		"period.csv":              "code,zh,en,aliases,parent\nkushan,贵霜,Kushan,贵霜王朝,\n",
		"years.csv":               "term,site,from,to\nkushan,,30,375\nmiddle-tang,maijishan,763,840\nsong,,960,1276\n",
		"eras.csv":                "era,period,from,to,ruler\n伽腻色伽,kushan,127,150,\n",
		"homonyms.csv":            "name,periods\n贵,kushan|tang\n",
		"profiles/kiln-waste.csv": "kind,relic\nextends,movable-relic\nexplicit,yes\nzh,窑业废品\nen,Kiln waste\npath,zh,en,type,scheme,required,headings\nextra.glaze,釉,Glaze,terms,glaze,yes,釉色|釉料\n",
		"profiles/intangible.csv": "extends,intangible\npath,zh,en,type\nextra.moon,农历月,Lunar month,integer\n",
		"profiles/notes.txt":      "not a profile",
		"notes.txt":               "not a vocabulary",
		"profiles/zz-shards.csv":  "kind,relic\nextends,kiln-waste\ncategories,relic-02\nzh,陶片\nen,Sherds\npath,zh,en,type\nextra.body,胎,Body,text\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		scheme         archive.Scheme
		name, want, zh string
	}{
		{"ownership", "混合", "mixed", "混合所有"}, {"ownership", "国有（全民所有）", "state", "国有（全民所有）"}, {"ownership", "国家所有", "state", "国有（全民所有）"},
		{"ownership", "State", "state", "国有（全民所有）"}, {"glaze", "三彩", "sancai", "三彩"}, {"profile", "窑业废品", "kiln-waste", "窑业废品"},
	} {
		if got, ok := v.Term(test.scheme, test.name); !ok || got.Code != test.want || got.Label["zh"] != test.zh {
			t.Errorf("%s %s is %+v, want %s %s", test.scheme, test.name, got, test.want, test.zh)
		}
	}
	for words, want := range map[string][3]string{"贵霜": {"", "30", "375"}, "伽腻色伽三年": {"", "129", "129"}, "中唐": {"maijishan", "763", "840"}, "宋": {"", "960", "1276"}} {
		if d, ok := v.Period(words, want[0]); !ok || want[1] != itoa(d.From) || want[2] != itoa(d.To) {
			t.Errorf("%s is %+v, want %v", words, d, want)
		}
	}
	if s, ok := v.Scheme("glaze"); !ok || !s.Own || s.OwnTerms != 2 || s.Terms != 2 {
		t.Errorf("glaze is %+v", s)
	}
	if s, _ := v.Scheme("ownership"); s.Own || s.OwnTerms != 1 {
		t.Errorf("ownership is %+v", s)
	}
	if got := strings.Join(v.OwnProfiles(), " "); got != "intangible kiln-waste zz-shards" {
		t.Errorf("own profiles: %s", got)
	}
	p, _ := v.ProfileOf(&archive.Record{Kind: archive.KindRelic, Category: "relic-02"})
	if f, ok := p.Field("extra.glaze"); p.Code != "zz-shards" || !ok || f.Headings[1] != "釉料" || !f.Required {
		t.Errorf("sherds are %s, with the field %+v", p.Code, f)
	}
	if _, ok := p.Field("identifiers.accession"); !ok {
		t.Error("sherds have no registration number")
	}
	p, _ = v.ProfileOf(&archive.Record{Kind: archive.KindIntangible})
	if _, old := p.Field("extra.consent"); p.Code != "intangible" || !old || p.Fields[len(p.Fields)-1].Path != "extra.moon" || p.Label["zh"] != "非物质文化遗产项目" {
		t.Errorf("the profile that was added to is %+v", p)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// TestFaultsOfOwnFiles names file and line of what is wrong.
func TestFaultsOfOwnFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, content, want string }{
		{"glaze.csv", "zh,en\n釉,Glaze\n", `vocabulary glaze.csv: line 1: has no column "code"`},
		{"glaze.csv", "", `vocabulary glaze.csv: line 1: has no column "code"`},
		{"glaze.csv", "code,zh,en\nlead,铅釉,Lead\n铅,铅,Lead 2\n", `vocabulary glaze.csv: line 3: "铅" is no code`},
		{"glaze.csv", "code,zh,en\nlead,铅釉,\n", "vocabulary glaze.csv: line 2: lead lacks a label"},
		{"glaze.csv", "code,zh,en,parent\nlead,铅釉,Lead,none\n", `vocabulary glaze.csv: line 2: lead has the parent "none"`},
		{"glaze.csv", "code,zh,en,certainty\nlead,铅釉,Lead,perhaps\n", "vocabulary glaze.csv: line 2: lead has the certainty \"perhaps\""},
		{"glaze.csv", "code,zh,en\nlead,铅釉,Lead\nash,铅釉,Ash\n", `vocabulary glaze.csv: line 3: "铅釉" names both lead and ash`},
		{"glaze.csv", "code,zh,en\nlead,铅釉,Lead,1,2\n", "vocabulary glaze.csv: line 2: has 5 cells, and the first line 3"},
		{"glaze.csv", "code,zh,en\n\"lead,铅釉\n", "vocabulary glaze.csv: parse error on line 2"},
		{"glaze.csv", "code,zh,en,parent\na,甲,A,b\nb,乙,B,a\n", "vocabulary glaze.csv: a is above itself"},
		{"gla ze.csv", "code,zh,en\n", "vocabulary gla ze.csv: is no name of a scheme"},
		{"profile.csv", "code,zh,en\n", "vocabulary profile.csv: is no name of a scheme"},
		{"period.csv", "code,zh,en\nkushan,贵霜,Kushan\n", "kushan has no years; give it a line in years.csv"},
		{"years.csv", "term,site,from,to\nsong,,0,1276\n", `vocabulary years.csv: line 2: from is "0"`},
		{"years.csv", "term,site,from,to\nsong,,1276,960\n", "vocabulary years.csv: line 2: lasts from 1276 to 960"},
		{"years.csv", "term,site,from,to\nsong,nowhere,960,1276\n", `vocabulary years.csv: line 2: "nowhere" is no code of a site`},
		{"years.csv", "term,site,from,to\nSong,,960,1276\n", `vocabulary years.csv: line 2: "Song" is no code of a period`},
		{"eras.csv", "era,period,from,to\n某,tang,700,0\n", "vocabulary eras.csv: line 2: an era needs a name and a last year"},
		{"homonyms.csv", "name,periods\n某,tang|none\n", `vocabulary homonyms.csv: line 2: "none" is no code of a period`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\n", "profile profiles/x.csv: has no line that begins with path"},
		{"profiles/x.csv", "zh,某\nen,X\npath,zh,en,type\n", "profile profiles/x.csv: lacks a line for kind, zh or en"},
		{"profiles/x.csv", "colour,red\n", `profile profiles/x.csv: line 1: "colour" is nothing that a profile has`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en\n", `profile profiles/x.csv: line 4: has no column "type"`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type\nextra.a,甲,A,colour\n", `profile profiles/x.csv: line 5: extra.a has the type "colour"; there are text, number`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type\nextra.a,甲,A,term\n", "profile profiles/x.csv: line 5: extra.a takes terms, but names no scheme"},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type\nextra.a,甲,A,text\nextra.a,乙,B,text\n", "profile profiles/x.csv: line 6: the field extra.a is there already"},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type\ncolour,甲,A,text\n", `profile profiles/x.csv: line 5: a record has no field "colour"`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type,scheme\nextra.a,甲,A,term,glaze\n", `profile profiles/x.csv: extra.a takes its values from "glaze", which is no scheme`},
		{"profiles/x.csv", "kind,relic\nzh,某\nen,X\npath,zh,en,type,after\nextra.a,甲,A,date,extra.b\nextra.b,乙,B,year\n", `profile profiles/x.csv: extra.a stands after "extra.b", which is no date or year`},
		{"profiles/x.csv", "kind,ship\nzh,某\nen,X\npath,zh,en,type\n", `profile profiles/x.csv: "ship" is no kind of records`},
		{"profiles/x.csv", "extends,none\npath,zh,en,type\n", `profile profiles/x.csv: extends "none", which is no profile`},
		{"profiles/x.csv", "kind,relic\ncategories,none\nzh,某\nen,X\npath,zh,en,type\n", `profile profiles/x.csv: "none" is no code of a category`},
		{"profiles/x.csv", "kind,relic\nextends,x\nzh,某\nen,X\npath,zh,en,type\n", "extends itself"},
		{"glaze.csv", strings.Repeat("x", maxFileSize+1), "vocabulary glaze.csv: has more than 8 MB"},
	} {
		_, err := Load(dir(map[string]string{test.file: test.content}))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s with %.60q: %v, want %q", test.file, test.content, err, test.want)
		}
	}
}

// TestDataIsWhole holds what hexi comes with: every scheme has a label, every profile
// fields, and what the census asks for is there.
func TestDataIsWhole(t *testing.T) {
	t.Parallel()
	v := load(t)
	for _, s := range v.Schemes() {
		if s.Label["zh"] == string(s.Code) || s.Version == "" || s.Terms == 0 {
			t.Errorf("the scheme %s is not described in scheme.csv, or empty: %+v", s.Code, s)
		}
	}
	for scheme, want := range map[archive.Scheme]int{
		"site-class-3p": 59, "completeness": 4, "source": 10, "identifier-type": 8, "mass-range": 6, "accession-range": 5, "set-kind": 2,
		"period-scheme": 6, "protection-batch": 8, "register": 8, "revolutionary-period": 8, "gender": 2, "great-wall-structure": 7, "rights-statement": 12, "wall-role": 4,
	} {
		if terms, _ := v.Terms(scheme); len(terms) != want {
			t.Errorf("%s has %d terms, want %d", scheme, len(terms), want)
		}
	}
	if n := len(v.Profiles()); n != 24 {
		t.Errorf("there are %d profiles", n)
	}
	for _, p := range v.Profiles() {
		if len(p.Fields) < 7 || p.Label["zh"] == "" || p.Label["en"] == "" {
			t.Errorf("the profile %s has %d fields", p.Code, len(p.Fields))
		}
		names := map[string]string{}
		for _, f := range p.Fields {
			for _, lang := range []string{"zh", "en"} {
				if other := names[f.Label[lang]]; other != "" {
					t.Errorf("%s: %s and %s are both called %s", p.Code, other, f.Path, f.Label[lang])
				}
				names[f.Label[lang]] = f.Path
			}
		}
	}
	p, _ := v.Profile("movable-relic")
	required := 0
	for _, f := range p.Fields {
		if f.Required {
			required++
		}
	}
	if required != 13 {
		t.Errorf("%d fields of a movable relic are required", required)
	}
}

// TestSame: terms name the same concepts elsewhere, of our data and of an archive's own.
func TestSame(t *testing.T) {
	t.Parallel()
	const own = "http://www.wikidata.org/entity/Q11426"
	v, err := Load(dir(map[string]string{"material.csv": "code,zh,en,same\nother-metal,,," + own + "\niron,,,http://vocab.getty.edu/aat/300011002|" + own + "\n"}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"纸": "http://vocab.getty.edu/aat/300014109", "其他金属": own, "铁": "http://vocab.getty.edu/aat/300011002 " + own, "玻璃": "",
	} {
		if term, ok := v.Term(archive.SchemeMaterial, name); !ok || strings.Join(term.Same, " ") != want {
			t.Errorf("%s is the same as %q, want %q", name, term.Same, want)
		}
	}
	if _, err := Load(dir(map[string]string{"material.csv": "code,zh,en,same\niron,,,aat:300011002\n"})); err == nil || !strings.Contains(err.Error(), "material.csv: line 2") || !strings.Contains(err.Error(), "no address") {
		t.Errorf("a name that is no address is taken: %v", err)
	}
}
