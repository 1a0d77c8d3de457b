package harvest

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"hexi/archive"
)

// The formats that are read of OAI-PMH, the fuller one first.
const (
	formatLIDO = "lido"
	formatDC   = "oai_dc"
)

// maxPages bounds how many pages a repository may have; at a hundred records a page that
// is a hundred million records.
const maxPages = 1_000_000

// Progress is how far a harvest of a repository came: what the next one begins with.
type Progress struct {
	// From is the responseDate of the first page of the last harvest that came to its end:
	// what changed since then has at least this datestamp (OAI-PMH 2.0, section 3.1.1.2).
	From string `json:"from,omitempty"`
	// Token, and Began, are of a harvest that did not: where it goes on, and the date of
	// its first page.
	Token string `json:"token,omitempty"`
	Began string `json:"began,omitempty"`
}

// Repository is what Identify says (OAI-PMH 2.0, section 4.2).
type Repository struct {
	Name        string `json:"name,omitempty"`
	Format      string `json:"format"`
	Granularity string `json:"granularity,omitempty"`
	Deleted     string `json:"deletedRecord,omitempty"`
}

// OAI takes the records of a repository that are new or changed since p, and returns how
// far it came; saved is called after each page, when all of its records are in the sink.
func (h *Harvester) OAI(ctx context.Context, base string, p Progress, sink Sink, saved func(context.Context, Progress) error) (Repository, error) {
	at, err := readAddress(base)
	if err != nil {
		return Repository{}, err
	}
	o := oai{h: h, base: at, sink: sink}
	if err := o.identify(ctx); err != nil {
		return o.is, err
	}
	if err := o.choose(ctx); err != nil {
		return o.is, err
	}
	return o.is, o.list(ctx, p, saved)
}

// oai is one harvest of a repository.
type oai struct {
	h    *Harvester
	base *url.URL
	sink Sink
	is   Repository
}

// ask makes a request of the protocol. code is the error that the repository answers, ""
// for none.
func (o *oai) ask(ctx context.Context, arguments ...string) (root *element, code, why string, err error) {
	at := *o.base
	query := at.Query()
	for i := 0; i+1 < len(arguments); i += 2 {
		if arguments[i+1] != "" {
			query.Set(arguments[i], arguments[i+1])
		}
	}
	at.RawQuery = query.Encode()
	answer, err := o.h.client.Document(ctx, at.String(), "text/xml, application/xml;q=0.9")
	if err != nil {
		return nil, "", "", err
	}
	root, err = readXML(at.String(), answer.Body)
	if err != nil {
		return nil, "", "", err
	}
	if root.name != "OAI-PMH" {
		return nil, "", "", refuse(o.base.String(), "not-oai", "give the base URL of the OAI-PMH service", "is XML, but no answer of OAI-PMH 2.0")
	}
	if e := root.first("error"); e != nil {
		return root, e.attr("code"), e.text, nil
	}
	return root, "", "", nil
}

func (o *oai) refuse(code, why string) error {
	return refuse(o.base.String(), "oai-"+code, "", "the repository answers %s: %s", code, why)
}

func (o *oai) identify(ctx context.Context) error {
	root, code, why, err := o.ask(ctx, "verb", "Identify")
	if err != nil {
		return err
	}
	if code != "" {
		return o.refuse(code, why)
	}
	is := root.first("Identify")
	if version := is.value("protocolVersion"); version != "2.0" {
		return refuse(o.base.String(), "oai-version", "", "speaks version %q of OAI-PMH; 2.0 is understood", version)
	}
	o.is = Repository{Name: printable(is.value("repositoryName")), Granularity: is.value("granularity"), Deleted: is.value("deletedRecord")}
	return nil
}

// choose settles the format: the one that is wanted, else the fullest that is read here.
func (o *oai) choose(ctx context.Context) error {
	root, code, why, err := o.ask(ctx, "verb", "ListMetadataFormats")
	if err != nil {
		return err
	}
	if code != "" {
		return o.refuse(code, why)
	}
	var offered []string
	for _, f := range root.all("ListMetadataFormats", "metadataFormat", "metadataPrefix") {
		offered = append(offered, f.text)
	}
	for _, format := range []string{formatLIDO, formatDC} {
		if (o.h.plan.Format == format || o.h.plan.Format == "") && slices.Contains(offered, format) {
			o.is.Format = format
			return nil
		}
	}
	return refuse(o.base.String(), "oai-format", "name one that both know with --format", "gives %s; what is read is lido and oai_dc", strings.Join(offered, ", "))
}

