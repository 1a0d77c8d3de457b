package web

import "syscall"

// lowPriority is the niceness of threads that compute: a tenth of the share of the
// others where all want to run.
const lowPriority = 10

// lowerThread lowers the priority of the calling thread; niceness is one of threads
// (setpriority(2), "C library/kernel differences"). A system that does not allow it is
// none that has to be told.
func lowerThread() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), lowPriority) }
