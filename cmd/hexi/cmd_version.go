package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"hexi/archive/raster"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = ""

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "development"
}

func newVersion(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version and what it was built with", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if env.flags.JSON {
				return printJSON(env.stdout, map[string]string{"version": versionString(), "go": runtime.Version(), "engine": raster.New().Name()})
			}
			fmt.Fprintf(env.stdout, "hexi %s, %s, %s image engine\n", versionString(), runtime.Version(), raster.New().Name())
			return nil
		},
	}
}
