package web

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
)

// Work is done on threads that others go before, and a panic in it is one of who asked
// for it.
func TestBehind(t *testing.T) {
	t.Parallel()
	b := newBehind()
	niceness := func() int {
		n, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
		if err != nil {
			t.Error(err)
		}
		return 20 - n // as the kernel gives it (getpriority(2))
	}
	for range 2 { // a thread of its own, and one that is kept
		got := -1
		b.do(func() { got = niceness() })
		if got != 10 {
			t.Errorf("it runs with a niceness of %d", got)
		}
	}
	func() {
		defer func() {
			if p := recover(); p != "broken" {
				t.Errorf("the panic comes as %v", p)
			}
		}()
		b.do(func() { panic("broken") })
		t.Error("a panic is lost")
	}()
	runtime.LockOSThread() // so that it is not one of those
	defer runtime.UnlockOSThread()
	if n := niceness(); n >= 10 {
		t.Errorf("who asks has a niceness of %d", n)
	}
	var all sync.WaitGroup
	done := make(chan bool, 8)
	for range cap(done) {
		all.Go(func() { b.do(func() { done <- true }) })
	}
	all.Wait()
	if len(done) != cap(done) {
		t.Errorf("%d of %d were done", len(done), cap(done))
	}
}
