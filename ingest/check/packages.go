package check

import "context"

// Packages looks at the preservation packages.
type Packages interface {
	// Record looks at the package of a record; what is due and not written, damaged
	// or of another state is a difference. There is one if any is true.
	Record(ctx context.Context, id string) (found []Difference, any bool, err error)
	// Root looks at the storage root, and for packages that no record has.
	Root(ctx context.Context, hear func(Difference)) error
	// Again has the package of a record written again, as the catalogue has it now.
	Again(ctx context.Context, id string) error
}

func (c *Checker) recordPackage(ctx context.Context, id string, out *looked) error {
	if c.parts.Packages == nil {
		return nil
	}
	found, any, err := c.parts.Packages.Record(ctx, id)
	if any {
		out.packages++
	}
	out.found = append(out.found, found...)
	return err
}

func (c *Checker) packages(ctx context.Context, r *Report) error {
	if c.parts.Packages == nil {
		return nil
	}
	return c.parts.Packages.Root(ctx, func(d Difference) { r.add(d) })
}
