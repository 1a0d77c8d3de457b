package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"hexi/archive/pyramid"
	"hexi/archive/raster"
)

// A message is four bytes of length, big-endian, and so many of JSON. A request
// comes with the open files of the master and, to derive, of the access copy. After
// an answer with a result follow the bytes of its sidecar and of its thumbnails, as
// they are: in JSON they would take a third more, and longer to read than to make.

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
	Error   string               `json:"error,omitempty"`  // of the machine: worth another try
	Follow  []int                `json:"follow,omitempty"` // how many bytes the sidecar and each thumbnail have
}

// ended reports whether this is the last message of a job.
func (a *answer) ended() bool {
	return a.Info != nil || a.Result != nil || a.Refused != nil || a.Error != ""
}

// What may come from a child, in bytes: a message, which holds short texts and
// numbers and takes many times its length when it is read, and what follows it: the
// sidecar of ten gigapixels has a quarter of that.
const (
	maxMessage = 1 << 20
	maxParts   = 64 << 20
)

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

// sendAnswer sends an answer and what follows it.
func sendAnswer(w io.Writer, a answer) error {
	if a.Result == nil {
		return send(w, a)
	}
	bare := *a.Result // the caller's stays as it is
	bare.Thumbnails = slices.Clone(bare.Thumbnails)
	follow := [][]byte{bare.Sidecar}
	bare.Sidecar = nil
	for i := range bare.Thumbnails {
		follow = append(follow, bare.Thumbnails[i].JPEG)
		bare.Thumbnails[i].JPEG = nil
	}
	a.Result, a.Follow = &bare, nil
	for _, b := range follow {
		a.Follow = append(a.Follow, len(b))
	}
	if err := send(w, a); err != nil {
		return err
	}
	for _, b := range follow {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// receiveAnswer receives an answer and what follows it.
func receiveAnswer(r io.Reader) (answer, error) {
	var a answer
	if err := receive(r, &a); err != nil {
		return answer{}, err
	}
	if a.Result == nil {
		return a, nil
	}
	to := []*[]byte{&a.Result.Sidecar}
	for i := range a.Result.Thumbnails {
		to = append(to, &a.Result.Thumbnails[i].JPEG)
	}
	if len(a.Follow) != len(to) {
		return answer{}, fmt.Errorf("%d parts follow an answer instead of %d", len(a.Follow), len(to))
	}
	left := maxParts
	for i, n := range a.Follow {
		if n < 0 || n > left {
			return answer{}, errors.New("what follows an answer is too long")
		}
		left -= n
		*to[i] = make([]byte, n)
		if _, err := io.ReadFull(r, *to[i]); err != nil {
			return answer{}, err
		}
	}
	return a, nil
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
