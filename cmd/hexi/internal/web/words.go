package web

import (
	"net/url"
	"strconv"
	"strings"

	"hexi/archive"
)

// statementText names a rights statement or licence by its address.
func statementText(address, lang string) string {
	_, path, _ := strings.Cut(address, "://")
	path = strings.TrimPrefix(path, "www.")
	if name, ok := strings.CutPrefix(path, "creativecommons.org/licenses/"); ok {
		code, version, _ := strings.Cut(name, "/")
		version, _, _ = strings.Cut(version, "/")
		return strings.TrimSpace("CC " + strings.ToUpper(code) + " " + version)
	}
	if name, ok := strings.CutPrefix(path, "rightsstatements.org/vocab/"); ok {
		code, _, _ := strings.Cut(name, "/")
		if text, ok := statementWords[code]; ok {
			return text.In(lang)
		}
	}
	switch {
	case strings.HasPrefix(path, "creativecommons.org/publicdomain/zero/"):
		return inLanguage(lang, "CC0 1.0（放弃版权）", "CC0 1.0 (no rights reserved)")
	case strings.HasPrefix(path, "creativecommons.org/publicdomain/mark/"):
		return inLanguage(lang, "公有领域", "Public domain")
	}
	return address
}

// statementWords are the statements of rightsstatements.org, by their codes.
var statementWords = map[string]archive.Text{
	"InC": {"zh": "受版权保护", "en": "In copyright"}, "InC-EDU": {"zh": "受版权保护，可用于教育", "en": "In copyright, educational use permitted"},
	"InC-NC": {"zh": "受版权保护，可非商业使用", "en": "In copyright, non-commercial use permitted"}, "InC-OW-EU": {"zh": "受版权保护，孤儿作品", "en": "In copyright, EU orphan work"},
	"InC-RUU": {"zh": "受版权保护，权利人无法找到", "en": "In copyright, rights-holder unlocatable"}, "NoC-CR": {"zh": "无版权，有合同限制", "en": "No copyright, contractual restrictions"},
	"NoC-NC": {"zh": "无版权，限非商业使用", "en": "No copyright, non-commercial use only"}, "NoC-OKLR": {"zh": "无版权，有其他法律限制", "en": "No copyright, other known legal restrictions"},
	"NoC-US": {"zh": "在美国无版权", "en": "No copyright, United States"}, "CNE": {"zh": "版权未评估", "en": "Copyright not evaluated"},
	"UND": {"zh": "版权未定", "en": "Copyright undetermined"}, "NKC": {"zh": "未发现版权", "en": "No known copyright"},
}

// caveText names a cave of a site: Mogao Caves, 407 is Mogao Cave 407.
func caveText(site, cave, lang string) string {
	if lang != "en" {
		return site + "第" + strings.NewReplacer(",", "、", "-", "–").Replace(cave) + "窟"
	}
	for _, plural := range []string{" Caves", " Grottoes", " Grotto"} {
		site = strings.TrimSuffix(site, plural)
	}
	word := " Cave "
	if strings.ContainsAny(cave, ",-") { // several
		word, cave = " Caves ", strings.NewReplacer(",", ", ", "-", "–").Replace(cave)
	}
	return strings.TrimSpace(site + word + cave)
}

// personWords are the parts that people have in a record, in both languages; other
// words are shown as they are.
var personWords = map[string]archive.Text{
	"donor": {"zh": "供养人", "en": "donor"}, "portrayed": {"zh": "像主", "en": "portrayed"}, "finder": {"zh": "发现者", "en": "finder"},
	"founder": {"zh": "创建者", "en": "founder"}, "builder": {"zh": "营建者", "en": "builder"}, "inventor": {"zh": "创制者", "en": "inventor"},
	"chairman": {"zh": "主席", "en": "chairman"}, "commander": {"zh": "指挥者", "en": "commander"}, "representative": {"zh": "代表", "en": "representative"},
	"geologist": {"zh": "地质学家", "en": "geologist"}, "venerated": {"zh": "受祭祀者", "en": "venerated"}, "legend": {"zh": "传说人物", "en": "legend"},
	"maker": {"zh": "作者", "en": "maker"}, "author": {"zh": "作者", "en": "author"}, "artist": {"zh": "画家", "en": "artist"}, "painter": {"zh": "画工", "en": "painter"},
	"scribe": {"zh": "抄写者", "en": "scribe"}, "translator": {"zh": "译者", "en": "translator"}, "photographer": {"zh": "摄影者", "en": "photographer"},
	"collector": {"zh": "收藏者", "en": "collector"}, "excavator": {"zh": "发掘者", "en": "excavator"}, "bearer": {"zh": "传承人", "en": "bearer"},
}

func roleText(role, lang string) string {
	if t, ok := personWords[role]; ok {
		return t.In(lang)
	}
	return role
}

func queryEscape(s string) string { return url.QueryEscape(s) }

// wallWords are the codes of places in a cave that records may use, in both
// languages; other words are shown as they are.
var wallWords = map[string]archive.Text{
	"main": {"zh": "主室", "en": "main chamber"}, "antechamber": {"zh": "前室", "en": "antechamber"}, "corridor": {"zh": "甬道", "en": "corridor"},
	"north": {"zh": "北壁", "en": "north wall"}, "south": {"zh": "南壁", "en": "south wall"}, "east": {"zh": "东壁", "en": "east wall"},
	"west": {"zh": "西壁", "en": "west wall"}, "ceiling": {"zh": "窟顶", "en": "ceiling"}, "caisson": {"zh": "藻井", "en": "caisson ceiling"},
	"niche": {"zh": "龛", "en": "niche"}, "floor": {"zh": "地面", "en": "floor"},
}

func (s *Server) wallText(word, lang string) string {
	if t, ok := wallWords[word]; ok {
		return t.In(lang)
	}
	for _, scheme := range [...]archive.Scheme{archive.SchemeSpace, archive.SchemeSurface, archive.SchemePosition} {
		if term, ok := s.Vocabulary.Term(scheme, word); ok && term.Code == word {
			return term.Label.In(lang)
		}
	}
	return word
}

var dimensionWords = map[string]archive.Text{
	"height": {"zh": "高", "en": "height"}, "width": {"zh": "宽", "en": "width"}, "length": {"zh": "长", "en": "length"},
	"depth": {"zh": "深", "en": "depth"}, "diameter": {"zh": "直径", "en": "diameter"}, "mouth-diameter": {"zh": "口径", "en": "mouth diameter"},
	"mass": {"zh": "质量", "en": "mass"}, "area": {"zh": "面积", "en": "area"}, "thickness": {"zh": "厚", "en": "thickness"},
}

func dimensionText(d archive.Dimension, lang string) string {
	name := d.Type
	if t, ok := dimensionWords[d.Type]; ok {
		name = t.In(lang)
	}
	return name + " " + strconv.FormatFloat(d.Value, 'f', -1, 64) + " " + d.Unit
}
