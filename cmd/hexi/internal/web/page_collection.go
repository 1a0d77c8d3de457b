package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

type collectionPage struct {
	base
	Slug, Heading, Second, Intro string
	Total                        uint64
	Cards                        []card
	Next                         string
}

// introductions of the built-in collections; those of others are in their records.
var introductions = map[string]archive.Text{
	"dunhuang":     {"zh": "莫高窟、榆林窟、西千佛洞等石窟的建筑、壁画、彩塑，以及藏经洞所出的写本与绢画。", "en": "The architecture, murals and painted sculpture of the Mogao, Yulin and Western Thousand Buddha caves, and the manuscripts and silk paintings of the Library Cave."},
	"great-wall":   {"zh": "从临洮战国秦长城、河西汉塞到嘉峪关明长城：墙体、关堡、烽燧与简牍。", "en": "From the Qin wall at Lintao and the Han frontier of Hexi to the Ming wall at Jiayuguan: walls, passes, beacons and the slips found in them."},
	"yellow-river": {"zh": "黄河上游的彩陶文化、水车、铁桥、羊皮筏子与沿岸石窟。", "en": "Painted pottery, waterwheels, the iron bridge, skin rafts and the cave temples along the upper Yellow River."},
	"red-culture":  {"zh": "红军长征、西路军与陕甘边革命根据地在甘肃留下的旧址与文物。", "en": "Sites and relics of the Long March, the Western Route Army and the Shaanxi–Gansu base area."},
	"ancestral":    {"zh": "大地湾、伏羲庙、卦台山、崆峒山与早期秦人：华夏始祖的传说与考古。", "en": "Dadiwan, the Fuxi Temple, Mount Guatai, Mount Kongtong and the early Qin: legends and archaeology of beginnings."},
	"folk":         {"zh": "花儿、皮影、剪纸、刻葫芦、社火与河西宝卷：活着的技艺与歌声。", "en": "Hua'er songs, shadow plays, paper-cuts, carved gourds, shehuo and the precious scrolls of Hexi: crafts and songs that live."},
}

// pageCollection answers GET /collections/{slug}.
func (s *Server) pageCollection(c *gin.Context) error {
	slug := c.Param("slug")
	name, intro, err := s.collectionNames(c, slug)
	if err != nil {
		return err
	}
	if intro == nil {
		intro = introductions[slug]
	}
	result, err := s.Index.Search(c.Request.Context(), search.Query{
		Filters: map[string][]string{"collection": {slug}}, Sort: search.SortTitle, Limit: 48, Staff: s.staff(c),
	})
	if err == nil {
		err = indexed(result.Indexing)
	}
	if err != nil {
		return err
	}
	s.absolute(c, result)
	if wantsJSON(c.Request) {
		return answerJSON(c, http.StatusOK, gin.H{"slug": slug, "titles": name, "descriptions": intro, "total": result.Total, "hits": result.Hits})
	}
	lang := s.lang(c)
	m := collectionPage{base: s.page(c, "collection", name.In(lang)), Slug: slug, Heading: name.In(lang), Second: name[otherLang(lang)], Intro: intro.In(lang), Total: result.Total}
	if m.Cards, err = s.hitCards(c.Request.Context(), result.Hits, lang); err != nil {
		return err
	}
	if result.Next != "" {
		m.Next = "/search?sort=title&collection=" + queryEscape(slug)
	}
	return s.show(c, http.StatusOK, "collection", m)
}
