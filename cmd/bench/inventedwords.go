package main

// named is a word in Chinese and how it is written in English.
type named struct{ zh, en string }

// county is the seat of one, in degrees.
type county struct {
	named
	lat, lon float64
}

// inventedCounties are places of Gansu, those with most things first.
var inventedCounties = []county{
	{named{"敦煌市", "Dunhuang"}, 40.14, 94.66}, {named{"瓜州县", "Guazhou"}, 40.52, 95.78}, {named{"凉州区", "Liangzhou"}, 37.93, 102.64},
	{named{"甘州区", "Ganzhou"}, 38.93, 100.45}, {named{"麦积区", "Maiji"}, 34.57, 105.89}, {named{"嘉峪关市", "Jiayuguan"}, 39.77, 98.29},
	{named{"肃州区", "Suzhou"}, 39.74, 98.51}, {named{"秦安县", "Qin'an"}, 34.86, 105.67}, {named{"临洮县", "Lintao"}, 35.39, 103.86},
	{named{"永靖县", "Yongjing"}, 35.96, 103.29}, {named{"会宁县", "Huining"}, 35.69, 105.05}, {named{"泾川县", "Jingchuan"}, 35.33, 107.37},
	{named{"西峰区", "Xifeng"}, 35.73, 107.65}, {named{"崆峒区", "Kongtong"}, 35.54, 106.67}, {named{"礼县", "Lixian"}, 34.19, 105.18},
	{named{"武山县", "Wushan"}, 34.72, 104.89}, {named{"民勤县", "Minqin"}, 38.62, 103.09}, {named{"山丹县", "Shandan"}, 38.78, 101.09},
	{named{"高台县", "Gaotai"}, 39.38, 99.82}, {named{"玉门市", "Yumen"}, 40.29, 97.05}, {named{"夏河县", "Xiahe"}, 35.20, 102.52},
	{named{"迭部县", "Têwo"}, 34.06, 103.22}, {named{"华池县", "Huachi"}, 36.46, 107.99}, {named{"环县", "Huanxian"}, 36.57, 107.31},
	{named{"景泰县", "Jingtai"}, 37.18, 104.06}, {named{"永登县", "Yongdeng"}, 36.74, 103.26}, {named{"广河县", "Guanghe"}, 35.49, 103.58},
	{named{"成县", "Chengxian"}, 33.75, 105.72},
}

var inventedVillages = []named{
	{"家庄", "jiazhuang"}, {"家湾", "jiawan"}, {"家坪", "jiaping"}, {"家沟", "jiagou"}, {"家堡", "jiabao"}, {"家山", "jiashan"}, {"家川", "jiachuan"},
	{"家岔", "jiacha"}, {"家梁", "jialiang"}, {"家塬", "jiayuan"}, {"家河", "jiahe"}, {"家台", "jiatai"}, {"家滩", "jiatan"}, {"家窑", "jiayao"},
}

var inventedSurnames = []named{
	{"王", "Wang"}, {"李", "Li"}, {"张", "Zhang"}, {"马", "Ma"}, {"刘", "Liu"}, {"陈", "Chen"}, {"杨", "Yang"}, {"赵", "Zhao"}, {"孙", "Sun"}, {"周", "Zhou"},
	{"吴", "Wu"}, {"徐", "Xu"}, {"朱", "Zhu"}, {"胡", "Hu"}, {"郭", "Guo"}, {"何", "He"}, {"高", "Gao"}, {"林", "Lin"}, {"罗", "Luo"}, {"郑", "Zheng"},
	{"梁", "Liang"}, {"谢", "Xie"}, {"宋", "Song"}, {"唐", "Tang"}, {"许", "Xu"}, {"韩", "Han"}, {"冯", "Feng"}, {"邓", "Deng"}, {"曹", "Cao"}, {"彭", "Peng"},
	{"曾", "Zeng"}, {"肖", "Xiao"}, {"田", "Tian"}, {"董", "Dong"}, {"袁", "Yuan"}, {"潘", "Pan"}, {"于", "Yu"}, {"蒋", "Jiang"}, {"蔡", "Cai"}, {"余", "Yu"},
	{"杜", "Du"}, {"叶", "Ye"}, {"程", "Cheng"}, {"苏", "Su"}, {"魏", "Wei"}, {"吕", "Lü"}, {"丁", "Ding"}, {"任", "Ren"}, {"沈", "Shen"}, {"姚", "Yao"},
	{"卢", "Lu"}, {"姜", "Jiang"}, {"崔", "Cui"}, {"钟", "Zhong"}, {"谭", "Tan"}, {"陆", "Lu"}, {"汪", "Wang"}, {"范", "Fan"}, {"石", "Shi"}, {"贾", "Jia"},
	{"索", "Suo"}, {"翟", "Zhai"}, {"阴", "Yin"}, {"令狐", "Linghu"}, {"慕容", "Murong"},
}

