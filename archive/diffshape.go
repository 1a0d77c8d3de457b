package archive

// fieldShape is what comparing and showing need to know of a field: its name in both
// languages, of which scheme its values are, its parts if it is an object or a list of
// objects, and by which of them items of a list are taken for the same thing, the most
// telling first.
type fieldShape struct {
	key    string
	zh, en string
	scheme Scheme
	parts  []fieldShape
	same   [][]string
}

func (s fieldShape) label() Text { return Text{"zh": s.zh, "en": s.en} }

// item is the shape of the items of a list.
func (s fieldShape) item() fieldShape {
	return fieldShape{zh: s.zh, en: s.en, scheme: s.scheme, parts: s.parts}
}

// recordShape lists the fields of a record in their order. TestRecordShape holds it to
// the type Record.
var recordShape = []fieldShape{
	{key: "id", zh: "编号", en: "Id"},
	{key: "collection", zh: "藏品集", en: "Collection", scheme: SchemeCollection},
	{key: "kind", zh: "类别", en: "Kind", scheme: SchemeKind},
	{key: "partOf", zh: "所属", en: "Part of"},
	{key: "titles", zh: "题名", en: "Title"},
	{key: "descriptions", zh: "说明", en: "Description"},
	{key: "identifiers", zh: "编号", en: "Identifier", same: [][]string{{"type"}}, parts: []fieldShape{{key: "type", zh: "类型", en: "type"}, {key: "value", zh: "值", en: "value"}}},
	{key: "period", zh: "年代", en: "Period", parts: []fieldShape{
		{key: "term", zh: "时代", en: "term", scheme: SchemePeriod}, {key: "from", zh: "起", en: "from"}, {key: "to", zh: "止", en: "to"}, {key: "note", zh: "附注", en: "note"},
	}},
	{key: "place", zh: "地点", en: "Place", parts: []fieldShape{
		{key: "name", zh: "名称", en: "name"}, {key: "lat", zh: "纬度", en: "latitude"}, {key: "lon", zh: "经度", en: "longitude"}, {key: "precision", zh: "精度", en: "precision"},
	}},
	{key: "location", zh: "位置", en: "Location", parts: []fieldShape{
		{key: "site", zh: "石窟", en: "site", scheme: SchemeSite}, {key: "cave", zh: "窟号", en: "cave"}, {key: "space", zh: "空间", en: "space"},
		{key: "surface", zh: "壁面", en: "surface"}, {key: "position", zh: "部位", en: "position"}, {key: "role", zh: "方位", en: "role"},
	}},
	{key: "category", zh: "文物类别", en: "Category", scheme: SchemeCategory},
	{key: "materials", zh: "质地", en: "Material", scheme: SchemeMaterial},
	{key: "techniques", zh: "工艺", en: "Technique"},
	{key: "level", zh: "级别", en: "Level", scheme: SchemeLevel},
	{key: "completeness", zh: "完残程度", en: "Completeness", scheme: SchemeCompleteness},
	{key: "condition", zh: "保存状态", en: "Condition", scheme: SchemeCondition},
	{key: "source", zh: "来源", en: "Source", scheme: SchemeSource},
	{key: "dimensions", zh: "尺寸", en: "Dimension", same: [][]string{{"type"}}, parts: []fieldShape{
		{key: "type", zh: "类型", en: "type"}, {key: "value", zh: "数值", en: "value"}, {key: "unit", zh: "单位", en: "unit"}, {key: "note", zh: "附注", en: "note"},
	}},
	{key: "quantity", zh: "数量", en: "Quantity", parts: []fieldShape{{key: "value", zh: "数值", en: "value"}, {key: "unit", zh: "单位", en: "unit"}}},
	{key: "subjects", zh: "主题", en: "Subject", same: [][]string{{"zh"}, {"en"}}},
	{key: "people", zh: "人物", en: "Person", same: [][]string{{"name.zh", "role"}, {"name.zh"}, {"name.en"}}, parts: []fieldShape{{key: "name", zh: "姓名", en: "name"}, {key: "role", zh: "角色", en: "role"}}},
	{key: "inscriptions", zh: "题记", en: "Inscription", same: [][]string{{"text"}, {"region.asset", "region.xywh"}, {"translation.en"}}, parts: []fieldShape{
		{key: "text", zh: "原文", en: "text"}, {key: "translation", zh: "译文", en: "translation"},
		{key: "region", zh: "图上位置", en: "place on the image", parts: []fieldShape{{key: "asset", zh: "图像", en: "image"}, {key: "xywh", zh: "区域", en: "region"}}},
	}},
	{key: "text", zh: "全文", en: "Text"},
	{key: "rights", zh: "权利", en: "Rights", parts: []fieldShape{
		{key: "statement", zh: "声明", en: "statement"}, {key: "holder", zh: "权利人", en: "holder"}, {key: "tier", zh: "开放等级", en: "access tier"},
		{key: "maxPixels", zh: "最大像素", en: "most pixels"}, {key: "until", zh: "开放日期", en: "closed until"},
	}},
	{key: "relations", zh: "关联", en: "Relation", same: [][]string{{"record"}}, parts: []fieldShape{{key: "type", zh: "关系", en: "type"}, {key: "record", zh: "记录", en: "record"}}},
	{key: "stops", zh: "站点", en: "Stop", same: [][]string{{"record", "asset", "view"}, {"record", "asset"}, {"record"}, {"caption.zh"}, {"caption.en"}}, parts: []fieldShape{
		{key: "record", zh: "记录", en: "record"}, {key: "asset", zh: "图像", en: "image"}, {key: "view", zh: "局部", en: "view"},
		{key: "caption", zh: "说明", en: "caption"}, {key: "date", zh: "日期", en: "date"},
	}},
	{key: "extra", zh: "附加", en: "Extra"},
}

