package sheet

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// column is what a heading means: a field of the record and, for texts, the
// language. Columns that hold several values in one cell are told by the field.
type column struct {
	field string // path such as "titles", "place.lat", "identifiers.accession"; "extra" for what is not known
	lang  string // for texts
	name  string // the heading as it was written
	key   string // in extra
	// spread is of a column that only has the heading of the one before it, which goes
	// over both.
	spread bool
	unit   string // of measures, where the heading says it
	words  string // key in extra under which the words of the cell are kept beside what was read of them; "" for none
	typ    string // of what a profile adds to extra: text, number, integer, year, date, list, boolean; "" for text
}

// headings lists the headings in their folded form (see fold). The left side
// of a language suffix is looked up too: name_zh, 名称(英文), title en.
var headings = map[string]string{
	"id": "id", "记录号": "id", "recordid": "id",
	"collection": "collection", "专题": "collection", "藏品集": "collection", "所属专题": "collection",
	"kind": "kind", "记录类型": "kind", "recordtype": "kind",
	"partof": "partOf", "上级记录": "partOf", "隶属": "partOf", "parent": "partOf",
	"title": "titles", "titles": "titles", "name": "titles", "题名": "titles", "名称": "titles", "藏品名称": "titles",
	"文物名称": "titles", "标题": "titles", "project": "titles", "项目名称": "titles", "单位名称": "titles",
	"description": "descriptions", "descriptions": "descriptions", "简介": "descriptions", "描述": "descriptions",
	"说明": "descriptions", "内容描述": "descriptions",
	"registrationno": "identifiers.accession", "registrationnumber": "identifiers.accession", "registerno": "identifiers.accession",
	"registernumber": "identifiers.accession", "总登记号或辅助账号": "identifiers.accession", "文物编号": "identifiers.accession",
	"普查登记号": "identifiers.census", "普查编号": "identifiers.census", "辅助账号": "identifiers.auxiliary", "分类号": "identifiers.class",
	"accession": "identifiers.accession", "accessionno": "identifiers.accession", "accessionnumber": "identifiers.accession",
	"acno": "identifiers.accession", "总登记号": "identifiers.accession", "藏品编号": "identifiers.accession",
	"藏品总登记号": "identifiers.accession", "登记号": "identifiers.accession", "编号": "identifiers.number",
	"number": "identifiers.number", "shelfmark": "identifiers.shelfmark", "索书号": "identifiers.shelfmark",
	"period": "period", "年代": "period", "时代": "period", "dating": "period", "datetext": "period", "具体年代": "period", "朝代": "period", "时期": "period",
	"from": "period.from", "yearfrom": "period.from", "起始年": "period.from",
	"to": "period.to", "yearto": "period.to", "终止年": "period.to", "结束年": "period.to",
	"place": "place.name", "地点": "place.name", "address": "place.name", "地址": "place.name", "出土地点": "place.name",
	"地址及位置": "place.name", "region": "place.name", "产地": "place.name",
	"lat": "place.lat", "latitude": "place.lat", "纬度": "place.lat",
	"lon": "place.lon", "lng": "place.lon", "longitude": "place.lon", "经度": "place.lon",
	"site": "location.site", "石窟": "location.site", "cave": "location.cave", "caveno": "location.cave", "窟号": "location.cave",
	"space": "location.space", "空间": "location.space", "surface": "location.surface", "壁面": "location.surface",
	"position": "location.position", "位置": "location.position", "role": "location.role",
	"category": "category", "类别": "category", "type": "category", "类型": "category", "class": "category", "分类": "category",
	"material": "materials", "materials": "materials", "质地": "materials", "medium": "materials", "材质": "materials",
	"technique": "techniques", "techniques": "techniques", "工艺": "techniques", "工艺技法": "techniques",
	"level": "level", "级别": "level", "文物级别": "level", "grade": "level", "保护级别": "level",
	"completeness": "completeness", "完残程度": "completeness", "完残情况": "completeness", "condition": "condition", "保存状态": "condition", "保存状况": "condition",
	"source": "source", "来源": "source", "文物来源": "source", "藏品来源": "source", "来源方式": "source",
	"height": "dimensions.height", "高": "dimensions.height", "纵": "dimensions.height", "通高": "dimensions.height",
	"width": "dimensions.width", "宽": "dimensions.width", "横": "dimensions.width", "通宽": "dimensions.width",
	"length": "dimensions.length", "长": "dimensions.length", "通长": "dimensions.length",
	"diameter": "dimensions.diameter", "直径": "dimensions.diameter", "口径": "dimensions.mouth-diameter",
	"quantity": "quantity", "数量": "quantity", "实际数量": "quantity", "件数": "quantity", "传统数量": "quantity",
	"计量单位": "quantity.unit", "数量单位": "quantity.unit",
	"深": "dimensions.depth", "通深": "dimensions.depth", "depth": "dimensions.depth", "厚": "dimensions.thickness", "厚度": "dimensions.thickness", "thickness": "dimensions.thickness",
	"底径": "dimensions.base-diameter", "腹径": "dimensions.belly-diameter", "足径": "dimensions.foot-diameter", "面积": "dimensions.area", "area": "dimensions.area",
	"尺寸": "dimensions", "外形尺寸": "dimensions", "具体尺寸": "dimensions", "尺寸重量": "dimensions", "dimensions": "dimensions", "size": "dimensions",
	"质量": "dimensions.mass", "重量": "dimensions.mass", "具体质量": "dimensions.mass", "mass": "dimensions.mass", "weight": "dimensions.mass",
	"质量单位": "dimensions.mass.unit", "重量单位": "dimensions.mass.unit", "massunit": "dimensions.mass.unit", "weightunit": "dimensions.mass.unit",
	"尺寸单位": "dimensions.unit", "长度单位": "dimensions.unit", "dimensionunit": "dimensions.unit", "dimensionsunit": "dimensions.unit", "sizeunit": "dimensions.unit",
	"面积单位": "dimensions.area.unit", "areaunit": "dimensions.area.unit",
	"subject": "subjects", "subjects": "subjects", "主题": "subjects", "题材": "subjects",
	"people": "people", "person": "people", "人物": "people", "author": "people.author", "作者": "people.author",
	"artist": "people.artist", "artists": "people.artist", "allartists": "people.artist", "donor": "people.donor",
	"inscription": "inscriptions", "铭文": "inscriptions", "题记": "inscriptions", "题识": "inscriptions",
	"text": "text", "全文": "text", "holder": "rights.holder", "收藏单位": "rights.holder", "收藏单位名称": "rights.holder", "馆藏单位": "rights.holder", "holdinginstitution": "rights.holder", "repository": "rights.holder", "保护单位": "rights.holder",
	"rights": "rights.statement", "版权": "rights.statement", "tier": "rights.tier", "开放等级": "rights.tier",
	"files": "files", "file": "files", "文件": "files", "文件名": "files", "图像": "files", "影像文件": "files", "图像文件": "files",
	"照片": "files", "filename": "files", "image": "files", "images": "files",
	"layers": "layers", "imagelayers": "layers", "图层": "layers", "影像图层": "layers",
}

