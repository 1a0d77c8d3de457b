package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program that runs beside the measurement.
type process struct {
	name string
	cmd  *exec.Cmd
	env  []string
	log  string // file that holds what it says
	done chan struct{}
	err  error // how it ended, once done is closed
}

// start starts a program in a directory of its own, and waits until it accepts
// connections.
func start(ctx context.Context, dir, address string, env []string, name string, args ...string) (*process, error) {
	p := &process{name: filepath.Base(name), env: env, log: filepath.Join(dir, filepath.Base(name)+".log"), done: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the program has its own handle
	p.cmd = exec.CommandContext(ctx, name, args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 15 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	var d net.Dialer
	for limit := time.Now().Add(30 * time.Second); ; {
		c, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			return p, c.Close()
		}
		select {
		case <-p.done:
			return nil, fmt.Errorf("%s ended at once (%w):\n%s", p.name, p.err, p.said())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(limit) {
			return nil, errors.Join(fmt.Errorf("%s does not listen on %s:\n%s", p.name, address, p.said()), p.stop())
		}
	}
}

// stop ends the program and waits until it is gone.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("kill %s: %w", p.name, err)
		}
		<-p.done
	}
	return nil
}

// String is the command line, with the settings that it got by environment.
func (p *process) String() string {
	return strings.Join(append(slices.Clone(p.env), p.cmd.Args...), " ")
}

// said is the end of what the program printed.
func (p *process) said() string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-2000):])
}

// memory is the program's resident memory now and at most, in MB.
func (p *process) memory() (now, most int) {
	status := "/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status"
	mb := func(name string) int {
		value, _ := procValue(status, name)
		kb, _ := strconv.Atoi(strings.TrimSuffix(value, " kB"))
		return kb >> 10
	}
	return mb("VmRSS"), mb("VmHWM")
}

// freeAddress is an address on loopback that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
