//go:build !linux

package web

import "net"

// cork does nothing where the system has no such thing.
func cork(*net.TCPConn, int) {}