// texts are the fields that hold a text a language.
var texts = map[string]bool{
	"titles": true, "descriptions": true, "place.name": true, "text": true, "subjects": true, "rights.holder": true, "period": true,
}

// groups are headings that stand over several columns, with what those below them
// mean that say too little alone.
var groups = map[string]map[string]string{
	"尺寸": {"长": "dimensions.length", "宽": "dimensions.width", "高": "dimensions.height", "纵": "dimensions.height", "横": "dimensions.width", "深": "dimensions.depth", "厚": "dimensions.thickness", "直径": "dimensions.diameter", "单位": "dimensions.unit", "计量单位": "dimensions.unit"},
	"数量": {"单位": "quantity.unit", "计量单位": "quantity.unit", "数值": "quantity", "件数": "quantity", "数": "quantity"},
	"质量": {"数值": "dimensions.mass", "单位": "dimensions.mass.unit", "具体质量": "dimensions.mass", "重量": "dimensions.mass"},
	"年代": {"起": "period.from", "始": "period.from", "止": "period.to", "终": "period.to", "具体年代": "period"},
	"坐标": {"经度": "place.lon", "纬度": "place.lat", "东经": "place.lon", "北纬": "place.lat"},
}

// ignored are headings whose columns say nothing of the thing itself: running numbers,
// which change when a row is put in between, and the columns of hexi's own reports.
var ignored = map[string]bool{
	"序号": true, "序": true, "顺序号": true, "行号": true, "原行号": true, "rowno": true, "row": true, "#": true,
	"其余内容勿改": true, // of a workbook that hexi exported, whose hidden table is gone
	"hexi结果": true, "hexi说明": true, "hexi行号": true, "hexiresult": true, "hexireason": true, "hexirow": true,
}

