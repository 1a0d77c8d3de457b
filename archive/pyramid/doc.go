// Package pyramid is the file format of the access copy: ONE pyramidal tiled
// TIFF that any other server reads, and beside it a small sidecar that lets
// hexi send tiles without decoding anything.
//
// The TIFF (TIFF 6.0, BigTIFF where it could pass 4 GiB) holds each level as an
// image of its own, the full one first, every further one half as large in
// both directions, rounded UP, down to the first that fits one tile. Tiles are
// JPEG (Compression 7, TIFF Technical Note 2) with shared tables, YCbCr 4:2:0 or
// gray, padded to the full tile size by repeating the last column and row.
//
// The sidecar holds where each tile lies, the beginning that makes a complete
// JPEG of it (Index.Prefix), and the tiles that viewers ask for but a TIFF can
// only hold padded: those at the right and bottom edge and the levels of a
// single tile, in their exact size. It is derived: a TIFF without one opens
// with ReadTIFF, which then says of those tiles that they are padded.
//
// The package owns bytes and offsets. It decodes and encodes no pixels (archive/
// raster does) and knows no store. Whatever it reads it takes for hostile:
// counts and offsets are checked before anything is allocated for them.
//
// The ID of an access copy is a digest of everything that is sent of it: it
// changes when a byte of a tile does, and Verify compares it with the files.
//
//	ix, err := pyramid.ReadSidecar(file, size)
//	ref, err := ix.Tile(level, col, row)
//	// send ix.Prefix(), then ref.Length bytes at ref.Offset of ref.Source
package pyramid
