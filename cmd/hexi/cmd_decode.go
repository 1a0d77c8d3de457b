package main

import (
	"github.com/spf13/cobra"

	"hexi/archive/raster"
	"hexi/archive/raster/sandbox"
)

// decodeCommand is how a decoding process is started: the same binary, whatever
// has become of its file in the meantime.
func decodeCommand() []string { return []string{"/proc/self/exe", "decode"} }

// newDecode is the process that masters are decoded in. It is started by the
// program itself, which talks to it through a socket.
func newDecode() *cobra.Command {
	return &cobra.Command{
		Use: "decode", Hidden: true, Args: cobra.NoArgs,
		Short: "Decode images for another hexi process, which starts this one",
		RunE: func(*cobra.Command, []string) error {
			return sandbox.Serve(raster.New(), sandbox.DefaultMemory)
		},
	}
}
