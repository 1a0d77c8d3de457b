package web

import (
	"log/slog"
	"sync"
	"time"
)

// overloadEvery is how often the log hears of requests that are turned away.
const overloadEvery = 10 * time.Second

// overload counts the requests that are turned away because the server has enough
// to do. There may be hundreds of them a second, each of the same kind: the log gets
// the first, and then one line for all that came meanwhile.
type overload struct {
	log   *slog.Logger
	every time.Duration

	mu     sync.Mutex
	count  int
	path   string // of the last
	detail string
	timer  *time.Timer // runs while lines are held back
}

// note counts one request.
func (o *overload) note(path, detail string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	o.path, o.detail = path, detail
	if o.timer == nil {
		o.write()
		o.timer = time.AfterFunc(o.every, o.next)
	}
}

// next ends a time in which lines were held back.
func (o *overload) next() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.count == 0 {
		o.timer = nil
		return
	}
	o.write()
	o.timer = time.AfterFunc(o.every, o.next)
}

func (o *overload) write() {
	o.log.Warn("requests were turned away", "count", o.count, "last", o.path, "reason", o.detail)
	o.count = 0
}
