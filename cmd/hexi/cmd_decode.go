package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"hexi/archive/raster"
	"hexi/archive/raster/sandbox"
)

// decodeCommand is how a decoding process is started: the same binary, whatever
// has become of its file in the meantime. It has no settings but what it is told here.
func decodeCommand(q raster.Quality) []string {
	return []string{"/proc/self/exe", "decode", "--access-quality", strconv.Itoa(q.Access)}
}

// newDecode is the process that masters are decoded in. It is started by the
// program itself, which talks to it through a socket.
func newDecode() *cobra.Command {
	quality := raster.Quality{Computed: raster.DefaultQuality}
	cmd := &cobra.Command{
		Use: "decode", Hidden: true, Args: cobra.NoArgs,
		Short: "Decode images for another hexi process, which starts this one",
		RunE: func(*cobra.Command, []string) error {
			return sandbox.Serve(raster.New().WithQuality(quality), sandbox.DefaultMemory)
		},
	}
	cmd.Flags().IntVar(&quality.Access, "access-quality", raster.DefaultQuality, "JPEG quality of access copies")
	return cmd
}
