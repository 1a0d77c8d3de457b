package harvest

import (
	"strings"

	"hexi/archive"
)

// field is what a line of metadata is about.
type field string

// The fields that lines of metadata become.
const (
	fieldPeriod       field = "period"
	fieldPlace        field = "place"
	fieldLocation     field = "location"
	fieldCategory     field = "category"
	fieldMaterials    field = "materials"
	fieldTechniques   field = "techniques"
	fieldDimensions   field = "dimensions"
	fieldQuantity     field = "quantity"
	fieldPeople       field = "people"
	fieldSubjects     field = "subjects"
	fieldLevel        field = "level"
	fieldCompleteness field = "completeness"
	fieldIdentifier   field = "identifiers"
)

// named says what a label means: the field, and for identifiers and people their type
// or role.
type named struct {
	field field
	as    string
}

// labelsOf are the labels of lines of metadata: those that hexi writes (archive/iiif),
// in both languages, and those that others use most for the same.
var labelsOf = map[string]named{
	"年代": {fieldPeriod, ""}, "period": {fieldPeriod, ""}, "date": {fieldPeriod, ""}, "时代": {fieldPeriod, ""}, "朝代": {fieldPeriod, ""},
	"date created": {fieldPeriod, ""}, "creation date": {fieldPeriod, ""}, "dynasty": {fieldPeriod, ""},
	"地点": {fieldPlace, ""}, "place": {fieldPlace, ""}, "place of origin": {fieldPlace, ""}, "出土地点": {fieldPlace, ""},
	"位置": {fieldLocation, ""}, "location": {fieldLocation, ""},
	"类别": {fieldCategory, ""}, "category": {fieldCategory, ""},
	"质地": {fieldMaterials, ""}, "materials": {fieldMaterials, ""}, "material": {fieldMaterials, ""}, "材质": {fieldMaterials, ""},
	"工艺": {fieldTechniques, ""}, "techniques": {fieldTechniques, ""}, "technique": {fieldTechniques, ""},
	"尺寸": {fieldDimensions, ""}, "dimensions": {fieldDimensions, ""},
	"数量": {fieldQuantity, ""}, "quantity": {fieldQuantity, ""},
	"人物": {fieldPeople, ""}, "people": {fieldPeople, ""},
	"author": {fieldPeople, "author"}, "作者": {fieldPeople, "author"}, "creator": {fieldPeople, "author"}, "artist": {fieldPeople, "artist"},
	"photographer": {fieldPeople, "photographer"}, "摄影": {fieldPeople, "photographer"},
	"题材": {fieldSubjects, ""}, "subjects": {fieldSubjects, ""}, "subject": {fieldSubjects, ""}, "topic": {fieldSubjects, ""}, "主题": {fieldSubjects, ""},
	"级别": {fieldLevel, ""}, "grade": {fieldLevel, ""},
	"完残程度": {fieldCompleteness, ""}, "completeness": {fieldCompleteness, ""},
	"藏品编号": {fieldIdentifier, "accession"}, "accession number": {fieldIdentifier, "accession"},
	"窟号": {fieldIdentifier, "cave"}, "cave number": {fieldIdentifier, "cave"},
	"伯希和编号": {fieldIdentifier, "cave-pelliot"}, "pelliot number": {fieldIdentifier, "cave-pelliot"},
	"张大千编号": {fieldIdentifier, "cave-zhang"}, "zhang daqian number": {fieldIdentifier, "cave-zhang"},
	"普查编号": {fieldIdentifier, "census"}, "census number": {fieldIdentifier, "census"},
	"索书号": {fieldIdentifier, "shelfmark"}, "shelf mark": {fieldIdentifier, "shelfmark"}, "shelfmark": {fieldIdentifier, "shelfmark"}, "call number": {fieldIdentifier, "shelfmark"},
	"档案编号": {fieldIdentifier, "archive"}, "archive number": {fieldIdentifier, "archive"},
	"出土登记号": {fieldIdentifier, "excavation"}, "excavation number": {fieldIdentifier, "excavation"},
	"文物保护单位编号": {fieldIdentifier, "protection"}, "protected site number": {fieldIdentifier, "protection"},
	"项目编号": {fieldIdentifier, "intangible"}, "intangible heritage number": {fieldIdentifier, "intangible"},
	"维基数据": {fieldIdentifier, "wikidata"}, "wikidata": {fieldIdentifier, "wikidata"},
	"ark 标识": {fieldIdentifier, "ark"}, "ark": {fieldIdentifier, "ark"},
	"网址": {fieldIdentifier, "url"}, "web address": {fieldIdentifier, "url"},
	"旧编号": {fieldIdentifier, "former-number"}, "former number": {fieldIdentifier, "former-number"},
	"identifier": {fieldIdentifier, "other"},
}

// rolesOf are the names of what people did, as hexi writes them behind a person.
var rolesOf = map[string]string{
	"作者": "author", "author": "author", "artist": "artist", "画者": "painter", "painter": "painter", "书者": "calligrapher", "calligrapher": "calligrapher",
	"摹者": "copyist", "copyist": "copyist", "供养人": "donor", "donor": "donor", "功德主": "patron", "patron": "patron",
	"摄影": "photographer", "photographer": "photographer", "收藏者": "collector", "collector": "collector",
	"捐赠者": "giver", "given by": "giver", "发掘者": "excavator", "excavator": "excavator", "表演者": "performer", "performer": "performer",
	"传承人": "bearer", "tradition bearer": "bearer", "画中人": "depicted", "depicted": "depicted",
}

// meaning finds what a label of metadata is about. An identifier may also be named by
// the archive's own vocabulary.
func meaning(label words, v archive.Vocabulary) (named, bool) {
	for _, tag := range append([]string{"en", "zh"}, sortedKeys(label)...) {
		for _, s := range label[tag] {
			s = strings.ToLower(strings.Trim(strings.TrimSpace(s), ":： "))
			if n, ok := labelsOf[s]; ok {
				return n, true
			}
			if term, ok := v.Term(archive.SchemeIdentifierType, s); ok {
				return named{fieldIdentifier, term.Code}, true
			}
		}
	}
	return named{}, false
}
