package iiif_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/iiif"
)

// layer is a photograph that is a layer of the view "1".
func layer(id string, kind archive.LayerKind, width, height int) archive.Asset {
	a := photograph(id, width, height)
	a.Layer = &archive.Layer{View: archive.DefaultView, Kind: kind}
	return a
}

func layered(t *testing.T, record *archive.Record, assets ...archive.Asset) *iiif.Manifest {
	t.Helper()
	m, err := publisher.Manifest(record, assets)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestChoice: layers that fill their view are one canvas and a choice (cookbook,
// recipe 0033), the base first.
func TestChoice(t *testing.T) {
	t.Parallel()
	infrared := layer("a1", "infrared", 2000, 1500)
	infrared.Layer.Label = archive.Text{"zh": "940 纳米", "en": "940 nm"}
	m := layered(t, mural(), infrared, photograph("a2", 1200, 900), layer("a3", "visible", 4000, 3000), layer("a4", "x-ray", 300, 400))
	const base = "https://archive.example.org/"
	if len(m.Items) != 3 {
		t.Fatalf("%d canvases, want the view, the photograph, and the layer that does not fit", len(m.Items))
	}
	canvas := m.Items[0]
	if canvas.ID != base+"iiif/manifest/dh-220-n/canvas/a3" || canvas.Width != 4000 || canvas.Height != 3000 {
		t.Errorf("canvas %s of %d × %d", canvas.ID, canvas.Width, canvas.Height)
	}
	if want := base + "iiif/3/a3/full/480,360/0/default.jpg"; canvas.Thumbnail[0].ID != want || m.Thumbnail[0].ID != want {
		t.Errorf("thumbnails %s and %s, want %s", canvas.Thumbnail[0].ID, m.Thumbnail[0].ID, want)
	}
	picture := func(id string, width, height int, zh, en string) iiif.Reference {
		return iiif.Reference{
			ID: base + "iiif/3/" + id + "/full/max/0/default.jpg", Type: "Image", Format: "image/jpeg", Width: width, Height: height,
			Label:   iiif.LanguageMap{"zh": {zh}, "en": {en}},
			Service: []iiif.Service{{ID: base + "iiif/3/" + id, Type: "ImageService3", Profile: "level2"}},
		}
	}
	want := []iiif.Annotation{{
		ID: canvas.ID + "/image", Type: "Annotation", Motivation: "painting", Target: canvas.ID,
		Body: iiif.Reference{Type: "Choice", Items: []iiif.Reference{
			picture("a3", 4000, 3000, "可见光", "Visible light"),
			picture("a1", 2000, 1500, "红外（940 纳米）", "Infrared (940 nm)"),
		}},
	}}
	if diff := cmp.Diff(want, canvas.Items[0].Items); diff != "" {
		t.Errorf("painting (-want +got):\n%s", diff)
	}
	for i, id := range []string{"a2", "a4"} {
		body := m.Items[i+1].Items[0].Items[0].Body
		if !strings.HasPrefix(body.ID, base+"iiif/3/"+id+"/") || body.Label != nil || body.Items != nil {
			t.Errorf("canvas %d paints %+v", i+1, body)
		}
	}
}

// TestParts: a layer of a part is painted on that part, and where the public sees
// fewer pixels, on that part of fewer.
func TestParts(t *testing.T) {
	t.Parallel()
	part := layer("a2", "infrared", 800, 600)
	part.Layer.Region = "1001,2000,400,300"
	reduced := mural()
	reduced.Rights = &archive.Rights{Tier: archive.TierReduced, MaxPixels: 1_000_000}
	for _, test := range []struct {
		record *archive.Record
		target string
	}{{mural(), "#xywh=1001,2000,400,300"}, {reduced, "#xywh=250,500,100,75"}} {
		m := layered(t, test.record, layer("a1", "visible", 4000, 3000), part)
		painted := m.Items[0].Items[0].Items
		if len(m.Items) != 1 || len(painted) != 2 {
			t.Fatalf("%d canvases, %d annotations", len(m.Items), len(painted))
		}
		if painted[0].Body.Type != "Image" || painted[0].Body.Label["zh"][0] != "可见光" || painted[0].Target != m.Items[0].ID {
			t.Errorf("the base: %+v", painted[0])
		}
		if painted[1].Target != m.Items[0].ID+test.target || painted[1].Body.Label["en"][0] != "Infrared" || painted[1].ID != m.Items[0].ID+"/layer/a2" {
			t.Errorf("the part: %+v, want it at %s", painted[1], test.target)
		}
	}
}

// TestLayerAlone: an image that has no other layer beside it is painted as any image.
func TestLayerAlone(t *testing.T) {
	t.Parallel()
	alone, plain := layered(t, mural(), layer("a1", "infrared", 4000, 3000)), layered(t, mural(), photograph("a1", 4000, 3000))
	if diff := cmp.Diff(plain, alone); diff != "" {
		t.Errorf("(-plain +layer):\n%s", diff)
	}
	waiting, part := layer("a1", "visible", 4000, 3000), layer("a2", "infrared", 800, 600)
	waiting.State, waiting.Access, part.Layer.Region = archive.AssetIdentified, nil, "0,0,400,300"
	m := layered(t, mural(), waiting, part)
	if c := m.Items[0]; c.Width != 4000 || len(c.Items[0].Items) != 1 || c.Items[0].Items[0].Target != c.ID+"#xywh=0,0,400,300" {
		t.Errorf("a part whose base is not ready: %+v", c)
	}
}

// TestLayersSchema holds manifests with layers to the official schema.
func TestLayersSchema(t *testing.T) {
	t.Parallel()
	schema := presentationSchema(t)
	part := layer("a3", "x-ray", 800, 600)
	part.Layer.Region = "10,10,400,300"
	for _, assets := range [][]archive.Asset{
		{layer("a1", "visible", 4000, 3000), layer("a2", "infrared", 4000, 3000)},
		{layer("a1", "visible", 4000, 3000), layer("a2", "infrared", 4000, 3000), part, photograph("a4", 9, 9)},
	} {
		b, err := json.Marshal(layered(t, mural(), assets...))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, b); err != nil {
			t.Errorf("%v\n%s", err, b)
		}
	}
}

func TestLayerLabel(t *testing.T) {
	t.Parallel()
	l := archive.Layer{Kind: "infrared", Label: archive.Text{"en": "940 nm"}}
	if diff := cmp.Diff(archive.Text{"zh": "红外（940 nm）", "en": "Infrared (940 nm)"}, iiif.LayerLabel(publisher.Terms, l)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(archive.Text{"zh": "infrared", "en": "infrared"}, iiif.LayerLabel(nil, archive.Layer{Kind: "infrared"})); diff != "" {
		t.Error(diff)
	}
}
