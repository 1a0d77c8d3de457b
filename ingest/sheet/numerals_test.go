package sheet

import "testing"

func TestChineseNumerals(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"三": "3", "十": "10", "十二": "12", "二十厘米": "20厘米", "一百零五": "105", "一千二百": "1200", "三点五厘米": "3.5厘米", "两件": "2件", "约二十厘米": "约20厘米",
		"叁拾": "30", "廿三件": "23件", "一九五〇": "1950", "三两": "3两", "两": "两", "三彩": "三彩", "一级": "一级", "百千": "百千", "三点": "三点", "十百": "十百", "二三十": "二三十",
		"": "", "12厘米": "12厘米", "一二三四五": "一二三四五", "点五": "点五",
	} {
		if got := arabic(cell); got != want {
			t.Errorf("%s: %s, want %s", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"一九五〇年": "1950年", "一九五〇年十二月八日": "1950年12月8日", "1950年": "1950年", "一九五○年三月": "1950年3月", "生日": "生日"} {
		if got := arabicDate(cell); got != want {
			t.Errorf("%s: %s, want %s", cell, got, want)
		}
	}
}
