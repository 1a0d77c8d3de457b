package sheet

import (
	"fmt"
	"strings"

	"hexi/archive"
)

// Reason says what is wrong, or to be known, in the language of a sheet, "zh" or "en".
// Sentences that nobody has put into Chinese come in English.
func Reason(lang string, e *archive.InvalidError) string {
	if lang != "zh" {
		return e.Why
	}
	format, args := e.Says()
	translated, ok := inChinese[format]
	if !ok {
		return e.Why
	}
	spoken := make([]any, len(args))
	for i, arg := range args {
		spoken[i] = arg
		if scheme, is := arg.(archive.Scheme); is {
			spoken[i] = schemeNames[scheme]
			if spoken[i] == "" {
				spoken[i] = string(scheme)
			}
		}
	}
	return fmt.Sprintf(translated, spoken...)
}

// schemeNames are what curators call the vocabularies.
var schemeNames = map[archive.Scheme]string{
	archive.SchemeCollection: "专题", archive.SchemeKind: "记录类型", archive.SchemePeriod: "年代", archive.SchemeCategory: "类别",
	archive.SchemeLevel: "级别", archive.SchemeCompleteness: "完残程度", archive.SchemeCondition: "保存状态", archive.SchemeSource: "来源",
	archive.SchemeSite: "石窟", archive.SchemeMaterial: "质地", archive.SchemeLayer: "图层",
	archive.SchemeSpace: "空间", archive.SchemeSurface: "壁面", archive.SchemePosition: "位置", archive.SchemeWallRole: "壁面方位",
	archive.SchemeDimension: "测量项", archive.SchemeUnit: "计量单位",
}

// fieldNames are what curators call the fields that a sheet may have no column for.
var fieldNames = map[string]string{
	"id": "记录号", "collection": "专题", "kind": "记录类型", "partOf": "上级记录", "titles": "名称", "descriptions": "简介", "text": "全文",
	"identifiers": "编号", "period": "年代", "place": "地点", "location": "位置", "category": "类别", "materials": "质地", "techniques": "工艺",
	"level": "级别", "completeness": "完残程度", "condition": "保存状态", "source": "来源", "dimensions": "尺寸", "quantity": "数量",
	"subjects": "主题", "people": "人物", "inscriptions": "题识", "rights": "权利", "files": "文件", "layers": "图层", "extra": "其他",
}

// FieldName is what a field is called where no column has it.
func FieldName(lang, path string) string {
	top, _, _ := strings.Cut(path, ".")
	top, _, _ = strings.Cut(top, "[")
	if name := fieldNames[top]; name != "" && lang == "zh" {
		return name
	}
	return path
}

