package raster

// Limits bound what an engine takes on.
type Limits struct {
	// MaxPixels bounds width × height of a master.
	MaxPixels int64
	// MaxDecode bounds the bytes of memory that making an access copy may take.
	// It decides about masters that must stand in memory whole: those of formats
	// that cannot be read in pieces, and those that are to be turned.
	MaxDecode int64
}

// A file that unpacks to more than bombRatio times its size, and to more than
// bombBytes, is no picture of anything: deflate reaches 1,032 at most, with
// zeros; a clean drawing comes to a hundred or two.
const (
	bombRatio = 300
	bombBytes = 256 << 20
)

func (e *Go) check(info Info, need claim, size int64) error {
	if area(info.Width, info.Height, 1) > e.limits.MaxPixels {
		return refuse(CodeTooLarge, "check whether the size is true; if it is, raise the limit or split the image",
			"the image says it has %d × %d pixels; at most %d million are taken", info.Width, info.Height, e.limits.MaxPixels/1_000_000)
	}
	if need.raw > bombBytes && need.raw/bombRatio > size {
		return refuse(CodeTooLarge, "check where the file comes from; if it is a picture indeed, save it as a tiled TIFF with less compression",
			"the image says it has %d × %d pixels, in a file of %d kB: no picture is that empty, so it may be made to exhaust memory",
			info.Width, info.Height, size>>10)
	}
	memory := need.memory + buildMemory(info)
	if memory < 0 || memory > e.limits.MaxDecode {
		do := doPieces
		if info.Streams && info.Orientation > 2 {
			do = doUpright
		} else if info.Streams {
			do = doTiles
		}
		return refuse(CodeTooLarge, do, "making the access copy of this %s of %d × %d pixels takes %d MB of memory; %d MB are allowed",
			info.Name, info.Width, info.Height, memory>>20, e.limits.MaxDecode>>20)
	}
	return nil
}

// buildMemory is about what the builder and the turning of an image take. Width
// and height are those that are stored.
func buildMemory(info Info) int64 {
	perPixel, width := int64(3), info.Width // twice 1½
	if info.Colour == "gray" {
		perPixel = 2
	}
	memory := int64(32 << 20)
	if info.Orientation >= 5 {
		width = info.Height
	}
	if info.Orientation > 2 {
		memory += area(info.Width, info.Height, perPixel) / 2
	}
	// Some stripes of each level, and the compressed tiles of a row.
	return memory + int64(width)*(4*stripeRows*perPixel/2+1000)
}

// memory is about what reading a TIFF takes: some groups of rows of blocks, and
// what is under way in the decoders.
func (t *tiffImage) memory() int64 {
	if t.streams() {
		return 4 * int64(t.lineBytes())
	}
	rows := t.groupRows()
	decoded := area(t.lineBytes(), rows, 1)
	if t.planes > 1 {
		decoded *= int64(t.planes) + 1
	}
	return 6*area(t.width, rows, 1) + 4*decoded
}
