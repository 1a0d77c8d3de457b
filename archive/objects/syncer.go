package objects

import (
	"os"
	"sync"
	"syscall"
)

// syncer lets those who wait for the disk share one sync of the whole file system:
// who comes while one is under way takes part in the next, which begins when that
// has ended. A version of a package is ten small files in seven folders; syncing
// each costs a commit of the journal or more, syncing all of them one.
type syncer struct {
	mu   sync.Mutex
	next *syncRound
	busy bool
}

type syncRound struct {
	done chan struct{}
	err  error
}

// wait returns when all that was written before the call is on the disk.
func (s *syncer) wait(folder *os.File) error {
	s.mu.Lock()
	if s.next == nil {
		s.next = &syncRound{done: make(chan struct{})}
	}
	round := s.next
	if !s.busy {
		s.busy = true
		go s.run(folder)
	}
	s.mu.Unlock()
	<-round.done
	return round.err
}

func (s *syncer) run(folder *os.File) {
	for {
		s.mu.Lock()
		round := s.next
		s.next = nil
		if round == nil {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		round.err = syncFS(folder)
		close(round.done)
	}
}

// device is the file system that a folder or a file is on.
func device(f *os.File) (uint64, error) {
	fi, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if sys, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(sys.Dev), nil //nolint:unconvert // it has another size on other systems
	}
	return 0, nil
}
