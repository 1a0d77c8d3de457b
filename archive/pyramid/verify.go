package pyramid

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// checksum is the SHA-256 of a tile's stream, less its SOI.
type checksum = [sha256.Size]byte

// idLength is how many bytes of the digest make the ID.
const idLength = 12

// identity makes the ID of an access copy: a digest of the prefix and of the
// checksums of all tiles, level by level, row by row, each level's edge tiles
// after its others. It depends on what is sent, not on where it lies.
type identity struct{ digest hash.Hash }

func newIdentity(prefix []byte) identity {
	id := identity{sha256.New()}
	id.digest.Write(prefix)
	return id
}

func (id identity) add(sum checksum) { id.digest.Write(sum[:]) }

// String returns the ID in hexadecimal.
func (id identity) String() string { return hex.EncodeToString(id.digest.Sum(nil)[:idLength]) }

// ErrDamaged says that the bytes of an access copy are not those that its
// sidecar promises. It can be made again from the master.
var ErrDamaged = errors.New("the access copy is damaged")

// Verify reads every tile of an access copy and compares them with the ID in
// its sidecar. It returns ErrDamaged, wrapped, if they differ. An index without
// sidecar cannot be verified.
func (ix *Index) Verify(ctx context.Context, tiff, sidecar io.ReaderAt) error {
	if ix.exact == nil {
		return errors.New("verify access copy: without its sidecar nothing says what it should be")
	}
	id := newIdentity(ix.prefix)
	sum := func(r io.ReaderAt, offset, length int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := sha256.New()
		n, err := io.Copy(h, io.NewSectionReader(r, offset, length))
		if err != nil {
			return fmt.Errorf("verify access copy: %w", err)
		}
		if n < length {
			return fmt.Errorf("it ends early: %w", ErrDamaged)
		}
		id.add(checksum(h.Sum(nil)))
		return nil
	}
	for k := range ix.tiles {
		for i, s := range ix.tiles[k] {
			if s.length < 2 {
				return fmt.Errorf("tile %d of level %d is empty: %w", i, k, ErrDamaged)
			}
			if err := sum(tiff, s.offset+2, s.length-2); err != nil {
				return err
			}
		}
		for i := range len(ix.exact[k]) - 1 {
			if err := sum(sidecar, ix.exact[k][i], ix.exact[k][i+1]-ix.exact[k][i]); err != nil {
				return err
			}
		}
	}
	if got := id.String(); got != ix.id {
		return fmt.Errorf("its tiles are those of %s, not of %s: %w", got, ix.id, ErrDamaged)
	}
	return nil
}
