package iiif

import "hexi/archive"

// The labels of open lists: types that a record may name freely, of which these
// are the usual ones. What is not listed is shown as it was written. Controlled
// lists have their labels in the vocabulary (Publisher.Terms).

func pick(table map[string]archive.Text, code string) archive.Text {
	if code == "" {
		return nil
	}
	if t, ok := table[code]; ok {
		return t
	}
	return archive.Text{"zh": code, "en": code}
}

func identifierLabel(typ string) (zh, en string) {
	t := pick(map[string]archive.Text{
		"accession":     {"zh": "藏品编号", "en": "Accession number"},
		"cave":          {"zh": "窟号", "en": "Cave number"},
		"cave-pelliot":  {"zh": "伯希和编号", "en": "Pelliot number"},
		"cave-zhang":    {"zh": "张大千编号", "en": "Zhang Daqian number"},
		"census":        {"zh": "普查编号", "en": "Census number"},
		"shelfmark":     {"zh": "索书号", "en": "Shelf mark"},
		"archive":       {"zh": "档案编号", "en": "Archive number"},
		"excavation":    {"zh": "出土登记号", "en": "Excavation number"},
		"protection":    {"zh": "文物保护单位编号", "en": "Protected site number"},
		"intangible":    {"zh": "项目编号", "en": "Intangible heritage number"},
		"wikidata":      {"zh": "维基数据", "en": "Wikidata"},
		"ark":           {"zh": "ARK 标识", "en": "ARK"},
		"url":           {"zh": "网址", "en": "Web address"},
		"former-number": {"zh": "旧编号", "en": "Former number"},
	}, typ)
	return t["zh"], t["en"]
}

func dimensionLabel(typ string) archive.Text {
	return pick(map[string]archive.Text{
		"height":        {"zh": "高", "en": "Height"},
		"width":         {"zh": "宽", "en": "Width"},
		"length":        {"zh": "长", "en": "Length"},
		"depth":         {"zh": "深", "en": "Depth"},
		"thickness":     {"zh": "厚", "en": "Thickness"},
		"diameter":      {"zh": "直径", "en": "Diameter"},
		"rim-diameter":  {"zh": "口径", "en": "Rim diameter"},
		"base-diameter": {"zh": "底径", "en": "Base diameter"},
		"circumference": {"zh": "周长", "en": "Circumference"},
		"area":          {"zh": "面积", "en": "Area"},
		"mass":          {"zh": "质量", "en": "Mass"},
		"weight":        {"zh": "重", "en": "Weight"},
		"duration":      {"zh": "时长", "en": "Duration"},
	}, typ)
}

func roleLabel(role string) archive.Text {
	return pick(map[string]archive.Text{
		"author":       {"zh": "作者", "en": "author"},
		"artist":       {"zh": "作者", "en": "artist"},
		"painter":      {"zh": "画者", "en": "painter"},
		"calligrapher": {"zh": "书者", "en": "calligrapher"},
		"copyist":      {"zh": "摹者", "en": "copyist"},
		"donor":        {"zh": "供养人", "en": "donor"},
		"patron":       {"zh": "功德主", "en": "patron"},
		"photographer": {"zh": "摄影", "en": "photographer"},
		"collector":    {"zh": "收藏者", "en": "collector"},
		"giver":        {"zh": "捐赠者", "en": "given by"},
		"excavator":    {"zh": "发掘者", "en": "excavator"},
		"performer":    {"zh": "表演者", "en": "performer"},
		"bearer":       {"zh": "传承人", "en": "tradition bearer"},
		"depicted":     {"zh": "画中人", "en": "depicted"},
	}, role)
}

func locationLabel(part string) archive.Text {
	return pick(map[string]archive.Text{
		"main":         {"zh": "主室", "en": "main chamber"},
		"ante":         {"zh": "前室", "en": "antechamber"},
		"antechamber":  {"zh": "前室", "en": "antechamber"},
		"corridor":     {"zh": "甬道", "en": "corridor"},
		"north":        {"zh": "北壁", "en": "north wall"},
		"south":        {"zh": "南壁", "en": "south wall"},
		"east":         {"zh": "东壁", "en": "east wall"},
		"west":         {"zh": "西壁", "en": "west wall"},
		"ceiling":      {"zh": "窟顶", "en": "ceiling"},
		"niche":        {"zh": "龛", "en": "niche"},
		"central":      {"zh": "中心塔柱", "en": "central pillar"},
		"floor":        {"zh": "地面", "en": "floor"},
		"upper":        {"zh": "上段", "en": "upper register"},
		"middle":       {"zh": "中段", "en": "middle register"},
		"lower":        {"zh": "下段", "en": "lower register"},
		"north-slope":  {"zh": "北披", "en": "north slope"},
		"south-slope":  {"zh": "南披", "en": "south slope"},
		"east-slope":   {"zh": "东披", "en": "east slope"},
		"west-slope":   {"zh": "西披", "en": "west slope"},
		"caisson":      {"zh": "藻井", "en": "caisson"},
		"facade":       {"zh": "窟檐", "en": "facade"},
		"rear-chamber": {"zh": "后室", "en": "rear chamber"},
	}, part)
}
