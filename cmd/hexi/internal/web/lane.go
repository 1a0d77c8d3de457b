package web

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// lane lets those in who compute images: as many as there are places, as long as
// what they need together stays within a number of bytes, in the order in which
// they came. Those who do not fit wait in a queue that is bounded too. Stored
// tiles never pass through here.
type lane struct {
	budget int64 // bytes
	places int
	length int           // of the queue
	wait   time.Duration // the longest in it

	mu      sync.Mutex
	used    int64 // bytes of those inside
	inside  int
	waiting list.List     // of *ticket
	usual   time.Duration // that one stays inside, a moving average

	full, late, large atomic.Int64 // how many were not let in: no room in the queue, no place in time, never any
}

// ticket is one who waits.
type ticket struct {
	cost  int64
	ready chan struct{} // closed when let in
}

// enter waits for a place for work that takes so many bytes, and returns how to
// leave it. What can never fit is refused with 413; where the queue is full, or
// takes too long, the answer is 503; and who leaves while waiting gets the error
// of the context.
func (l *lane) enter(ctx context.Context, cost int64) (leave func(), err error) {
	if cost > l.budget {
		l.large.Add(1)
		return nil, refuse(http.StatusRequestEntityTooLarge, "This image would take more memory than the server gives to one; ask for a smaller size.")
	}
	l.mu.Lock()
	if l.waiting.Len() == 0 && l.fits(cost) {
		defer l.mu.Unlock()
		return l.take(cost), nil
	}
	if l.waiting.Len() >= l.length {
		defer l.mu.Unlock()
		l.full.Add(1)
		return nil, l.busy()
	}
	t := &ticket{cost, make(chan struct{})}
	place := l.waiting.PushBack(t)
	l.mu.Unlock()

	patience := time.NewTimer(l.wait)
	defer patience.Stop()
	select {
	case <-t.ready:
		return l.leaver(cost), nil
	case <-patience.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-t.ready: // in the same moment
		l.release(cost)
	default:
		l.waiting.Remove(place)
		l.admit() // those behind may be smaller
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.late.Add(1)
	return nil, l.busy()
}

func (l *lane) fits(cost int64) bool { return l.inside < l.places && l.used+cost <= l.budget }

// take gives a place away.
func (l *lane) take(cost int64) (leave func()) {
	l.inside++
	l.used += cost
	return l.leaver(cost)
}

// leaver returns how to leave a place that was taken.
func (l *lane) leaver(cost int64) func() {
	start := time.Now()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if stayed := time.Since(start); l.usual == 0 {
			l.usual = stayed
		} else {
			l.usual += (stayed - l.usual) / 8
		}
		l.release(cost)
	}
}

func (l *lane) release(cost int64) {
	l.inside--
	l.used -= cost
	l.admit()
}

// admit lets in those who fit now. A large one at the head is not overtaken: it
// would wait for ever.
func (l *lane) admit() {
	for e := l.waiting.Front(); e != nil; e = l.waiting.Front() {
		t, _ := e.Value.(*ticket) // nothing else is put in
		if !l.fits(t.cost) {
			return
		}
		l.waiting.Remove(e)
		l.inside++
		l.used += t.cost
		close(t.ready)
	}
}

// busy says when to come again: when those who are here now should be done.
func (l *lane) busy() error {
	const most = 30 // seconds
	until := time.Duration(l.waiting.Len()+l.inside) * l.usual / time.Duration(l.places)
	return busy(min(max(1, int((until+time.Second-1)/time.Second)), most), "Too many images are being computed; try again in a moment.")
}

// laneState is what the metrics tell.
type laneState struct {
	waiting, inside int
	used            int64
}

func (l *lane) state() laneState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return laneState{l.waiting.Len(), l.inside, l.used}
}
