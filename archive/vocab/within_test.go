package vocab

import (
	"strings"
	"testing"

	"hexi/archive"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	v, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		scheme      archive.Scheme
		words, want string
	}{
		{archive.SchemeCompleteness, "口沿残", "incomplete"}, {archive.SchemeCompleteness, "首残尾全", "incomplete"},
		{archive.SchemeCompleteness, "器身严重残缺", "badly-damaged"}, {archive.SchemeCompleteness, "基本完好", "nearly-complete"},
		{archive.SchemeCompleteness, "完整，口沿残", "complete incomplete"}, {archive.SchemeCompleteness, "不完整", "incomplete"},
		{archive.SchemeCompleteness, "口沿无残", "complete"}, {archive.SchemeCompleteness, "锈蚀", ""}, {archive.SchemeCompleteness, "", ""},
		{archive.SchemeCondition, "目前状态不稳定", ""}, {archive.SchemeCondition, "保存较好，局部坍塌", "fairly-good"},
		{archive.SchemeSource, "1954年兰州市征集", "purchase"}, {archive.SchemeSource, "雷台汉墓出土", "excavation"},
		{archive.SchemeSource, "公安局移交，盗掘出土", "hand-over excavation"}, {archive.SchemeSource, "Found in a tomb", ""},
		{"no-scheme", "残", ""},
	} {
		var codes []string
		for _, term := range v.Within(test.scheme, test.words) {
			codes = append(codes, term.Code)
		}
		if got := strings.Join(codes, " "); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.scheme, test.words, got, test.want)
		}
	}
}
