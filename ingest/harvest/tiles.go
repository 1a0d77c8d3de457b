package harvest

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"image"
	"image/draw"
	"io"
	"os"
)

// The limits of putting an image together from tiles.
const (
	maxTiles = 10_000    // at two a second, an hour and a half
	maxBand  = 256 << 20 // bytes of one row of tiles, which is held in memory
	maxTile  = 64 << 20  // bytes of the file of one
)

// tileable reports whether an image can be had in tiles.
func (i *imageInfo) tileable() (tiling, bool) {
	t, ok := i.grid()
	if !ok {
		return tiling{}, false
	}
	across, down := (i.width+t.width-1)/t.width, (i.height+t.height-1)/t.height
	return t, across*down <= maxTiles && 3*i.width*t.height <= maxBand
}

// tiled fetches an image tile by tile and writes it to path as a TIFF, a row of tiles in
// memory at a time. It is what the tiles show: they carry no colour profile, and are
// taken for sRGB.
func (h *Harvester) tiled(ctx context.Context, service string, i *imageInfo, grid tiling, path string) (_ *Answer, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", service, err)
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	// Bands are as high as tiles; strips that begin in one must end in it.
	band := grid.height
	for band%stripeRows != 0 {
		band += grid.height
	}
	if 3*i.width*band > maxBand {
		return nil, refuse(service, "tiles", "", "has tiles of %d rows, too many of which are needed at a time", grid.height)
	}
	out, err := newStripes(f, i.width)
	if err != nil {
		return nil, err
	}
	for top := 0; top < i.height; top += band {
		rows := min(band, i.height-top)
		pixels := make([]byte, 3*i.width*rows)
		for y := top; y < top+rows; y += grid.height {
			for x := 0; x < i.width; x += grid.width {
				tile, err := h.tile(ctx, service, i, image.Rect(x, y, min(x+grid.width, i.width), min(y+grid.height, i.height)))
				if err != nil {
					return nil, err
				}
				lay(pixels[3*i.width*(y-top):], tile, x, i.width)
			}
		}
		if err := out.add(pixels); err != nil {
			return nil, err
		}
	}
	if err := out.close(); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read %s: %w", service, err)
	}
	hash := sha512.New()
	n, err := io.Copy(hash, f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", service, err)
	}
	return &Answer{Address: service, Size: n, SHA512: hex.EncodeToString(hash.Sum(nil))}, nil
}

// tile fetches one tile. It is decoded only when it has the size that was asked for.
func (h *Harvester) tile(ctx context.Context, service string, i *imageInfo, at image.Rectangle) (*image.RGBA, error) {
	address := i.tile(service, at.Min.X, at.Min.Y, at.Dx(), at.Dy())
	data, err := h.client.bytes(ctx, address, "image/jpeg, image/*;q=0.5", maxTile)
	if err != nil {
		return nil, err
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(address, "not-an-image", "", "is no tile that can be read: %v", err)
	}
	if c.Width != at.Dx() || c.Height != at.Dy() {
		return nil, refuse(address, "tiles", "", "has %d × %d pixels where %d × %d were asked for", c.Width, c.Height, at.Dx(), at.Dy())
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(address, "not-an-image", "", "is no tile that can be read: %v", err)
	}
	out := image.NewRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	draw.Draw(out, out.Rect, decoded, decoded.Bounds().Min, draw.Src)
	return out, nil
}

// lay copies a tile into rows of pixels of three bytes.
func lay(pixels []byte, tile *image.RGBA, x, width int) {
	for row := range tile.Rect.Dy() {
		from, to := tile.Pix[row*tile.Stride:], pixels[3*(row*width+x):]
		for n := range tile.Rect.Dx() {
			copy(to[3*n:3*n+3], from[4*n:4*n+3])
		}
	}
}
