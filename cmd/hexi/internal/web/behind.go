package web

import (
	"runtime"
	"time"
)

// behind does work on threads of its own, which the system lets run when no other
// thread wants to, as far as it knows how: who computes images leaves the cores to
// those who send tiles, and has them when nobody else does. How many work at a time
// is for others to bound.
type behind struct{ work chan func() }

// idleBehind is how long a thread is kept for more work.
const idleBehind = 10 * time.Second

func newBehind() *behind { return &behind{work: make(chan func())} }

// do does work and returns when it is done. A panic in it is one of the caller.
func (b *behind) do(work func()) {
	done := make(chan any, 1)
	task := func() {
		defer func() { done <- recover() }()
		work()
	}
	select {
	case b.work <- task:
	default:
		go b.run(task)
	}
	if p := <-done; p != nil {
		panic(p)
	}
}

// run does one task, and those that come while it is kept. The thread ends with it,
// since no other may have its low priority.
func (b *behind) run(task func()) {
	runtime.LockOSThread()
	lowerThread()
	for timer := time.NewTimer(idleBehind); ; timer.Reset(idleBehind) {
		task()
		select {
		case task = <-b.work:
		case <-timer.C:
			return
		}
	}
}
