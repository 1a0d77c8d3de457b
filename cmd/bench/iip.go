package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// iipBinary is where Debian's package iipimage-server has it.
const iipBinary = "/usr/lib/iipimage-server/iipsrv.fcgi"

// iipQuality is the JPEG quality that IIPImage is told: that of hexi's tiles.
const iipQuality = "85"

// iip is IIPImage in one of its settings: so many processes, each of which works
// one request at a time, with a cache of finished tiles of so many MB.
type iip struct {
	name      string
	processes int
	cacheMB   int
	running   []*process
	backend   backend
}

// start starts the processes, which find their images in a directory.
func (s *iip) start(ctx context.Context, dir, images string) error {
	s.backend.name = s.name
	for i := range s.processes {
		address, err := freeAddress(ctx)
		if err != nil {
			return err
		}
		own := filepath.Join(dir, fmt.Sprintf("%s-%d", s.name, i))
		if err := os.MkdirAll(own, 0o755); err != nil {
			return err
		}
		env := []string{
			"FILESYSTEM_PREFIX=" + images + "/", "LOGFILE=" + filepath.Join(own, "iipsrv.log"), "VERBOSITY=0",
			"JPEG_QUALITY=" + iipQuality, fmt.Sprintf("MAX_IMAGE_CACHE_SIZE=%d", s.cacheMB),
		}
		p, err := start(ctx, own, address, env, iipBinary, "--bind", address, "--backlog", "1024")
		if err != nil {
			return err
		}
		s.running = append(s.running, p)
		s.backend.addresses = append(s.backend.addresses, address)
	}
	return nil
}

func (s *iip) stop() error {
	var errs []error
	for _, p := range s.running {
		errs = append(errs, p.stop())
	}
	return errors.Join(errs...)
}

// iipImage is the name under which IIPImage sees the access copy.
const iipImage = "pyramid.tif"

// target is the address of a tile, or of what else the path names, of the image.
func (s *iip) target(path string) string { return "/" + s.name + "?IIIF=" + iipImage + "/" + path }

// String names the setting for people.
func (s *iip) String() string {
	name := "IIPImage, no cache"
	if s.cacheMB > 0 {
		name = "IIPImage, all cached"
	}
	if s.processes > 1 {
		name += fmt.Sprintf(", %d processes", s.processes)
	}
	return name
}
