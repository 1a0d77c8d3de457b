package web

import (
	"net"
	"syscall"
)

// cork holds back what is written to a connection until it is taken off, so that
// header and tile leave together (tcp(7), TCP_CORK).
func cork(conn *net.TCPConn, on int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // without it, the same is sent in two pieces
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CORK, on)
	})
}
