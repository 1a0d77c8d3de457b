package web

import (
	"net/url"
	"strconv"

	"hexi/archive"
)

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