// columnFor finds out what a heading means.
func columnFor(heading string) column { return builtIn("", heading) }

// builtIn finds out what a heading means below the heading of a group, "" for none.
func builtIn(group, heading string) column {
	name := oneLine(clean(heading))
	plain, unit := splitUnit(name)
	for _, h := range []string{name, plain} {
		if c, ok := known(group, h); ok {
			if c.name = name; unit != "" {
				c.unit = unit
			}
			return c
		}
	}
	_, groupUnit := splitUnit(group)
	c := column{field: "extra", name: name, key: name, unit: unit}
	if group != "" && groupUnit == "" && unit == "" {
		c.key = oneLine(clean(group)) + " " + name
	}
	return c
}

// known looks a heading up.
func known(group, heading string) (column, bool) {
	folded := fold(heading)
	if folded == "" {
		return column{}, false
	}
	if ignored[folded] {
		return column{field: "ignore"}, true
	}
	if group != "" {
		plain, unit := splitUnit(group)
		folding := fold(plain)
		for over, below := range groups {
			if field, ok := below[folded]; ok && strings.Contains(folding, over) {
				return column{field: field, unit: unit}, true
			}
		}
		if field, ok := headings[folding+folded]; ok {
			return column{field: field, unit: unit}, true
		}
	}
	base, lang := splitLanguage(folded)
	for _, try := range []struct{ name, lang string }{{folded, ""}, {base, lang}, {strings.TrimRight(folded, "0123456789"), ""}} {
		field, ok := headings[try.name]
		if !ok || (try.lang != "" && !texts[field] && field != "category") {
			continue
		}
		if try.name != folded && try.lang == "" && field != "files" {
			continue // 照片1, 照片2
		}
		if field == "category" && try.lang != "" && try.lang != "zh" {
			continue // one category is enough; the other language stays in extra
		}
		c := column{field: field}
		if texts[field] {
			c.lang = try.lang // "": told by each value, see textLanguage
		}
		return c, true
	}
	return column{}, false
}

// splitUnit takes off a heading what stands in brackets at its end, such as (cm), and
// stars that mark what must be filled in. unit is "" where that is no unit.
func splitUnit(heading string) (plain, unit string) {
	plain = strings.Trim(narrow(oneLine(clean(heading))), "* ")
	if !strings.HasSuffix(plain, ")") {
		return plain, ""
	}
	open := strings.LastIndexByte(plain, '(')
	if open <= 0 {
		return plain, ""
	}
	inner := strings.TrimSpace(plain[open+1 : len(plain)-1])
	inner = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(inner, "单位:"), "unit:"))
	if u, ok := units[strings.ToLower(inner)]; ok {
		unit = u
	}
	return strings.Trim(plain[:open], "* "), unit
}

// splitLanguage takes a language off the end of a folded heading.
func splitLanguage(s string) (base, lang string) {
	for _, end := range []struct{ suffix, lang string }{
		{"英文", "en"}, {"中文", "zh"}, {"english", "en"}, {"chinese", "zh"}, {"en", "en"}, {"zh", "zh"},
	} {
		if base, ok := strings.CutSuffix(s, end.suffix); ok && base != "" {
			return base, end.lang
		}
	}
	for _, start := range []struct{ prefix, lang string }{{"英文", "en"}, {"中文", "zh"}} {
		if base, ok := strings.CutPrefix(s, start.prefix); ok && base != "" {
			return base, start.lang
		}
	}
	return s, ""
}

// fold brings a heading into the form in which headings are compared: NFKC
// (which makes full-width letters narrow), lower case, without white space,
// punctuation and brackets.
func fold(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(norm.NFKC.String(s)) {
		if strings.ContainsRune(" \t\r\n_-.:*()[]/、,\u3000\ufeff\u200b", r) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
