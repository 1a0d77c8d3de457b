package ocfl

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Purge erases an object: all of its versions and their content. Of one that is not
// there it clears away what may be left in its folder. Nobody may write the object
// meanwhile.
//
// It may stop anywhere and be repeated: the inventories of the versions go first,
// the newest before the others, so that no writer takes one of them for a version
// to finish; then the object is no more; then its content goes.
func (r *Root) Purge(ctx context.Context, id string) error {
	if err := r.purge(ctx, id); err != nil {
		return fmt.Errorf("purge object %s: %w", id, err)
	}
	return nil
}

func (r *Root) purge(ctx context.Context, id string) error {
	dir, err := r.Path(ctx, id)
	if err != nil {
		return err
	}
	type ranked struct {
		key  string
		rank int
	}
	var keys []ranked
	for info, err := range r.store.List(ctx, dir+"/") {
		if err != nil {
			return err
		}
		keys = append(keys, ranked{info.Key, purgeRank(strings.TrimPrefix(info.Key, dir+"/"))})
	}
	slices.SortStableFunc(keys, func(a, b ranked) int { return a.rank - b.rank })
	for _, k := range keys {
		if err := r.store.Delete(ctx, k.key); err != nil {
			return err
		}
	}
	return nil
}

// purgeRank is a file's place in the order of its erasure; the newest version's
// inventory has the lowest.
func purgeRank(name string) int {
	dir, rest, inVersion := strings.Cut(name, "/")
	n, _, ok := parseVersionDir(dir)
	switch {
	case inVersion && ok && rest == inventoryName:
		return -n
	case name == inventoryName:
		return 1
	case strings.HasPrefix(name, declaration):
		return 3 // until then the folder is known for an object's
	}
	return 2
}
