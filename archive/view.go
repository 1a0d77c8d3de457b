package archive

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
)

// LayerTolerance is by what part the shapes (width by height) of a layer and of the
// place that it fills may differ. More is no rounding and no trimmed edge: the two do
// not show the same.
const LayerTolerance = 0.01

// View is what is shown in one place: an image, or several as layers of each other.
// Width and Height are pixels of Base, the image that gives the view its size and
// that regions are measured on; it can be one that is not ready to be shown.
type View struct {
	Base          *Asset
	Width, Height int
	Layers        []*Asset // fill the view, the one to be shown first at the beginning
	Parts         []Part   // lie on a part of it
}

// Part is a layer that shows a part of its view: At, in pixels of the base.
type Part struct {
	Asset *Asset
	At    Box
}

// First returns the image that stands for the view.
func (v View) First() *Asset {
	if len(v.Layers) > 0 {
		return v.Layers[0]
	}
	return v.Parts[0].Asset
}

// All are the assets of the view: its layers, and what lies on parts of it.
func (v View) All() iter.Seq[*Asset] {
	return func(yield func(*Asset) bool) {
		for _, a := range v.Layers {
			if !yield(a) {
				return
			}
		}
		for _, part := range v.Parts {
			if !yield(part.Asset) {
				return
			}
		}
	}
}

// Placed says on which of some views assets stand, by their ids.
func Placed(views []View) map[string]int {
	at := map[string]int{}
	for i, v := range views {
		for a := range v.All() {
			at[a.ID] = i
		}
	}
	return at
}

// Layered reports whether there is anything to switch between.
func (v View) Layered() bool { return len(v.Layers)+len(v.Parts) > 1 }

// Views arranges the images of a record that can be shown, given in their order. An
// image that is no layer is a view of its own, and so is a layer that does not fit
// the others (Misfits). Each view has at least one image.
func Views(assets []Asset) []View {
	views, _ := arrange(assets)
	return views
}

// Misfits says of layers, by the ids of their assets, why they are not shown in
// their view, in Chinese and in English.
func Misfits(assets []Asset) map[string]Text {
	_, misfits := arrange(assets)
	return misfits
}

func arrange(assets []Asset) (views []View, misfits map[string]Text) {
	misfits = map[string]Text{}
	shared, place := map[string]*View{}, map[string]int{}
	for name, members := range viewMembers(assets) {
		shared[name] = newView(members, misfits)
	}
	for i := range assets {
		a := &assets[i]
		if !a.Servable() || !a.sized() {
			continue
		}
		if a.Layer == nil || misfits[a.ID] != nil {
			views = append(views, View{Base: a, Width: a.Image.Width, Height: a.Image.Height, Layers: []*Asset{a}})
			continue
		}
		if _, ok := place[a.Layer.View]; !ok {
			place[a.Layer.View] = len(views)
			views = append(views, *shared[a.Layer.View])
		}
	}
	return views, misfits
}

// viewMembers sorts the layers of each view.
func viewMembers(assets []Asset) map[string][]*Asset {
	members := map[string][]*Asset{}
	for i := range assets {
		if a := &assets[i]; a.Layer != nil && !a.Replaced() && a.Replacing == "" {
			members[a.Layer.View] = append(members[a.Layer.View], a)
		}
	}
	for _, list := range members {
		slices.SortStableFunc(list, func(a, b *Asset) int {
			return cmp.Or(cmp.Compare(a.Layer.Order, b.Layer.Order), cmp.Compare(a.Layer.after(), b.Layer.after()))
		})
	}
	return members
}

// after is 0 for the layers that come first among those of the same order.
func (l *Layer) after() int {
	if l.Kind == LayerVisible {
		return 0
	}
	return 1
}

// newView puts the layers of a view together, and notes which do not fit. The base is
// the first that fills the view and whose size is known, so that it stays the same
// while its access copy is made again.
func newView(members []*Asset, misfits map[string]Text) *View {
	v := &View{}
	for _, a := range members {
		if a.Layer.Region == "" && a.sized() && a.State != AssetRefused {
			v.Base, v.Width, v.Height = a, a.Image.Width, a.Image.Height
			break
		}
	}
	for _, a := range members {
		if !a.sized() {
			continue
		}
		if v.Base == nil {
			misfits[a.ID] = Text{
				"zh": fmt.Sprintf("视图 %s 没有铺满的图像，局部位置无从量起", a.Layer.View),
				"en": fmt.Sprintf("no image fills view %s, whose pixels the region could be measured on", a.Layer.View),
			}
			continue
		}
		at, whole := Box{W: v.Width, H: v.Height}, a.Layer.Region == ""
		if !whole {
			at, _ = parseBox(a.Layer.Region) // it was checked when it was set
		}
		if why := v.refuse(a, at); why != nil {
			misfits[a.ID] = why
			continue
		}
		switch {
		case !a.Servable():
		case whole:
			v.Layers = append(v.Layers, a)
		default:
			v.Parts = append(v.Parts, Part{a, at})
		}
	}
	return v
}

// refuse says why an image cannot be put there; nil if it can.
func (v *View) refuse(a *Asset, at Box) Text {
	if at.X+at.W > v.Width || at.Y+at.H > v.Height {
		return Text{
			"zh": fmt.Sprintf("局部位置 %s 超出 %s 的 %d × %d 像素", a.Layer.Region, v.Base.Master.Filename, v.Width, v.Height),
			"en": fmt.Sprintf("its region %s reaches beyond the %d × %d pixels of %s", a.Layer.Region, v.Width, v.Height, v.Base.Master.Filename),
		}
	}
	have, want := float64(a.Image.Width)/float64(a.Image.Height), float64(at.W)/float64(at.H)
	off := math.Abs(math.Log(have / want))
	if off <= math.Log1p(LayerTolerance) {
		return nil
	}
	zh, en := " "+v.Base.Master.Filename, v.Base.Master.Filename
	if a.Layer.Region != "" {
		zh, en = "其局部位置", "its region"
	}
	return Text{
		"zh": fmt.Sprintf("%d × %d 像素的长宽比与%s（%d × %d）不同：相差 %.1f%%，容许 %g%%",
			a.Image.Width, a.Image.Height, zh, at.W, at.H, 100*math.Expm1(off), 100*LayerTolerance),
		"en": fmt.Sprintf("its %d × %d pixels do not have the shape of %s, %d × %d (%.1f %% off, at most %g %% fit)",
			a.Image.Width, a.Image.Height, en, at.W, at.H, 100*math.Expm1(off), 100*LayerTolerance),
	}
}

func (a *Asset) sized() bool { return a.Image != nil && a.Image.Width > 0 && a.Image.Height > 0 }

// Incomplete returns what is to be said of a view one of whose images ends early, nil
// where all are whole.
func (v View) Incomplete() Text {
	for a := range v.All() {
		if text := a.Incomplete(); text != nil {
			return text
		}
	}
	return nil
}
