package catalog

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// process is one run of a program, told apart from every other that had or
// will have its number. Host names the system that numbers it; "" where the
// system does not say enough.
type process struct {
	host string
	pid  int
	born string
}

func thisProcess() process {
	p := process{pid: os.Getpid()}
	born, _, err := bornAt(p.pid)
	if err != nil {
		return p
	}
	// Numbers hold within one start of the machine and one container.
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return p
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return p
	}
	p.host, p.born = strings.TrimSpace(string(boot))+" "+space, born
	return p
}

// sees reports whether another process runs, if that can be known from here.
func (p process) sees(other process) (runs, known bool) {
	if p.host == "" || p.host != other.host {
		return false, false
	}
	// EPERM means that it is somebody else's.
	if err := syscall.Kill(other.pid, 0); errors.Is(err, syscall.ESRCH) {
		return false, true
	}
	born, zombie, err := bornAt(other.pid)
	if err != nil {
		return false, false // it is hidden from us
	}
	return born == other.born && !zombie, true
}

// bornAt returns when a process began, in ticks since the start of the machine,
// and whether it has ended and only waits to be noticed (proc(5), stat, fields
// 22 and 3).
func bornAt(pid int) (born string, zombie bool, err error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false, err
	}
	// The name, field 2, stands in brackets and may itself hold some.
	end := strings.LastIndexByte(string(stat), ')')
	fields := strings.Fields(string(stat)[end+1:])
	if len(fields) < 20 {
		return "", false, errors.New("stat has too few fields")
	}
	return fields[19], fields[0] == "Z" || fields[0] == "X", nil
}
