package sandbox

// Observer hears of children. Its methods are called by many goroutines, and are not
// to keep them waiting.
type Observer interface {
	// Started hears of each child that was started.
	Started()
	// Ended hears of each child that has ended, and why: one of the constants below.
	Ended(why string)
}

// Why a child ended. The first group is of masters that it could not cope with, the
// second of what a child did wrong itself, the third of the usual course.
const (
	EndCrashed = "crashed" // by itself: it fell over
	EndTime    = "time"    // a job took too long
	EndMemory  = "memory"  // a job took too much

	EndLied   = "lied"   // what it answered cannot be
	EndSilent = "silent" // it closed its socket and lived on
	EndFailed = "failed" // it met an error of the machine

	EndCancelled = "cancelled" // whoever asked gave up
	EndRetired   = "retired"   // it has done enough, or has grown
	EndIdle      = "idle"      // nobody needed it
	EndClosed    = "closed"    // the program ends
)

// silent is the observer of those who want none.
type silent struct{}

func (silent) Started()     {}
func (silent) Ended(string) {}