// list goes through the pages of ListRecords.
func (o *oai) list(ctx context.Context, p Progress, saved func(context.Context, Progress) error) error {
	from := p.From
	if o.h.plan.From != "" {
		from = o.h.plan.From
	}
	if o.is.Granularity == "YYYY-MM-DD" && len(from) > len(o.is.Granularity) {
		from = from[:len(o.is.Granularity)]
	}
	first := []string{"verb", "ListRecords", "metadataPrefix", o.is.Format, "set", o.h.plan.Set, "from", from}
	now := Progress{From: p.From, Began: p.Began, Token: p.Token}
	resumed := p.Token != ""
	for range maxPages {
		arguments := first
		if now.Token != "" {
			arguments = []string{"verb", "ListRecords", "resumptionToken", now.Token}
		}
		root, code, why, err := o.ask(ctx, arguments...)
		switch {
		case err != nil:
			return err
		case code == "noRecordsMatch":
			return saved(ctx, Progress{From: began(now, root)})
		case code == "badResumptionToken" && resumed: // it is of another day: from the beginning again
			now, resumed = Progress{From: p.From}, false
			continue
		case code != "":
			return o.refuse(code, why)
		}
		if now.Token == "" {
			now.Began = root.value("responseDate")
		}
		resumed = false
		for _, e := range root.all("ListRecords", "record") {
			if err := o.record(ctx, e); err != nil {
				return err
			}
		}
		token := root.value("ListRecords", "resumptionToken")
		if token == "" {
			return saved(ctx, Progress{From: began(now, root)})
		}
		if token == now.Token {
			return refuse(o.base.String(), "oai-loop", "tell those who run the repository", "gives the same resumption token again, and so the same page without end")
		}
		now.Token = token
		if err := saved(ctx, now); err != nil {
			return err
		}
	}
	return refuse(o.base.String(), "oai-loop", "", "has more than %d pages", maxPages)
}

// began is what the next harvest asks from: when this one began, by the repository's own
// clock.
func began(p Progress, root *element) string {
	if p.Began != "" {
		return p.Began
	}
	return root.value("responseDate")
}

// record takes one record.
func (o *oai) record(ctx context.Context, e *element) error {
	identifier, datestamp := e.value("header", "identifier"), e.value("header", "datestamp")
	if identifier == "" {
		o.sink.Refuse("", refuse(o.base.String(), "oai-record", "", "gives a record without an identifier"))
		return nil
	}
	source := o.base.String() + "#" + identifier
	id, known, err := o.h.identity(ctx, "", source)
	if err != nil {
		return err
	}
	if header := e.first("header"); header.attr("status") == "deleted" {
		if known != nil {
			o.sink.Gone(id, printable(identifier))
		}
		return nil
	}
	var record archive.Record
	var pictures []body
	switch metadata := e.first("metadata"); {
	case metadata == nil || len(metadata.children) == 0:
		err = refuse(source, "oai-record", "", "has no metadata")
	case o.is.Format == formatDC:
		record = readDC(metadata.children[0], o.h.archive.Vocabulary())
	default:
		record, pictures, err = readLIDO(source, metadata.children[0], o.h.archive.Vocabulary())
	}
	if r := refused(err); r != nil {
		o.sink.Refuse(id, r)
		return nil
	}
	if record.Titles.Empty() {
		record.Titles = archive.Text{anyLanguage: short(identifier)}
	}
	record.ID = id
	found := &Found{Source: source}
	images := o.h.newImages(found, id, known)
	for n, b := range pictures {
		c := canvas{bodies: []body{b}}
		if err := o.h.canvas(ctx, images, &c, n, o.sink); err != nil {
			return err
		}
	}
	found.Record, err = o.h.settle(ctx, source, record)
	if r := refused(err); r != nil {
		o.sink.Refuse(id, r)
		return nil
	}
	if err != nil {
		return err
	}
	if err := o.h.finish(found, Provenance{Source: source, Format: o.is.Format, Datestamp: datestamp, Images: images.sources}); err != nil {
		return err
	}
	return o.sink.Take(ctx, found)
}
