package iiif

import (
	"strconv"
	"time"

	"hexi/archive"
)

// DiscoveryContext is the JSON-LD context of the Change Discovery API 1.0.
const DiscoveryContext = "http://iiif.io/api/discovery/1/context.json"

// ActivityCollection is an OrderedCollection (Change Discovery 1.0, section 2.2.1).
type ActivityCollection struct {
	Context    string       `json:"@context"`
	ID         string       `json:"id"`
	Type       string       `json:"type"`
	TotalItems int64        `json:"totalItems"`
	First      *ActivityRef `json:"first,omitempty"`
	Last       ActivityRef  `json:"last"`
}

// ActivityRef points to a page, or to the collection.
type ActivityRef struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// ActivityPage is an OrderedCollectionPage (Change Discovery 1.0, section 2.2.2): the activities in the order
// of their ends, the latest last.
type ActivityPage struct {
	Context      string       `json:"@context"`
	ID           string       `json:"id"`
	Type         string       `json:"type"`
	StartIndex   int64        `json:"startIndex"`
	PartOf       ActivityRef  `json:"partOf"`
	Prev         *ActivityRef `json:"prev,omitempty"`
	Next         *ActivityRef `json:"next,omitempty"`
	OrderedItems []Activity   `json:"orderedItems"`
}

// Activity is what happened to a manifest (Change Discovery 1.0, section 2.1).
type Activity struct {
	ID      string         `json:"id"`
	Type    string         `json:"type"`
	EndTime string         `json:"endTime"`
	Object  ActivityObject `json:"object"`
}

// ActivityObject is a manifest to which something happened.
type ActivityObject struct {
	ID      string      `json:"id"`
	Type    string      `json:"type"`
	SeeAlso []Reference `json:"seeAlso,omitempty"`
}

// LastActivityPage returns the number of the last page, from 1, where there are so many activities, and so many
// of them on each page but the last.
func LastActivityPage(total, per int64) int64 { return max(1, (total+per-1)/per) }

// ActivityCollection describes the list of all activities: there are so many of them, and so many on a page.
func (p Publisher) ActivityCollection(total, per int64) *ActivityCollection {
	c := &ActivityCollection{
		Context: DiscoveryContext, ID: p.address("iiif", "discovery", "activities"), Type: "OrderedCollection",
		TotalItems: total, Last: p.activityPage(LastActivityPage(total, per)),
	}
	if total > 0 {
		first := p.activityPage(1)
		c.First = &first
	}
	return c
}

// ActivityPage describes a page of it; items are the activities on it. One that another follows is the same for
// ever, as long as no page gets another length.
func (p Publisher) ActivityPage(number, total, per int64, items []archive.Activity) *ActivityPage {
	at := p.activityPage(number)
	page := &ActivityPage{
		Context: DiscoveryContext, ID: at.ID, Type: at.Type, StartIndex: (number - 1) * per,
		PartOf:       ActivityRef{ID: p.address("iiif", "discovery", "activities"), Type: "OrderedCollection"},
		OrderedItems: make([]Activity, len(items)),
	}
	if number > 1 {
		prev := p.activityPage(number - 1)
		page.Prev = &prev
	}
	if number < LastActivityPage(total, per) {
		next := p.activityPage(number + 1)
		page.Next = &next
	}
	for i, a := range items {
		page.OrderedItems[i] = p.activity(a)
	}
	return page
}

func (p Publisher) activityPage(number int64) ActivityRef {
	return ActivityRef{ID: p.address("iiif", "discovery", "page", strconv.FormatInt(number, 10)), Type: "OrderedCollectionPage"}
}

func (p Publisher) activity(a archive.Activity) Activity {
	out := Activity{
		ID:      p.address("iiif", "discovery", "activity", strconv.FormatInt(a.Number, 10)),
		Type:    map[archive.ActivityKind]string{archive.ActivityCreate: "Create", archive.ActivityUpdate: "Update", archive.ActivityDelete: "Delete"}[a.Kind],
		EndTime: a.At.UTC().Format(time.RFC3339),
		Object:  ActivityObject{ID: p.ManifestID(a.Record), Type: "Manifest"},
	}
	if a.Kind != archive.ActivityDelete {
		out.Object.SeeAlso = p.data(&archive.Record{ID: a.Record})
	}
	return out
}
