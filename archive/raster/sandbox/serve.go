package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"syscall"

	"hexi/archive/raster"
)

// Engine is what a child decodes with.
type Engine interface {
	Identify(ctx context.Context, r io.ReaderAt, size int64) (raster.Info, error)
	Derive(ctx context.Context, r io.ReaderAt, size int64, info raster.Info, out raster.Output) (raster.Result, error)
}

// socketFD is the file descriptor that a child finds its parent's socket at.
const socketFD = 3

// The limits that a child sets for itself. Its parent watches its memory too; this
// is for what grows faster than anyone can watch.
const (
	maxFiles  = 64
	hardExtra = 1 << 30 // bytes of memory beyond the limit at which the parent steps in
)

// Serve works the jobs of the parent until it goes away. memory is the limit that
// the parent watches, in bytes; 0 is none.
func Serve(engine Engine, memory int64) error {
	file := os.NewFile(socketFD, "parent")
	conn, err := net.FileConn(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("this command is started by hexi itself, to decode images: %w", err)
	}
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("this command is started by hexi itself, to decode images")
	}
	if err := confine(memory); err != nil {
		return err
	}
	jobs := make(chan job)
	go func() {
		// When the parent goes away, so does the child, whatever it is at.
		err := read(socket, jobs)
		if !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, "decode:", err)
		}
		os.Exit(0) //nolint:forbidigo // the parent is gone: there is nobody to return to
	}()
	for j := range jobs {
		if err := sendAnswer(socket, work(engine, j, socket)); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}

// confine limits the process.
func confine(memory int64) error {
	if memory > 0 {
		debug.SetMemoryLimit(memory / 2)
		// What is in use are a few large buffers, which are made once: to collect
		// twice as often costs little, and saves a quarter of the memory.
		debug.SetGCPercent(50)
		limit := uint64(memory + hardExtra)
		if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}
	}
	for what, limit := range map[int]uint64{syscall.RLIMIT_NOFILE: maxFiles, syscall.RLIMIT_CORE: 0} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit resource %d: %w", what, err)
		}
	}
	return nil
}

// job is a request with its files.
type job struct {
	request
	master, out *os.File
}

// read reads requests until the parent goes away.
func read(socket *net.UnixConn, jobs chan<- job) error {
	for {
		files, first, err := receiveFiles(socket)
		if err != nil {
			return err
		}
		var j job
		if err := receive(io.MultiReader(first, socket), &j.request); err != nil {
			return err
		}
		want := 1
		if j.Derive {
			want = 2
		}
		if len(files) != want {
			return fmt.Errorf("%d files came instead of %d", len(files), want)
		}
		if j.master = files[0]; j.Derive {
			j.out = files[1]
		}
		jobs <- j
	}
}

func work(engine Engine, j job, socket io.Writer) answer {
	defer j.master.Close() //nolint:errcheck // it was only read
	ctx := context.Background()
	if !j.Derive {
		info, err := engine.Identify(ctx, j.master, j.Size)
		if err != nil {
			return failed(err)
		}
		return answer{Info: &info}
	}
	defer j.out.Close() //nolint:errcheck // the parent has it open too, and sees what is wrong
	last := 0
	result, err := engine.Derive(ctx, j.master, j.Size, j.Info, raster.Output{TIFF: j.out, Progress: func(rows, of int) {
		if percent := 100 * rows / of; percent > last && rows < of {
			last = percent
			_ = send(socket, answer{Rows: rows, Of: of}) // one that does not come is no harm
		}
	}})
	if err != nil {
		return failed(err)
	}
	return answer{Result: &result}
}

func failed(err error) answer {
	var refused *raster.RefusedError
	if errors.As(err, &refused) {
		return answer{Refused: refused}
	}
	return answer{Error: err.Error()}
}
