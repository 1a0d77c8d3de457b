package search

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// dictionary is what cards and texts have in common, so that short ones are packed well:
// the names of their fields, and words of the records of caves and museums. What was
// packed with another cannot be read: a change needs another schemaVersion.
const dictionary = `敦煌市瓜州县酒泉市嘉峪关市张掖市武威市兰州市天水市庆阳市甘肃省博物馆藏敦煌研究院洞窟壁画彩塑文物遗址长城烽火台关城城墙夯土黄河彩陶马家窑文化半山类型马厂类型旋涡纹网纹红军长征会师旧址革命` +
	`中心塔柱式覆斗顶人字披顶西壁开龛南壁北壁东壁窟顶藻井绘有画面主要内容有千手千眼观音药师经变弥勒经变维摩诘经变法华经变飞天供养人菩萨佛像弟子天王力士说法图本生故事纸本设色绢本墨书残卷写本线描精湛保存完好` +
	`麦积山石窟榆林窟莫高窟第窟（初唐盛唐中唐晚唐五代宋西夏元明清隋北魏西魏北周北凉）The mural shows the Buddha with attendant bodhisattvas and donors in the central niche of the west wall ceiling of Cave ` +
	` at the Mogao Caves, Dunhuang, Gansu. Painted pottery jar of the Majiayao culture, Neolithic, with black spirals. Site of the Great Wall, Ming dynasty; rammed earth, beacon tower. Red Army Long March, 1935–1936. ` +
	`{"identifier":["","people":["","subject":["","body":[""]}{"id":"dunhuang-000","kind":"relic","collection":"dunhuang","kind":"cave","kind":"mural","kind":"site","kind":"document",` +
	`"collection":"great-wall","collection":"yellow-river","collection":"red-culture","collection":"ancestors","collection":"folk",` +
	`"titles":{"en":"","zh":""},"descriptions":{"en":"","zh":""},"period":{"term":"high-tang","from":705,"to":781,"note":{"en":"High Tang","zh":"盛唐"}},` +
	`"place":{"name":{"en":"Mogao Caves","zh":"莫高窟"},"lat":40.04,"lon":94.80,"precision":"public"},"cave":"2","asset":"","width":,"height":,"colour":"#"}`

const dictionaryID = 1

// packer packs what is stored. It is safe for use by many goroutines.
type packer struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

//nolint:gochecknoglobals // made once, at first need, and never changed
var newPacker = sync.OnceValues(func() (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryID, []byte(dictionary)), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true))
	if err != nil {
		return nil, fmt.Errorf("prepare packing: %w", err)
	}
	const most = 64 << 20 // bytes of one record's texts
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryID, []byte(dictionary)), zstd.WithDecoderMaxMemory(most), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, fmt.Errorf("prepare unpacking: %w", err)
	}
	return &packer{encoder, decoder}, nil
})

func (p *packer) pack(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return string(p.encoder.EncodeAll(b, nil)), nil
}

// open returns the JSON of what was packed.
func (p *packer) open(packed []byte) ([]byte, error) {
	b, err := p.decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return b, nil
}

func (p *packer) unpack(packed []byte, to any) error {
	b, err := p.open(packed)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}
