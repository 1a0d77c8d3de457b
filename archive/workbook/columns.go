package workbook

import (
	"cmp"

	"hexi/archive"
)

// Sheet is what a table is called and which columns it has in any case.
type Sheet struct {
	Name    string
	Columns []Column
}

// Official returns the table of a kind of records, with the columns of the official sheet
// where there is one: of movable relics the 14 items of the census.
func Official(kind archive.Kind) Sheet {
	site := []Column{
		{"titles.zh", "名称"}, {"extra.code", "代码"}, {"place.name.zh", "地址及位置"}, {"place.lon", "经度"}, {"place.lat", "纬度"},
		{"level", "级别"}, {"period", "年代"}, {"category", "类别"}, {"descriptions.zh", "简介"}, {"condition", "保存状况"},
	}
	switch kind {
	case archive.KindRelic:
		return Sheet{"可移动文物", []Column{
			{"rights.holder.zh", "收藏单位"}, {"identifiers.accession", "总登记号"}, {"titles.zh", "名称"}, {"period", "年代"},
			{"materials", "质地"}, {"category", "类别"}, {"quantity", "数量"}, {"dimensions.length", "通长"}, {"dimensions.width", "通宽"},
			{"dimensions.height", "通高"}, {"dimensions.mass", "质量"}, {"level", "级别"}, {"source", "来源"},
			{"completeness", "完残程度"}, {"condition", "保存状态"}, {"extra.accessionRange", "入藏时间范围"}, {"extra.accessionYear", "入藏时间"},
		}}
	case archive.KindSite:
		return Sheet{"不可移动文物", site}
	case archive.KindCave:
		return Sheet{"洞窟", []Column{
			{"location.site", "石窟"}, {"location.cave", "窟号"}, {"titles.zh", "名称"}, {"period", "年代"}, {"extra.form", "形制"},
			{"descriptions.zh", "简介"}, {"condition", "保存状况"},
		}}
	case archive.KindMural:
		return Sheet{"壁画", []Column{
			{"titles.zh", "名称"}, {"location.site", "石窟"}, {"location.cave", "窟号"}, {"location.space", "空间"}, {"location.surface", "壁面"},
			{"location.position", "位置"}, {"period", "年代"}, {"subjects.zh", "题材"}, {"techniques", "工艺"}, {"condition", "保存状况"},
		}}
	case archive.KindIntangible:
		return Sheet{"非物质文化遗产", []Column{
			{"identifiers.number", "编号"}, {"titles.zh", "名称"}, {"category", "类别"}, {"level", "级别"}, {"place.name.zh", "地点"},
			{"rights.holder.zh", "保护单位"}, {"descriptions.zh", "说明"},
		}}
	case archive.KindDocument:
		return Sheet{"古籍文献", []Column{
			{"rights.holder.zh", "收藏单位"}, {"identifiers.shelfmark", "索书号"}, {"titles.zh", "题名"}, {"period", "年代"}, {"materials", "质地"},
			{"quantity", "数量"}, {"level", "级别"}, {"completeness", "完残程度"}, {"text.zh", "全文"},
		}}
	}
	names := map[archive.Kind]string{
		archive.KindModel: "三维模型", archive.KindEvent: "事件", archive.KindReport: "报告", archive.KindRoute: "线路",
		archive.KindExhibition: "展览", archive.KindCollection: "专题",
	}
	return Sheet{cmp.Or(names[kind], string(kind)), []Column{{"titles.zh", "名称"}}}
}

// Kinds are the kinds of records in the order of their tables.
func Kinds() []archive.Kind {
	return []archive.Kind{
		archive.KindRelic, archive.KindMural, archive.KindCave, archive.KindSite, archive.KindDocument, archive.KindIntangible,
		archive.KindModel, archive.KindEvent, archive.KindReport, archive.KindRoute, archive.KindExhibition, archive.KindCollection,
	}
}

// further are the headings of the other columns, by path, in their order. Of a path that
// ends with "." the headings are for all parts of it: languages, types, keys.
var further = []Column{
	{"id", "记录号"}, {"collection", "所属专题"}, {"partOf", "上级记录"}, {"titles.", "名称"}, {"descriptions.", "简介"},
	{"identifiers.accession", "总登记号"}, {"identifiers.cave", "窟号标识"}, {"identifiers.shelfmark", "索书号"}, {"identifiers.", "编号"},
	{"period.term", "年代代码"}, {"period.from", "起始年"}, {"period.to", "终止年"}, {"period.note.", "年代"},
	{"place.name.", "地点"}, {"place.lat", "纬度"}, {"place.lon", "经度"}, {"place.precision", "坐标精度"},
	{"location.site", "石窟"}, {"location.cave", "窟号"}, {"location.space", "空间"}, {"location.surface", "壁面"}, {"location.position", "位置"},
	{"location.role", "壁面方位"}, {"category", "类别"}, {"level", "级别"}, {"completeness", "完残程度"}, {"condition", "保存状态"},
	{"source", "来源"}, {"materials", "质地"}, {"techniques", "工艺"}, {"dimensions.length", "通长"}, {"dimensions.width", "通宽"},
	{"dimensions.height", "通高"}, {"dimensions.mass", "质量"}, {"dimensions.diameter", "直径"}, {"dimensions.", "尺寸"}, {"quantity", "数量"},
	{"subjects.", "主题"}, {"people.name.", "人物"}, {"people.role", "人物角色"}, {"inscriptions", "题记"}, {"text.", "全文"},
	{"rights.holder.", "收藏单位"}, {"rights.statement", "版权"}, {"rights.tier", "开放等级"}, {"rights.maxPixels", "开放像素"},
	{"rights.until", "开放日期"}, {"relations", "关联"}, {"stops", "站点"}, {"extra.profile", "著录规范"}, {"extra.", ""}, {"files", "图像文件"},
}
