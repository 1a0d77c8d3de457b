package zh

import (
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	f := NewFolder()
	for in, want := range map[string]string{
		"藥師經變": "药师经变", "敦煌莫髙窟": "敦煌莫高窟", "燉煌": "敦煌", "ＭＯＧＡＯ　２２０": "mogao 220", "Bodhisattva Avalokiteśvara": "bodhisattva avalokitesvara",
		"ｶﾞ": "カ", "e\u0301": "e", "ﬁ": "fi", "甘肅": "甘肃", "長城": "长城", "Ⅳ": "iv", "": "", "乾隆": "干隆",
		"བླ་བྲང": "བླ་བྲང", "\xff": "\ufffd", "Ａ́": "a",
	} {
		if got := f.String(in); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
}

func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	if a, b := utf8.RuneCountInString(traditional), utf8.RuneCountInString(simplified); a != b || a < 3000 {
		t.Errorf("the table has %d and %d characters", a, b)
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"二百二十": 220, "二百二十五": 225, "十七": 17, "九十六": 96, "一百零三": 103, "二二〇": 220, "三": 3, "廿三": 23, "一千二百": 1200, "元": 1, "四百九十二": 492,
	} {
		if got, ok := Number(in); !ok || got != want {
			t.Errorf("%s = %d, want %d", in, got, want)
		}
	}
	for _, in := range []string{"", "窟", "二窟", "一二三四五六七八九十"} {
		if got, ok := Number(in); ok {
			t.Errorf("%q = %d", in, got)
		}
	}
}
