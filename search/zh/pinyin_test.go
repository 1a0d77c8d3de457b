package zh

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPinyin(t *testing.T) {
	p := NewPinyin()
	for text, want := range map[string]string{
		"莫高窟": "mogaoku mgk", "九色鹿": "jiuselu jsl", "嘉峪关": "jiayuguan jyg", "女娲": "nuwa nw", "第220窟": "di220ku d220k", "雨": "yu y",
	} {
		joined, initials := p.Of(text)
		if got := joined + " " + initials; got != want {
			t.Errorf("%s is read %q, want %q", text, got, want)
		}
	}
	if got := p.Readings('藏'); !slices.Contains(got, "zang") || !slices.Contains(got, "cang") {
		t.Errorf("藏 is read %v", got)
	}
	for text, want := range map[string]string{
		"mogaoku": "mo gao ku", "xian": "xian|xi an", "xi'an": "xi an", "zangjingdong": "zang jing dong", "nvwa": "nu wa", "cave": "", "dunhuang": "dun huang",
		"xyz": "", "": "", "'": "",
	} {
		var ways []string
		for _, w := range p.Split(text) {
			ways = append(ways, strings.Join(w, " "))
		}
		if got := strings.Join(ways, "|"); want != "" && !strings.HasPrefix(got, want) || want == "" && strings.TrimSpace(got) != "" {
			t.Errorf("%s is cut into %q, want %q", text, got, want)
		}
	}
	if got := p.Split(strings.Repeat("xian", 15)); len(got) == 0 || len(got) > maxSplits {
		t.Errorf("a long text is cut in %d ways", len(got))
	}
	if fmt.Sprint(p.Split(strings.Repeat("a", 59)+"z")) != "[]" {
		t.Error("what is no pinyin is cut")
	}
}

func TestSpellings(t *testing.T) {
	p := NewPinyin()
	got := p.Spellings("藏经洞", 8)
	if !slices.Contains(got, "zangjingdong") || !slices.Contains(got, "cangjingdong") || len(got) > 8 {
		t.Errorf("藏经洞 is spelt %v", got)
	}
	if got := p.Spellings("第220窟 a", 4); !slices.Contains(got, "di220kua") {
		t.Errorf("%v", got)
	}
	if got := p.Characters("dun"); !slices.Contains(got, '敦') || slices.Contains(got, '燉') {
		t.Errorf("dun is read %q", got)
	}
}

// In names 长 and 藏 are read as in 长城 and 藏经洞.
func TestReadInNames(t *testing.T) {
	t.Parallel()
	if joined, initials := NewPinyin().Of("长城藏经洞"); joined != "changchengzangjingdong" || initials != "cczjd" {
		t.Errorf("read as %s, %s", joined, initials)
	}
}

// Tones are those of the marks of pinyin; what is read without one has none.
func TestTone(t *testing.T) {
	t.Parallel()
	p := NewPinyin()
	for r, want := range map[rune]int{'妈': 1, '麻': 2, '马': 3, '骂': 4, '女': 3, '绿': 4, '吗': 0, '长': 2, '藏': 4, 'x': 0} {
		if got := p.Tone(r); got != want {
			t.Errorf("%c has tone %d, not %d", r, got, want)
		}
	}
}
