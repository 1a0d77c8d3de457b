package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
)

// Rows of a register that nobody kept: made of tables, so that a row of a number is
// always the same. Each has its own register number; titles, dates, places, sizes and
// remarks come in as many forms as a museum's.
var (
	rowHolders = []string{"甘肃省博物馆", "敦煌市博物馆", "武威市博物馆", "天水市博物馆", "张掖市甘州区博物馆", "平凉市博物馆", "庆阳市博物馆", "临夏州博物馆"}
	rowPlaces  = []string{
		"敦煌市悬泉置遗址", "武威市雷台汉墓", "嘉峪关市新城魏晋墓", "泾川县大云寺塔基", "秦安县大地湾遗址", "礼县大堡子山", "临洮县马家窑遗址", "永靖县炳灵寺",
		"天水市麦积区放马滩", "张家川县马家塬", "庆城县穆泰墓", "灵台县白草坡", "玉门市火烧沟", "民乐县东灰山", "永昌县水泉子", "广河县齐家坪",
		"瓜州县锁阳城", "高台县骆驼城", "甘谷县毛家坪", "漳县汪世显家族墓地", "山丹县四坝滩", "景泰县", "会宁县", "环县",
	}
	rowPeriods = []string{
		"新石器时代", "西周", "春秋", "战国", "秦", "西汉", "东汉", "三国", "西晋", "十六国", "北魏", "西魏", "北周", "隋", "唐", "五代", "北宋", "西夏", "元", "明", "清", "中华民国",
		"唐·开元", "清·乾隆", "明·洪武",
	}
	rowDecor = []string{
		"", "", "素面", "弦纹", "绳纹", "涡纹", "蛙纹", "网格纹", "云雷纹", "缠枝莲纹", "龙纹", "凤鸟纹", "葡萄纹", "连珠纹", "博山", "三彩", "彩绘", "鎏金", "错银", "青釉", "白釉", "黑釉", "青花", "粉彩",
	}
	// The thing, what it is made of, and its class.
	rowThings = [][3]string{
		{"双耳罐", "陶", "陶器"}, {"彩陶壶", "陶", "陶器"}, {"单耳杯", "陶", "陶器"}, {"女立俑", "陶", "陶器"}, {"骆驼俑", "陶", "陶器"}, {"灰陶仓", "陶", "陶器"},
		{"碗", "瓷", "瓷器"}, {"梅瓶", "瓷", "瓷器"}, {"执壶", "瓷", "瓷器"}, {"盘", "瓷", "瓷器"}, {"香炉", "瓷", "瓷器"},
		{"铜镜", "铜", "铜器"}, {"铜鼎", "铜", "铜器"}, {"铜簋", "铜", "铜器"}, {"铜马", "铜", "铜器"}, {"铜带钩", "铜", "铜器"}, {"铜印", "铜", "玺印符牌"},
		{"玉璧", "玉", "玉石器、宝石"}, {"玉琮", "玉", "玉石器、宝石"}, {"玉佩", "玉", "玉石器、宝石"}, {"铁剑", "铁", "铁器、其他金属器"}, {"银盒", "银", "金银器"}, {"金带扣", "金", "金银器"},
		{"漆耳杯", "木", "漆器"}, {"木简", "木", "简牍"}, {"画像砖", "砖瓦", "石器、石刻、砖瓦"}, {"造像碑", "石", "雕塑、造像"}, {"立佛像", "石", "雕塑、造像"}, {"山水图轴", "纸", "书法、绘画"}, {"写经残卷", "纸", "古籍图书"},
	}
	rowLevels    = []string{"一级", "二级", "三级", "三级", "一般", "一般", "一般", "未定级"}
	rowSources   = []string{"征集购买", "接受捐赠", "依法交换", "拨交", "移交", "旧藏", "发掘", "发掘", "采集", "拣选"}
	rowComplete  = []string{"完整", "基本完整", "残缺", "严重残缺"}
	rowCondition = []string{"状态稳定，不需修复", "部分损腐，需要修复", "腐蚀损毁严重，急需修复", "已修复"}
	rowDamage    = []string{"口沿残", "腹部有裂纹", "足部缺失", "表面有土锈", "彩绘脱落", "釉面有开片", "耳部修补", "纸本有水渍"}
)

// rowHeadings are those of the census of movable things.
var rowHeadings = []string{
	"收藏单位", "总登记号", "名称", "英文名称", "年代", "质地", "类别", "实际数量", "通长", "通宽", "通高", "具体质量",
	"级别", "来源", "完残程度", "完残状况", "保存状态", "入藏年度", "出土地点", "形态特征", "备注",
}

// rowNumber is where the register number stands.
const rowNumber = 1

// rowOf makes the row of a number, from 0.
func rowOf(n int) []string {
	d := dice(n)
	thing := pick(&d, rowThings)
	period, decor, place := pick(&d, rowPeriods), pick(&d, rowDecor), pick(&d, rowPlaces)
	size := func(most int) string {
		return strconv.FormatFloat(float64(10+d.roll(most))/10, 'f', 1, 64)
	}
	damage := pick(&d, rowDamage)
	return []string{
		pick(&d, rowHolders), fmt.Sprintf("甘%02d-%07d", n%14, n), period + decor + thing[0], "",
		period, thing[1], thing[2], strconv.Itoa(1 + d.roll(12)/11), size(400), size(300), size(600), size(90000),
		pick(&d, rowLevels), pick(&d, rowSources), pick(&d, rowComplete), damage, pick(&d, rowCondition), strconv.Itoa(1951 + d.roll(70)), place,
		fmt.Sprintf("%s，%s，%s。%s出土，同出%d件。", thing[0], decor+"装饰", damage, place, 2+d.roll(40)),
		fmt.Sprintf("卡片%d第%d页", 1+n/100, 1+n%100),
	}
}

// dice are numbers that look like chance and depend on the row alone (SplitMix64).
type dice uint64

func (d *dice) roll(below int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(below)) //nolint:gosec // below is small
}

func pick[T any](d *dice, from []T) T { return from[d.roll(len(from))] }

// writeSheet writes a sheet of so many rows, from a number on.
func writeSheet(path string, from, count int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	b := bufio.NewWriter(f)
	w := csv.NewWriter(b)
	if err := w.Write(rowHeadings); err != nil {
		return err
	}
	for n := from; n < from+count; n++ {
		if err := w.Write(rowOf(n)); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return b.Flush()
}
