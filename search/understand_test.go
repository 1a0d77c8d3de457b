package search

import (
	"strings"
	"testing"
)

// TestUnderstand is what is understood of what people type, by the real vocabularies.
func TestUnderstand(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for text, want := range map[string]string{
		"莫高220": "cave 220@mogao", "莫高窟第二百二十窟": "cave 220@mogao", "２２０窟": "cave 220", "Mogao Cave 220": "cave 220@mogao", "cave no. 17": "cave 17", "莫高窟 45 窟": "cave 45@mogao",
		"Cave 45, Mogao Caves": "cave 45@mogao", "第17窟藏经洞": "cave 17|theme library-cave", "莫高窟第220窟药师经变": "cave 220@mogao|theme medicine-buddha", "榆林窟3": "cave 3@yulin",
		"莫 高 窟 第 2 2 0 窟": "cave 220@mogao", "莫高窟": "site mogao", "千佛洞": "site mogao", "mogaoku": "site mogao", "mgk": "site mogao", "麦积山": "site maijishan",
		"盛唐": "period high-tang", "唐代壁画": "period tang|kind mural", "High Tang murals": "period high-tang|kind mural", "贞观十六年": "years 642/642", "公元前206年": "years -206/-206", "705-781": "years 705/781",
		"前206-220": "years -206/220", "前500-400年": "years -500/-400", "公元 868 年。": "years 868/868", "8世纪": "years 701/800", "642": "years 642/642", "天宝元年": "years 742/742",
		"220 285": "years 220/220|years 285/285", "明长城": "period ming|theme great-wall", "汉简": "theme bamboo-slips", "嘉峪关光化楼": "",
		"九色鹿": "theme deer-king", "jiuselu": "theme deer-king", "fan tan pi pa": "theme pipa-behind", "zangjingdong": "theme library-cave", "zjd": "theme library-cave", "Deer King": "theme deer-king",
		"盛唐飞天": "period high-tang|theme apsara", "Long March": "theme long-march", "ming qing": "years 1368/1911", "lan zhou": "", "qing yang jian zhi": "",
		"What murals are in Cave 220?": "kind mural|cave 220", `"great wall" -明`: "|period ming", "kind:mural 飞天": "field kind:mural|theme apsara", "飞天 OR 藻井": "theme apsara|theme caisson",
		"乾隆": "years 1736/1795", "Which caves date from the Northern Wei?": "kind cave|period northern-wei", "贞观": "years 627/649",
		"": "", "???": "", `"`: "", "- - -": "", "的": "",
	} {
		var said []string
		for _, c := range ix.understand(text) {
			one := ""
			if u := c.understood; u != nil {
				one = u.Type + " " + u.Value
				if u.Site != "" {
					one += "@" + u.Site
				}
			}
			said = append(said, one)
		}
		got := strings.Join(said, "|")
		if got != want && strings.Trim(got, "|") != strings.Trim(want, "|") {
			t.Errorf("%q is understood as %q, want %q", text, got, want)
		}
	}
}

// TestParse is the marks that people type.
func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"great wall" 明`: `"great wall" 明`, "长城 -明": "长城 !明", "长城 NOT 明": "长城 !明", "九色鹿 OR 三兔": "九色鹿 |三兔", "a AND b": "a b", "题名：飞天": "title=飞天", "title:\"deer king\"": `title="deer king"`,
		"-kind:mural": "!kind=mural", "「贞观」": `"贞观"`, "“无”尾": `"无" 尾`, `"未完`: "未完", "-1046": "-1046", "-220窟": "!220窟", "-(明 清)": "!明 清", "bodhi*": "bodhi*~", "谁?": "谁", "a?c": "a?c~",
		"http://x": "http://x", "unknown:value": "unknown:value", "OR": "", "a OR": "a", "OR a": "a", "a - b": "a b", "（九色鹿 OR 三兔）壁画": "九色鹿 |三兔 壁画",
	} {
		var said []string
		for _, p := range parse(text) {
			one := p.text
			if p.phrase {
				one = `"` + one + `"`
			}
			if p.field != "" {
				one = p.field + "=" + one
			}
			if p.wild {
				one += "~"
			}
			if p.not {
				one = "!" + one
			}
			if p.or {
				one = "|" + one
			}
			said = append(said, one)
		}
		if got := strings.Join(said, " "); got != want {
			t.Errorf("%q is parsed as %s, want %s", text, got, want)
		}
	}
}

// No theme has a name that is longer than what is looked for.
func TestLongestNames(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for name, things := range ix.lexicon.names {
		if things[0].kind == "theme" && (len([]rune(name)) > maxHanName && hasHan(name) || len(strings.Fields(name)) > maxNameWords) {
			t.Errorf("%q is never found within other words", name)
		}
	}
}
