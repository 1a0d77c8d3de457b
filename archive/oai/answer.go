package oai

import (
	"context"
	"errors"
	"io"
	"net/url"
)

// content writes what stands within an answer beside its head.
type content func(d *document)

// Answer writes the answer to a request's arguments. Faults of the request are an answer; an
// error is the repository's own, or that of w.
func (r *Repository) Answer(ctx context.Context, w io.Writer, args url.Values) error {
	asked := r.Now().Add(-r.Settle)
	req, err := Parse(args)
	var inside content
	if err == nil {
		inside, err = r.answer(ctx, req)
	}
	var faults FaultsError
	var one *FaultError
	switch {
	case errors.As(err, &one):
		faults = FaultsError{one}
	case err != nil && !errors.As(err, &faults):
		return err
	}
	if faults != nil {
		inside = func(d *document) {
			for _, f := range faults {
				d.leaf("error", f.Why, "code", string(f.Code))
			}
		}
	}
	d := newDocument(w)
	d.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	d.start("OAI-PMH", "xmlns", "http://www.openarchives.org/OAI/2.0/", "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance",
		"xsi:schemaLocation", "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
	d.leaf("responseDate", Datestamp(asked))
	d.leaf("request", r.BaseURL, r.echo(args, faults)...)
	inside(d)
	d.end()
	d.raw("\n")
	return d.flush()
}

// echo are the attributes of the request element: the arguments, but where they are what is wrong
// (section 3.2).
func (r *Repository) echo(args url.Values, faults FaultsError) []string {
	for _, f := range faults {
		if f.Code == BadVerb || f.Code == BadArgument {
			return nil
		}
	}
	var out []string
	for _, name := range [...]string{argVerb, argIdentifier, argPrefix, argFrom, argUntil, argSet, argToken} {
		if args.Has(name) {
			out = append(out, name, args.Get(name))
		}
	}
	return out
}

func (r *Repository) answer(ctx context.Context, req Request) (content, error) {
	switch req.Verb {
	case Identify:
		return r.identify(ctx)
	case ListSets:
		return r.listSets(ctx)
	case ListMetadataFormats:
		return r.listFormats(ctx, req)
	case GetRecord:
		return r.getRecord(ctx, req)
	}
	return r.list(ctx, req)
}

// identify answers Identify (section 4.2).
func (r *Repository) identify(ctx context.Context) (content, error) {
	earliest, err := r.Source.Earliest(ctx)
	if err != nil {
		return nil, err
	}
	if earliest.IsZero() {
		earliest = r.Now() // nothing is older
	}
	return func(d *document) {
		d.start("Identify")
		d.leaf("repositoryName", r.Name)
		d.leaf("baseURL", r.BaseURL)
		d.leaf("protocolVersion", "2.0")
		for _, address := range r.AdminEmail {
			d.leaf("adminEmail", address)
		}
		d.leaf("earliestDatestamp", Datestamp(earliest))
		d.leaf("deletedRecord", "persistent")
		d.leaf("granularity", "YYYY-MM-DDThh:mm:ssZ")
		d.start("description")
		d.start("oai-identifier", "xmlns", "http://www.openarchives.org/OAI/2.0/oai-identifier",
			"xsi:schemaLocation", "http://www.openarchives.org/OAI/2.0/oai-identifier http://www.openarchives.org/OAI/2.0/oai-identifier.xsd")
		d.leaf("scheme", scheme)
		d.leaf("repositoryIdentifier", r.Namespace)
		d.leaf("delimiter", delimiter)
		d.leaf("sampleIdentifier", r.identifier("mogao-220"))
		d.end()
		d.end()
		d.end()
	}, nil
}

// listSets answers ListSets (section 4.6). The list is given whole, and no token goes on with it.
func (r *Repository) listSets(ctx context.Context) (content, error) {
	sets, err := r.Source.Sets(ctx)
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 {
		return nil, fault(NoSetHierarchy, "there are no sets")
	}
	return func(d *document) {
		d.start("ListSets")
		for _, set := range sets {
			d.start("set")
			d.leaf("setSpec", set.Spec)
			d.leaf("setName", set.name())
			d.describe(set)
			d.end()
		}
		d.end()
	}, nil
}

// describe writes the description of a set in Dublin Core, which tells the languages of texts.
func (d *document) describe(set Set) {
	d.start("setDescription")
	d.start("oai_dc:dc", "xmlns:oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/", "xmlns:dc", "http://purl.org/dc/elements/1.1/",
		"xsi:schemaLocation", "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
	for _, t := range set.Names {
		d.leaf("dc:title", t.Text, "xml:lang", t.Lang)
	}
	for _, t := range set.Descriptions {
		d.leaf("dc:description", t.Text, "xml:lang", t.Lang)
	}
	d.end()
	d.end()
}

// listFormats answers ListMetadataFormats (section 4.4). Every record is given in every format.
func (r *Repository) listFormats(ctx context.Context, req Request) (content, error) {
	if req.Identifier != "" {
		if _, err := r.header(ctx, req.Identifier); err != nil {
			return nil, err
		}
	}
	return func(d *document) {
		d.start("ListMetadataFormats")
		for _, f := range r.Formats {
			d.start("metadataFormat")
			d.leaf("metadataPrefix", f.Prefix)
			d.leaf("schema", f.Schema)
			d.leaf("metadataNamespace", f.Namespace)
			d.end()
		}
		d.end()
	}, nil
}

// header returns that of an identifier.
func (r *Repository) header(ctx context.Context, identifier string) (Header, error) {
	id, err := r.local(identifier), ErrUnknown
	var h Header
	if id != "" {
		h, err = r.Source.Header(ctx, id)
	}
	if errors.Is(err, ErrUnknown) {
		return Header{}, fault(IDDoesNotExist, "identifier %s names no record; those of this repository begin with %s", quoted(identifier), r.identifier(""))
	}
	return h, err
}

// format returns the fault of a format that there is not.
func (r *Repository) format(prefix string) error {
	if !r.knows(prefix) {
		return fault(CannotDisseminateFormat, "metadataPrefix %s is not among the formats that ListMetadataFormats has", quoted(prefix))
	}
	return nil
}

// getRecord answers GetRecord (section 4.1).
func (r *Repository) getRecord(ctx context.Context, req Request) (content, error) {
	h, err := r.header(ctx, req.Identifier)
	if err == nil {
		err = r.format(req.Prefix)
	}
	if err != nil {
		return nil, err
	}
	write, err := r.metadata(ctx, req.Prefix, []Header{h})
	if err != nil {
		return nil, err
	}
	return func(d *document) {
		d.start(string(GetRecord))
		r.record(d, h, write[h.ID])
		d.end()
	}, nil
}

// list answers ListRecords and ListIdentifiers (sections 4.5 and 4.3).
func (r *Repository) list(ctx context.Context, req Request) (content, error) {
	if err := r.format(req.Prefix); err != nil {
		return nil, err
	}
	headers, err := r.Source.Headers(ctx, req.Query, req.After, r.Page+1)
	if err != nil {
		return nil, err
	}
	if len(headers) == 0 {
		return nil, fault(NoRecordsMatch, "no records are of that set and time, or none any more")
	}
	more := len(headers) > r.Page
	headers = headers[:min(len(headers), r.Page)]
	var write map[string]Metadata
	if req.Verb == ListRecords {
		if write, err = r.metadata(ctx, req.Prefix, headers); err != nil {
			return nil, err
		}
	}
	return func(d *document) {
		d.start(string(req.Verb))
		for _, h := range headers {
			if req.Verb == ListRecords {
				r.record(d, h, write[h.ID])
			} else {
				r.writeHeader(d, h)
			}
		}
		last := headers[len(headers)-1]
		switch {
		case more:
			d.leaf(argToken, token{req.Verb, req.Prefix, req.Query, Place{last.At, last.ID}}.String())
		case req.After != nil:
			d.empty(argToken) // says that the list has come to its end (section 3.5)
		}
		d.end()
	}, nil
}

// metadata asks for that of the records that are there.
func (r *Repository) metadata(ctx context.Context, prefix string, headers []Header) (map[string]Metadata, error) {
	var ids []string
	for _, h := range headers {
		if !h.Deleted {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return r.Source.Metadata(ctx, prefix, ids)
}

// record writes a record. One that went since its header was read is as deleted as it is now, and comes again
// in the list with the datestamp of that.
func (r *Repository) record(d *document, h Header, write Metadata) {
	h.Deleted = h.Deleted || write == nil
	d.start("record")
	r.writeHeader(d, h)
	if !h.Deleted {
		d.start("metadata")
		d.embed(write)
		d.end()
	}
	d.end()
}

func (r *Repository) writeHeader(d *document, h Header) {
	status := ""
	if h.Deleted {
		status = "deleted"
	}
	d.start("header", "status", status)
	d.leaf("identifier", r.identifier(h.ID))
	d.leaf("datestamp", Datestamp(h.At))
	if h.Set != "" {
		d.leaf("setSpec", h.Set)
	}
	d.end()
}
