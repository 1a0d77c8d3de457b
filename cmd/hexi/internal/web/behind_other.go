//go:build !linux

package web

// lowerThread does nothing: other systems have a priority of processes only.
func lowerThread() {}
