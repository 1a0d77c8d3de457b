package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// sendFiles sends open files, with one byte that is to be passed over: a message
// of a stream socket carries files only with some data.
func sendFiles(socket *net.UnixConn, files ...*os.File) error {
	fds := make([]int, len(files))
	// The files stay open until the message is sent.
	var give func(i int) error
	give = func(i int) error {
		if i == len(files) {
			_, _, err := socket.WriteMsgUnix([]byte{0}, syscall.UnixRights(fds...), nil)
			return err
		}
		raw, err := files[i].SyscallConn()
		if err != nil {
			return err
		}
		var inner error
		err = raw.Control(func(fd uintptr) {
			fds[i] = int(fd)
			inner = give(i + 1)
		})
		return errors.Join(err, inner)
	}
	return give(0)
}

// receiveFiles receives what sendFiles sent. first is what came with the files
// beyond the byte that is passed over.
func receiveFiles(socket *net.UnixConn) (files []*os.File, first io.Reader, err error) {
	const maxPassed = 2
	b, oob := make([]byte, 1), make([]byte, syscall.CmsgSpace(4*maxPassed))
	n, oobn, _, _, err := socket.ReadMsgUnix(b, oob)
	if err != nil {
		return nil, nil, err
	}
	if n == 0 {
		return nil, nil, io.EOF
	}
	messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return nil, nil, fmt.Errorf("read passed files: %w", err)
	}
	for _, m := range messages {
		fds, err := syscall.ParseUnixRights(&m)
		if err != nil {
			return nil, nil, fmt.Errorf("read passed files: %w", err)
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files, bytes.NewReader(nil), nil
}