// itemWords are the usual types of identifiers and dimensions in both languages; others
// are shown as they are written.
var itemWords = map[string]Text{
	"accession": {"zh": "藏品编号", "en": "accession number"}, "cave": {"zh": "窟号", "en": "cave number"}, "cave-pelliot": {"zh": "伯希和编号", "en": "Pelliot number"},
	"cave-zhang": {"zh": "张大千编号", "en": "Zhang Daqian number"}, "census": {"zh": "普查编号", "en": "census number"}, "shelfmark": {"zh": "索书号", "en": "shelf mark"},
	"former-number": {"zh": "旧编号", "en": "former number"}, "height": {"zh": "高", "en": "height"}, "width": {"zh": "宽", "en": "width"}, "length": {"zh": "长", "en": "length"},
	"depth": {"zh": "深", "en": "depth"}, "thickness": {"zh": "厚", "en": "thickness"}, "diameter": {"zh": "直径", "en": "diameter"}, "area": {"zh": "面积", "en": "area"},
	"weight": {"zh": "重", "en": "weight"}, "duration": {"zh": "时长", "en": "duration"},
}

// languages are names of languages that texts are in, and the order in which they stand.
var languages = []struct {
	tag  string
	name Text
}{
	{"zh", Text{"zh": "中文", "en": "Chinese"}}, {"zh-Hant", Text{"zh": "繁体中文", "en": "traditional Chinese"}},
	{"zh-Hans", Text{"zh": "简体中文", "en": "simplified Chinese"}}, {"en", Text{"zh": "英文", "en": "English"}},
	{"bo", Text{"zh": "藏文", "en": "Tibetan"}}, {"ug", Text{"zh": "维吾尔文", "en": "Uyghur"}}, {"mn", Text{"zh": "蒙古文", "en": "Mongolian"}},
	{"sa", Text{"zh": "梵文", "en": "Sanskrit"}}, {"ja", Text{"zh": "日文", "en": "Japanese"}}, {"fr", Text{"zh": "法文", "en": "French"}}, {"und", Text{"zh": "语种未定", "en": "language not known"}},
}

func languageName(tag string) Text {
	if i := languageRank(tag); i < len(languages) {
		return languages[i].name
	}
	return Text{"zh": tag, "en": tag}
}

func languageRank(tag string) int {
	for i, l := range languages {
		if l.tag == tag {
			return i
		}
	}
	return len(languages)
}
