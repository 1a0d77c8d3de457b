package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hexi/archive/pyramid"
	"hexi/archive/raster"
)

// A message is four bytes of length, big-endian, and so many of JSON. A request
// comes with the open files of the master and, to derive, of the access copy.

// request asks a child for one job.
type request struct {
	Derive bool        `json:"derive,omitempty"` // else identify
	Size   int64       `json:"size"`             // of the master, in bytes
	Info   raster.Info `json:"info,omitzero"`    // to derive: what was identified
}

// answer is one message of a child: progress, or how the job ended.
type answer struct {
	Rows    int                  `json:"rows,omitempty"` // progress: rows that are done
	Of      int                  `json:"of,omitempty"`   // progress: rows in all
	Info    *raster.Info         `json:"info,omitempty"`
	Result  *raster.Result       `json:"result,omitempty"`
	Refused *raster.RefusedError `json:"refused,omitempty"`
	Error   string               `json:"error,omitempty"` // of the machine: worth another try
}

// ended reports whether this is the last message of a job.
func (a *answer) ended() bool {
	return a.Info != nil || a.Result != nil || a.Refused != nil || a.Error != ""
}

// maxMessage bounds a message, in bytes: the sidecar of ten gigapixels, in base64.
const maxMessage = 64 << 20

// maxOrigin bounds what an access copy says of what made it, in bytes.
const maxOrigin = 200

func send(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	if len(body) > maxMessage {
		return fmt.Errorf("a message of %d bytes is too long", len(body))
	}
	message := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
	_, err = w.Write(message)
	return err
}

func receive(r io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxMessage {
		return fmt.Errorf("a message of %d bytes is announced", n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	return nil
}

// check holds an answer to what was asked. A child that was taken over by a
// master must not be able to do harm by what it says.
func (a *answer) check(req request) error {
	switch {
	case a.Info != nil && !req.Derive:
		if a.Info.Width < 1 || a.Info.Height < 1 || a.Info.Width > 1<<30 || a.Info.Height > 1<<30 {
			return errors.New("the size that a child found is impossible")
		}
	case a.Result != nil && req.Derive:
		g, err := pyramid.NewGeometry(req.Info.Width, req.Info.Height, pyramid.DefaultTileSize)
		if err != nil || a.Result.Geometry != g {
			return errors.New("the geometry of what a child made is not that of the image")
		}
		if len(a.Result.Origin) > maxOrigin {
			return errors.New("what a child says of itself is too long")
		}
		if r := a.Result; r.Rows < 1 || r.Rows > r.OfRows || r.Rows < r.OfRows && !req.Info.AcceptIncomplete {
			return errors.New("a child made an image of rows that were not read")
		}
	case a.Info != nil || a.Result != nil:
		return errors.New("a child answered something that it was not asked")
	}
	return nil
}