// inChinese has the sentences about rows in Chinese, by the format that each is made of.
// A test finds the formats that are missing here.
var inChinese = map[string]string{
	// What a record may hold (package archive).
	"is missing; name the collection that the record belongs to":                                 "缺少专题，请填写该记录所属的专题",
	"has %d bytes; at most %d are taken":                                                         "共 %d 字节，最多可收 %d 字节",
	"is not valid JSON: %v":                                                                      "不是有效的 JSON：%v",
	"%q may hold only letters A–Z a–z, digits, - and _, at most %d of them":                      "“%s”只能由字母 A–Z a–z、数字、- 和 _ 组成，最多 %d 个字符",
	"is missing; say what is described (relic, mural, cave, site, document …)":                   "缺少记录类型，请说明描述的是什么（文物、壁画、洞窟、遗址与建筑、文献……）",
	"is missing; say how the image was made (visible, infrared, line-drawing …)":                 "缺少图层类型，请说明影像如何采集（可见光、红外、线描……）",
	"%d is not a number from 0 to %d":                                                            "%d 不在 0 到 %d 之间",
	"%d is later than period.to, %d; years before our era are negative":                          "起始年 %d 晚于终止年 %d；公元前的年份请写负数",
	"has one of lat and lon; give both or neither":                                               "经度和纬度只有其一，请都填写或都不填",
	"%v is not a latitude between -90 and 90 degrees":                                            "%v 不是 -90 到 90 度之间的纬度",
	"%v is not a longitude between -180 and 180 degrees":                                         "%v 不是 -180 到 180 度之间的经度",
	"%v is not a number of things":                                                               "%v 不是有效的数量",
	"%v is not a measure":                                                                        "%v 不是有效的测量值",
	"%q is not a region like 1200,800,640,480: x,y,w,h in whole pixels of the view's base image": "“%s”不是形如 1200,800,640,480 的区域（x,y,w,h，单位为基准影像的像素）",
	"%d is negative; 0 means no limit":                                                           "%d 是负数；0 表示不限",
	"is missing; tier reduced needs the number of pixels that the public may see":                "缺少像素上限；“限制”等级须注明公众可见的像素数",
	"%q is not an http or https address of rightsstatements.org or creativecommons.org":          "“%s”不是 rightsstatements.org 或 creativecommons.org 的网址",
	"%q is not a known tier; use public, reduced, staff or embargoed":                            "“%s”不是已知的开放等级；请用 公开、限制、内部 或 暂不公开",
	"%q is not a tier of a layer; use public, staff or embargoed":                                "“%s”不是图层的开放等级；请用 public、staff 或 embargoed",
	"%q is not a date like 2030-12-31":                                                           "“%s”不是形如 2030-12-31 的日期",
	"is missing; tier embargoed needs the day on which the embargo ends":                         "缺少日期；“暂不公开”须注明解除限制的日期",
	"is for the tier embargoed only":                                                             "只用于“暂不公开”的等级",
	"is missing; give the record a title in at least one language":                               "缺少名称，请至少用一种语言填写名称",
	"%q is not a date like 1936, 1936-10 or 1936-10-09":                                          "“%s”不是形如 1936、1936-10 或 1936-10-09 的日期",
	"is missing": "缺失",
	"is missing; give the id of the related record":                                      "缺少相关记录的记录号",
	"is missing (depicts, same-as, before-restoration, reports-on …)":                    "缺少关系类型（depicts、same-as、before-restoration、reports-on……）",
	"is missing; say what was measured (height, width, length, depth, diameter, mass …)": "未说明测量的是什么（高、宽、长、深、直径、质量……）",
	"%d is not a year between %d and %d":                                                 "%d 不是 %d 到 %d 之间的年份",
	"%q is not a language tag; use zh, en or another BCP 47 tag":                         "“%s”不是语言代码；请用 zh、en 或其他 BCP 47 代码",
	"%q is not a region like pct:10,20,30,30 or 100,200,640,480":                         "“%s”不是形如 pct:10,20,30,30 或 100,200,640,480 的区域",
	"%q is not an id":                                              "“%s”不是有效的记录号",
	"has %d characters; at most %d are taken":                      "共 %d 个字，最多可收 %d 个",
	"has %d entries; at most %d are taken":                         "共 %d 项，最多可收 %d 项",
	"holds a NUL character":                                        "含有空字符（NUL）",
	"is not valid UTF-8 text; save the file as UTF-8":              "不是有效的 UTF-8 文字，请将文件另存为 UTF-8",
	"names the record itself":                                      "指向了记录自身",
	"needs a record or a caption":                                  "须填写记录号或说明文字",
	"needs both a type (accession, cave, shelfmark …) and a value": "编号须同时有类型（总登记号、窟号、索书号……）和值",
	"%q is not a known %s":                                         "“%s”不是词表中的%s",
	"%q is not a known %s; did you mean %s?":                       "“%s”不是词表中的%s；是否应为 %s？",
	"is missing; name the image before the numbers, as in %q":      "缺少影像，请把影像写在数字之前，如“%s”",
	"%q names no image, and the row has none: give it a file, or write the image's id before the numbers":                                                                                                                                              "“%s”没有指明影像，而该行没有影像：请填写文件，或把影像编号写在数字之前",
	"%q names no image, and the row has %d: write the file's name before the numbers, as in %q":                                                                                                                                                        "“%s”没有指明影像，而该行有 %d 个：请把文件名写在数字之前，如“%s”",
	"%q is not a region like 100,200,640,480 or pct:10,20,30,30, with the file's name before it where there are several":                                                                                                                               "“%s”不是形如 100,200,640,480 或 pct:10,20,30,30 的区域；有多个影像时请在前面写文件名",
	"the table is of a workbook that hexi exported, without its hidden table %s: it is read like any other sheet, this column is not read, and what only it holds is not taken in; to have all of it, export the records again and edit that workbook": "此表来自 hexi 导出的工作簿，但缺少隐藏表 %s：按普通表格读取，本栏不读取，仅存于本栏的内容不会录入；如需完整内容，请重新导出后在新工作簿中编辑",
	"%s is before %s (%s); one of the two is wrong":                                                                           "%s 早于 %s（%s），二者之一有误",
	"%q is not a known %s; write one of %s":                                                                                   "“%s”不是词表中的%s；可填：%s",
	"%q is not a known %s; if it is a new one, create it first as a record of kind collection with that id":                   "“%s”不是已有的%s；如为新专题，请先以该记录号建立一条类型为“专题”的记录",
	"%q is not a known %s; did you mean %s?; if it is a new one, create it first as a record of kind collection with that id": "“%s”不是已有的%s；是否应为 %s？如为新专题，请先以该记录号建立一条类型为“专题”的记录",
	"%s and %s would both be the layer %s of view %s; give one of them a label or another view":                               "%s 和 %s 都会成为视图 %[4]s 的图层 %[3]s；请为其中之一加标签或换一个视图",

	// How cells are read (this package).
	"a quote is closed in the middle of a cell, or an earlier one is never closed; write a quote inside a quoted cell twice":                                                  "引号在单元格中间结束，或前面的引号没有结束；引号内的引号请写两次",
	"a quote is opened and never closed; close it, or write it twice if it belongs to the text":                                                                               "引号没有结束；请补上，或如属于文字内容请写两次",
	"the row is in UTF-8 and most of the sheet in GB18030; save the whole sheet as UTF-8":                                                                                     "该行是 UTF-8 编码，而表格大部分是 GB18030；请将整个表格另存为 UTF-8",
	"%d lines, the first of them line %d, are in %s and the rest of the sheet in %s; they are refused: save the whole sheet as UTF-8":                                         "有 %d 行（第一处为第 %d 行）是 %s 编码，而表格其余部分是 %s，这些行不录入；请将整个表格另存为 UTF-8",
	"the row has %d cells; at most %d are read":                                                                                                                               "该行有 %d 个单元格，最多读取 %d 个",
	"the file is damaged and cannot be unpacked: %v":                                                                                                                          "文件损坏，无法解压：%v",
	"the sheet unpacks to more than %d MiB, which none is":                                                                                                                    "解压后超过 %d MiB，不是正常的表格",
	"the table has more than %d rows, which none has":                                                                                                                         "表格超过 %d 行",
	"the workbook's part %s is damaged: %v; open the workbook and save it again":                                                                                              "工作簿的 %s 部分损坏：%v；请打开工作簿并重新保存",
	"the workbook's part %s unpacks to more than is read":                                                                                                                     "工作簿的 %s 部分解压后过大",
	"the workbook's part %s holds more than %d MiB in one piece, which no cell does; open the workbook, shorten the cell and save it again, or copy it again from its source": "工作簿的 %s 部分有一处内容超过 %d MiB，不是正常的单元格；请打开工作簿，缩短该单元格后重新保存，或从来源重新复制",
	"the cell holds %d bytes; at most %d are taken":                                                                                                                           "单元格有 %d 字节，最多可收 %d 字节",
	"the cell holds a NUL character, which no text does; type it again":                                                                                                       "单元格含有空字符（NUL），请重新输入",
	"the cell is not valid text; save the sheet as UTF-8 or GB18030":                                                                                                          "单元格不是有效的文字，请将表格另存为 UTF-8 或 GB18030",
	"holds %q but has no heading":                                                                                                                                             "有内容“%s”，但该列没有标题",
	"%q is a formula without a result; open the workbook in a spreadsheet program and save it, or type the value":                                                             "“%s”是没有计算结果的公式；请用 Excel 或 WPS 打开并保存，或直接填写数值",
	"%q is a long number that the spreadsheet has shortened; format the column as text and type the number again":                                                             "“%s”是被表格软件缩写的长编号；请将该列设为文本格式后重新输入编号",
	"%q was kept as a quantity, of which a spreadsheet has 15 digits: the last ones are lost; format the column as text and type the number again":                            "“%s”被当作数字保存，而表格软件只保留 15 位，末尾数字已丢失；请将该列设为文本格式后重新输入编号",
	"%q is an error of the spreadsheet's formula; mend it or type the value":                                                                                                  "“%s”是公式错误；请改正公式或直接填写数值",
	"%q is not a measure; write a number and its unit, such as 34.2 cm":                                                                                                       "“%s”不是测量值；请写数字和单位，如 34.2 厘米",
	"%q is not a number of degrees such as 40.0417":                                                                                                                           "“%s”不是经纬度；请写度数，如 40.0417",
	"%q is not a quantity; write a number and its unit, such as 1 件":                                                                                                          "“%s”不是数量；请写数字和单位，如 1 件",
	"%q is not a year; write a whole number such as 1951, negative before our era":                                                                                            "“%s”不是年份；请写整数，如 1951，公元前为负数",
	"%q is not a year; write a whole number such as 1951, negative before our era, or a date of which it is taken":                                                            "“%s”不是年份；请写整数（如 1951，公元前为负数），或从中可取年份的日期",
	"%q measures something else than the column":                                                                                                                              "“%s”与该列测量的内容不同",
	"%q is not a number":       "“%s”不是数字",
	"%q is not a whole number": "“%s”不是整数",
	"%q is neither yes nor no": "“%s”既不是“是”也不是“否”",
	"%q is not a date such as 2003-07-05, 2003年7月5日 or 2003; it is kept as it is written":                                                                                    "“%s”不是日期（如 2003-07-05、2003年7月5日 或 2003）；已按原文保留",
	"%q can be two days, by the order of day and month; it is kept as it is written, only the year is sure, and the order can be said in the mapping (date: dmy)":            "“%s”的日月顺序不明，可能是两个日期；已按原文保留，能确定的只有年份，可在映射文件中注明顺序（date: dmy）",
	"%q is a date in the workbook; if it is a number such as 3-12, format the column as text and type it again":                                                              "“%s”在工作簿中是日期；如果本是 3-12 这样的编号，请将该列设为文本格式后重新输入",
	"%q is an error of the spreadsheet's formula; the cell is left empty":                                                                                                    "“%s”是公式错误；该单元格按空处理",
	"%q is no period or year that is known; it is kept as it is written, and the record is not found by its time":                                                            "“%s”不是已知的年代或年份；已按原文保留，但不能按时间检索到该记录",
	"%q is read as %s, and kept as it is written in %s":                                                                                                                      "“%s”理解为 %s；原文已按所写保留在 %s",
	"%q names no term of %s, and is kept as it is written in %s, without a term":                                                                                             "“%s”中没有“%s”的词；已按原文保留在 %s，未取词",
	"%q names several terms of %s (%s), and is kept as it is written in %s, without a term":                                                                                  "“%s”中有“%s”的几个词（%s）；已按原文保留在 %s，未取词",
	"%q is taken as the number that it is about; say in a note or in the description that it was not measured":                                                               "“%s”按所写数字录入，“约”未保留；请在备注或说明中注明并非实测",
	"%q is no unit of this measure that is known, such as %s; it is kept as it is written: correct it if it is a slip":                                                       "“%s”不是该项测量的已知单位（如 %s）；已按原文保留，如有误请改正",
	"says %s, and the measure itself %v %s, which counts":                                                                                                                    "写的是 %s，而测量值本身写的是 %v %s，以测量值所写为准",
	"says %s, which counts, and the heading of the measure says %s":                                                                                                          "写的是 %s，而测量项的标题写的是 %s；以本列为准",
	"%q has no unit, and other cells of the column have one (%d have, %d have none); it is taken as %s: write the unit if that is not meant":                                 "“%s”没有单位，而该列其他单元格有（%d 个有，%d 个没有）；按 %s 录入，如非此意请写明单位",
	"the words say %s %v %s, and the column for it %v %s, which counts":                                                                                                      "文字所写的 %s 为 %v %s，而该项的单独一列为 %v %s，以单独一列为准",
	"%q says measures in a way that is not understood, such as 高12厘米，口径8厘米 is; it is kept in extra as it is written":                                                         "“%s”的尺寸写法无法识别（可识别的如：高12厘米，口径8厘米）；已按原文保留在其他项中",
	"the row is hidden in the workbook; it is taken like the others":                                                                                                         "该行在工作簿中被隐藏；仍照常录入",
	"the column is hidden in the workbook; it is taken like the others":                                                                                                      "该列在工作簿中被隐藏；仍照常录入",
	"holds no kind of record, such as relic or site, and is kept in extra":                                                                                                   "该列的内容不是记录类型（如文物、遗址与建筑），已保留在其他项中",
	"names %d layers for %d files; write one for each file, in their order, and %s for a file that is none":                                                                  "写了 %d 个图层，而文件有 %d 个；请按文件顺序每个写一个，不是图层的写 %s",
	"%s and %s would both be the layer %s of view %s; name their views, such as 1/%s and 2/%s, or give one a label: %s (1943)":                                               "%s 和 %s 都会成为视图 %[4]s 的图层 %[3]s；请注明视图，如 1/%[5]s 和 2/%[6]s，或加标签：%[7]s (1943)",
	"%q holds spaces between its characters: a rare character may have been split into parts":                                                                                "“%s”的字间有空格：可能是生僻字被拆成了部件",
	"%q holds part of a character alone (%s): a rare character may have been split into parts":                                                                               "“%s”含有单独的偏旁部首（%s）：可能是生僻字被拆成了部件",
	"%q holds %s, a sign for a character that could not be typed":                                                                                                            "“%s”含有 %s，可能代表无法输入的字",
	"is empty; the profile %s asks for it":                                                                                                                                   "为空，而“%s”要求填写",
	"is empty here, though the sheet has a column for it and other rows say it":                                                                                              "此处为空，而其他行已填写",
	"does not name %s, which the column %s says: a historic name, or a slip":                                                                                                 "未出现“%[2]s”列所写的“%[1]s”：可能是旧地名，或有误",
	"%q is a class of %s, while the sheet is one of %s; the row is taken for what its class says: correct the class, or say the kind in a column 记录类型":                       "“%s”是“%s”的类别，而本表各行为“%s”；该行按其类别录入：请改正类别，或增加“记录类型”列",
	"%q is within another class than %q: correct the one or the other":                                                                                                       "“%s”不属于“%s”：请改正其中之一",
	"nothing says what the rows describe; they are taken for relics where a category does not say otherwise: give --kind or a column 记录类型 / kind if they are something else": "没有任何内容说明各行描述的是什么；除类别另有说明外均视为文物：如果不是，请用 --kind 或增加“记录类型”列",

	// Words beside the vocabularies.
	"%q is not in the vocabulary %s, and is kept as it is written":              "“%s”不在“%s”词表中；已按原文保留",
	"%q is not in the vocabulary %s, and is kept as it is written; nearest: %s": "“%s”不在“%s”词表中；已按原文保留；最接近的词：%s",
	"%q is read as the years %d to %d (0: open): %s":                            "“%s”理解为 %d 至 %d 年（0 为不限）：%s",

	// What a profile says of a record.
	"%s is not the name of a profile, such as %q":                                         "%s 不是记录模板的名称（如“%s”）",
	"%q is not a profile for records of kind %s":                                          "“%s”不是用于 %s 类记录的模板",
	"%q is not a year; write a whole number, negative before our era, as in 1956 or -206": "“%s”不是年份；请写整数，公元前写负数，如 1956 或 -206",
	"%s is not a number (%s, %s)":                                                         "%s 不是数字（%s，%s）",
	"%s is not a whole number":                                                            "%s 不是整数",
	"%s is neither yes nor no; write true or false (是 or 否)":                              "%s 不是“是”或“否”",
	"%s is not a term of %s":                                                              "%s 不是“%s”的词",
	"%s is not a text":                                                                    "%s 不是文字",
	`is not a list of regions like {"asset": "a1", "xywh": "100,200,640,480"}`:            `不是形如 {"asset": "a1", "xywh": "100,200,640,480"} 的区域列表`,
	"its cells were edited and count; what they could not show of it is gone":             "单元格已被修改，以单元格为准；单元格未能显示的部分不再保留",
	"the record %s is part of this one: %s":                                               "记录 %s 隶属于本记录：%s",
	"%s was erased; name another record, or none":                                         "记录 %s 已被清除；请填写另一条记录，或留空",
	"%s is not in the archive and not among these rows; the row is taken all the same":    "档案中没有记录 %s，本次各行中也没有；本行照常录入",
	"would make the record a part of itself: %s":                                          "会使该记录隶属于它自己：%s",
	"lies more than %d records deep":                                                      "隶属层级超过 %d 层",
	"%s is a %s; a record of the profile %s (%s) may be part of a %s":                     "%s 的类型是 %s；模板 %s（%s）的记录只能隶属于 %s",
	"%s does not lie inside the picture %s, which has %d × %d pixels":                     "%s 超出影像 %s 的范围（%d × %d 像素）",
	"%q is read as %s: %s":                                                                "“%s”理解为 %s：%s",

	// Workbooks that hexi exported (own.go).
	"was taken out of the workbook, or called otherwise; its records stay as they are":                                                                      "该工作表已从工作簿中删除或改名；其中的记录保持不变",
	"was put into a workbook that hexi exported, and is not read; save it as a workbook of its own to have it read":                                         "该工作表是后来加入 hexi 导出的工作簿的，未读取；如需录入请另存为单独的工作簿",
	"is the heading of two columns; take one out":                                                                                                           "两列使用同一标题，请去掉其一",
	"the columns %s are gone, or called otherwise; put them back with their headings (a cell that is empty empties the field), or export the records again": "列 %s 已删除或改名；请按原标题恢复（空单元格会清空该字段），或重新导出",
	"is not the last column any more; move the columns behind it before it":                                                                                 "不再是最后一列，请把其后的列移到它前面",
	"%q is a fault or a formula that was never computed, not a value":                                                                                       "“%s”是错误值或没有计算结果的公式，不是有效内容",

	// How rows are taken in (package ingest).
	"%s is empty (0 bytes); copy it again from its source":                                                                                                                                     "%s 为空文件（0 字节）；请从来源重新复制",
	"%s is not among the files and folders that were given; add its folder to the command or mend the name":                                                                                    "所给的文件和文件夹中没有 %s；请把它所在的文件夹加到命令中，或改正文件名",
	"%s is not among the files that were given; a file of that name is there as %s: name it by its path below the given folder":                                                                "所给的文件中没有 %s；同名文件在 %s：请写出它在所给文件夹中的路径",
	"%s is there %d times (%s, %s …); name it with its folder":                                                                                                                                 "%s 有 %d 个（%s、%s……）；请连同文件夹一起写出",
	"%s stands in row %s too; one row describes one record":                                                                                                                                    "%s 在第 %s 行也有；一行只描述一条记录",
	"%s stands in row %s too, with other contents; one row describes one record":                                                                                                               "%s 在第 %s 行也有，且内容不同；一行只描述一条记录",
	"%s stands in other tables too, with other contents: %s; one row describes one record":                                                                                                     "%s 在其他表格中也有，且内容不同：%s；一行只描述一条记录",
	"%s of %s is the number of two records, %s and %s; name in a column id the one that is meant, or give one of them its own number":                                                          "%[2]s的编号 %[1]s 属于两条记录：%[3]s 和 %[4]s；请用 id 列指明是哪一条，或改正其中一条的编号",
	"has no number and no id, and is taken for the same thing as %s, which says other things of it; give both a number or an id if they are two":                                               "没有编号和记录号，视为与 %s 是同一件，而那里的内容不同；如是两件，请各填编号或记录号",
	"the record names the profile %s and is held to it; %s is no field of that, or another, and not held to the sheet's profile, %s":                                                           "记录自己指定了模板“%s”，按该模板检查；“%s”不是该模板的项（或含义不同），未按表格的模板“%s”检查",
	"the record is held to the profile %s, by its category; %s is no field of that, or another, and not held to the sheet's profile, %s":                                                       "该记录按其类别使用模板“%s”；“%s”不是该模板的项（或含义不同），未按表格的模板“%s”检查",
	"the record is held to the sheet's profile, %s, for the sake of %s; by its category it would be held to %s: if that is meant, correct the category or name another profile in the mapping": "该记录因有“%[2]s”而按表格的模板“%[1]s”检查；按其类别应为“%[3]s”：如应按类别，请改正类别或在映射文件中指定模板",
	"is taken for a sum and not for a record: %s":                                                                                                                                              "视为合计行，不作为记录：%s",
	"is taken for a note and not for a record: %s":                                                                                                                                             "视为说明行，不作为记录：%s",
	"is the same, cell by cell, as row %d, and is not taken again":                                                                                                                             "与第 %d 行逐格相同，不再重复录入",
	"the name %s stands in rows %s; they are taken for different things":                                                                                                                       "名称“%s”在第 %s 行重复出现；按不同的物录入",
}
