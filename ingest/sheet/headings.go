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
	"accession": "identifiers.accession", "accessionno": "identifiers.accession", "accessionnumber": "identifiers.accession",
	"acno": "identifiers.accession", "总登记号": "identifiers.accession", "藏品编号": "identifiers.accession",
	"藏品总登记号": "identifiers.accession", "登记号": "identifiers.accession", "编号": "identifiers.number",
	"number": "identifiers.number", "shelfmark": "identifiers.shelfmark", "索书号": "identifiers.shelfmark",
	"period": "period", "年代": "period", "时代": "period", "dating": "period", "朝代": "period", "时期": "period",
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
	"material": "materials", "materials": "materials", "质地": "materials", "材质": "materials",
	"technique": "techniques", "techniques": "techniques", "工艺": "techniques", "工艺技法": "techniques",
	"level": "level", "级别": "level", "文物级别": "level", "grade": "level", "保护级别": "level",
	"completeness": "completeness", "完残程度": "completeness", "condition": "condition", "保存状态": "condition", "保存状况": "condition",
	"source": "source", "来源": "source", "来源方式": "source",
	"height": "dimensions.height", "高": "dimensions.height", "通高": "dimensions.height",
	"width": "dimensions.width", "宽": "dimensions.width", "通宽": "dimensions.width",
	"length": "dimensions.length", "长": "dimensions.length", "通长": "dimensions.length",
	"diameter": "dimensions.diameter", "直径": "dimensions.diameter", "口径": "dimensions.mouth-diameter",
	"quantity": "quantity", "数量": "quantity", "实际数量": "quantity",
	"subject": "subjects", "subjects": "subjects", "主题": "subjects", "题材": "subjects",
	"people": "people", "person": "people", "人物": "people", "author": "people.author", "作者": "people.author",
	"inscription": "inscriptions", "铭文": "inscriptions", "题记": "inscriptions", "题识": "inscriptions",
	"text": "text", "全文": "text", "holder": "rights.holder", "收藏单位": "rights.holder", "保护单位": "rights.holder",
	"rights": "rights.statement", "版权": "rights.statement", "tier": "rights.tier", "开放等级": "rights.tier",
	"files": "files", "file": "files", "文件": "files", "文件名": "files", "图像": "files", "影像文件": "files", "图像文件": "files",
	"照片": "files", "filename": "files", "image": "files", "images": "files",
	"layers": "layers", "imagelayers": "layers", "图层": "layers", "影像图层": "layers",
}

// texts are the fields that hold a text a language.
var texts = map[string]bool{
	"titles": true, "descriptions": true, "place.name": true, "text": true, "subjects": true, "rights.holder": true, "period": true,
}

// columnFor finds out what a heading means.
func columnFor(heading string) column {
	folded := fold(heading)
	base, lang := splitLanguage(folded)
	for _, try := range []struct{ name, lang string }{{folded, ""}, {base, lang}} {
		field, ok := headings[try.name]
		if !ok || (try.lang != "" && !texts[field] && field != "category") {
			continue
		}
		if field == "category" && try.lang != "" && try.lang != "zh" {
			continue // one category is enough; the other language stays in extra
		}
		c := column{field: field, name: strings.TrimSpace(heading)}
		if texts[field] {
			c.lang = try.lang // "": told by each value, see textLanguage
		}
		return c
	}
	return column{field: "extra", name: strings.TrimSpace(heading)}
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
		if strings.ContainsRune(" \t\r\n_-.:*()[]/、,\u3000\ufeff", r) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
