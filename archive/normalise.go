package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Normalise returns the record in the form in which it is kept: white space at
// the ends of values removed, empty values dropped, controlled fields turned
// from labels into codes, and years filled in from the period term where none
// are given. It returns InvalidErrors with every fault that it finds; the error
// is of another kind only when the catalogue could not be asked.
func (a *Archive) Normalise(ctx context.Context, r Record) (Record, error) {
	c := &checker{vocabulary: a.vocabulary}
	c.record(&r)
	if r.Collection != "" && (r.Kind != KindCollection || r.Collection != r.ID) {
		known, err := a.isCollection(ctx, &r.Collection)
		if err != nil {
			return r, err
		}
		if !known {
			c.unknown("collection", SchemeCollection, r.Collection,
				"if it is a new one, create it first as a record of kind collection with that id")
		}
	}
	if len(c.faults) > 0 {
		return r, c.faults
	}
	return r, nil
}

// isCollection reports whether a slug (or a label, which it turns into the
// slug) names one of the built-in collections or one that a curator added: a
// record of kind collection.
func (a *Archive) isCollection(ctx context.Context, slug *string) (bool, error) {
	if term, ok := a.vocabulary.Term(SchemeCollection, *slug); ok {
		*slug = term.Code
		return true, nil
	}
	if !ValidID(*slug) {
		return false, nil
	}
	e, err := a.catalog.Entry(ctx, *slug, false)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up collection %s: %w", *slug, err)
	}
	return e.Record.Kind == KindCollection && !e.Withdrawn, nil
}

// HasCollection reports whether a collection of that slug or label exists, and
// returns its slug.
func (a *Archive) HasCollection(ctx context.Context, slug string) (string, error) {
	given := slug
	known, err := a.isCollection(ctx, &slug)
	if err != nil {
		return "", err
	}
	if !known {
		c := &checker{vocabulary: a.vocabulary}
		c.unknown("collection", SchemeCollection, given, "if it is a new one, create it first as a record of kind collection with that id")
		return "", c.faults
	}
	return slug, nil
}

// checker gathers the faults of one record while it brings it into form.
type checker struct {
	vocabulary Vocabulary
	kind       Kind // of the record, once it is known
	faults     InvalidErrors
}

func (c *checker) fault(field, format string, args ...any) {
	c.faults = append(c.faults, Invalid(field, format, args...))
}

// shortList is how many terms a vocabulary may have to be told whole.
const shortList = 30

// unknown reports a value that a controlled vocabulary does not have, with the
// nearest values that it does have; where none is near, with all, if they are few.
func (c *checker) unknown(field string, scheme Scheme, value, advice string) {
	format, args := "%q is not a known %s", []any{value, scheme}
	if near := c.nearest(scheme, value); len(near) > 0 {
		format += "; did you mean %s?"
		args = append(args, TermNames(near))
	} else if all := c.terms(scheme); len(all) > 0 && len(all) <= shortList {
		format += "; write one of %s"
		args = append(args, TermNames(all))
	}
	if advice != "" {
		format += "; " + advice
	}
	c.faults = append(c.faults, Invalid(field, format, args...))
}

// ofKind are the beginnings of the codes by which the levels and categories of relics, of
// what is protected where it stands, and of intangible heritage are told apart: each has
// lists of its own, in one scheme.
var ofKind = map[Scheme][3]string{SchemeLevel: {"grade-", "protected-", "ich-"}, SchemeCategory: {"relic-", "immovable-", "ich-"}}

// meant takes the terms of a scheme that a record of this kind may mean; nil takes all.
func (c *checker) meant(scheme Scheme) func(Term) bool {
	lists, ok := ofKind[scheme]
	if !ok || c.kind == "" {
		return nil
	}
	own := lists[0]
	switch c.kind {
	case KindSite, KindCave, KindMural:
		own = lists[1]
	case KindIntangible:
		own = lists[2]
	}
	return func(t Term) bool {
		return strings.HasPrefix(t.Code, own) || !slices.ContainsFunc(lists[:], func(list string) bool { return strings.HasPrefix(t.Code, list) })
	}
}

// nearest are the nearest terms that a record of this kind may mean; of all kinds where it
// has none like that.
func (c *checker) nearest(scheme Scheme, value string) []Term {
	if among := c.meant(scheme); among != nil {
		if near := c.vocabulary.Nearest(scheme, value, among); len(near) > 0 {
			return near
		}
	}
	return c.vocabulary.Nearest(scheme, value, nil)
}

// terms are those that a record of this kind may mean. Collections are more than their
// vocabulary has: they are not listed.
func (c *checker) terms(scheme Scheme) []Term {
	if scheme == SchemeCollection {
		return nil
	}
	all, _ := c.vocabulary.Terms(scheme)
	if among := c.meant(scheme); among != nil {
		all = slices.DeleteFunc(slices.Clone(all), func(t Term) bool { return !among(t) })
	}
	return all
}

// controlled turns a code or label into the code.
func (c *checker) controlled(field string, scheme Scheme, value *string) {
	*value = strings.TrimSpace(*value)
	if *value == "" {
		return
	}
	term, ok := c.vocabulary.Term(scheme, *value)
	if !ok {
		c.unknown(field, scheme, *value, "")
		return
	}
	*value = term.Code
}
