package web

import (
	"strings"
	"testing"
)

// What curators of Gansu write is in the lists: the units that fought here, what the wind
// does to walls, the narrative paintings; and a batch of bearers is of the list of
// bearers, or of a province's own.
func TestWordsOfTheLists(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct{ kind, extra, want string }{
		{"event", `"armyUnit":"红五军、红九军、红三十军、红军西路军"`, `"armyUnit":["fifth-army","ninth-army","thirtieth-army","west-route"]`},
		{"event", `"armyUnit":"八路军；八路军驻甘办事处；援西军"`, `"armyUnit":["eighth-route","eighth-route-gansu","west-aid"]`},
		{"event", `"armyUnit":"红四方面军、红十五军团、陕甘支队、一野"`, `"armyUnit":["fourth-front","fifteenth-corps","shaan-gan-detachment","first-field"]`},
		{"mural", `"diseases":"风蚀、起甲"`, `"diseases":["wind-erosion","flaking"]`},
		{"mural", `"themeClass":"故事画"`, `"themeClass":"narrative"`},
		{"intangible", `"profile":"bearer","batch":"第六批"`, `"batch":"6"`},
		{"intangible", `"profile":"bearer","batch":"国家级第五批"`, `"batch":"5"`},
		{"intangible", `"profile":"bearer","batch":"省级第四批"`, `"batch":"省级第四批"`},
		{"intangible", `"profile":"bearer","batch":"第十九批"`, `is not a known bearer-batch`},
		{"intangible", `"batch":"甘肃省第三批"`, `"batch":"甘肃省第三批"`},
		{"intangible", `"batch":"国家级第三批"`, `"batch":"3"`},
		{"intangible", `"batch":"第六批"`, `is not a known ich-batch`},
	} {
		got, err := h.archive.Normalise(t.Context(), decodeRecord(t, `{"collection":"folk","kind":"`+test.kind+`","titles":{"zh":"甲"},"extra":{`+test.extra+`}}`))
		said := ""
		for key, raw := range got.Extra {
			said += `"` + key + `":` + string(raw) + " "
		}
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, test.want) {
			t.Errorf("%s %s: %s, want %s", test.kind, test.extra, said, test.want)
		}
	}
}
