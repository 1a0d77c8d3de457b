// Package sandbox decodes masters in child processes of the same binary. A
// master is hostile until it is decoded, and decoders fall over: a child that
// crashes, hangs, or takes too much memory costs one job, and never the server.
//
// A Pool has the methods of an image engine that masters are given to (Identify,
// Derive). It hands a job to a child over a socket, together with the open file
// of the master and that of the access copy; the child has nothing else of the
// archive. It is kept for many images, and replaced after a crash, after a
// timeout, after too much memory, and when it has grown.
//
// A child is started as COMMAND with a socket as its file descriptor 3, and
// calls Serve with the engine of its build. It limits itself (open files, memory,
// no core files) and ends when its parent does.
//
// What holds: a job whose child fell over is tried once more in a fresh child,
// because an earlier image may have done the harm; if that falls over too, the
// master is refused with a reason (*raster.RefusedError). The caller giving up
// ends the child at once. The messages of a child are as little trusted as the
// master: their size is limited and their numbers are checked.
//
//	pool := sandbox.New(sandbox.Options{Command: []string{exe, "decode"}})
//	info, err := pool.Identify(ctx, file, size)
package sandbox