var inventedGiven = []named{
	{"文", "Wen"}, {"国", "Guo"}, {"明", "Ming"}, {"建", "Jian"}, {"德", "De"}, {"永", "Yong"}, {"志", "Zhi"}, {"成", "Cheng"}, {"玉", "Yu"}, {"秀", "Xiu"},
	{"兰", "Lan"}, {"英", "Ying"}, {"华", "Hua"}, {"福", "Fu"}, {"贵", "Gui"}, {"生", "Sheng"}, {"林", "Lin"}, {"山", "Shan"}, {"海", "Hai"}, {"江", "Jiang"},
	{"河", "He"}, {"春", "Chun"}, {"秋", "Qiu"}, {"冬", "Dong"}, {"雪", "Xue"}, {"梅", "Mei"}, {"荣", "Rong"}, {"光", "Guang"}, {"耀", "Yao"}, {"宗", "Zong"},
	{"祖", "Zu"}, {"孝", "Xiao"}, {"忠", "Zhong"}, {"信", "Xin"}, {"义", "Yi"}, {"仁", "Ren"}, {"礼", "Li"}, {"智", "Zhi"}, {"勇", "Yong"}, {"全", "Quan"},
	{"有", "You"}, {"进", "Jin"}, {"发", "Fa"}, {"财", "Cai"}, {"满", "Man"}, {"仓", "Cang"}, {"世", "Shi"}, {"昌", "Chang"}, {"兴", "Xing"}, {"隆", "Long"},
	{"泰", "Tai"}, {"安", "An"}, {"康", "Kang"}, {"宁", "Ning"}, {"平", "Ping"}, {"顺", "Shun"}, {"祥", "Xiang"}, {"瑞", "Rui"}, {"云", "Yun"}, {"龙", "Long"},
	{"凤", "Feng"}, {"虎", "Hu"}, {"鹏", "Peng"}, {"飞", "Fei"}, {"翔", "Xiang"}, {"天", "Tian"}, {"地", "Di"}, {"元", "Yuan"}, {"亨", "Heng"}, {"利", "Li"},
	{"贞", "Zhen"}, {"怀", "Huai"}, {"庆", "Qing"}, {"恩", "En"}, {"惠", "Hui"}, {"敏", "Min"}, {"静", "Jing"}, {"淑", "Shu"}, {"芳", "Fang"}, {"香", "Xiang"},
}

var inventedRuins = []named{
	{"烽火台", "Beacon tower"}, {"长城遗址", "Section of the Great Wall"}, {"古墓群", "Ancient tombs"}, {"关帝庙", "Temple of Lord Guan"}, {"战斗旧址", "Battle site"},
	{"戏楼", "Opera stage"}, {"古城址", "Ruined town"}, {"社火", "Shehuo parade"}, {"皮影戏", "Shadow play"}, {"水车", "Water wheel"}, {"驿站", "Post station"}, {"石窟", "Rock-cut caves"},
}

var inventedRemarks = []named{
	{"现陈列于基本陈列", "It is on display in the permanent galleries."},
	{"曾多次修复，彩绘保存较好", "It was restored several times, and its colours are well kept."},
	{"风格与中原同期作品相近", "Its style is close to that of the central plains in the same age."},
	{"为研究丝绸之路交通提供了实物资料", "It bears witness to the traffic on the Silk Road."},
	{"铭文漫漶不可尽识", "Its inscription is worn and cannot be read in full."},
	{"据传为寺院旧物", "It is said to have belonged to a monastery."},
	{"工艺精细，比例匀称", "The workmanship is fine and the proportions are even."},
	{"与敦煌文书所记相符", "It agrees with what the manuscripts of Dunhuang tell."},
	{"器表有使用痕迹", "Its surface shows traces of use."},
	{"年代依地层与类型学断定", "It is dated by its layer and by typology."},
}

// inventedLevels are the grades of movable things, of which few are high.
var inventedLevels = []string{"grade-none", "grade-ordinary", "grade-3", "grade-2", "grade-1"}
