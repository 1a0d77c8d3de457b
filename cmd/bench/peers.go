package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// peers are the servers that hexi is measured against: one nginx, which serves
// files and stands in front of IIPImage, and IIPImage in several settings.
type peers struct {
	address string // of nginx
	files   string // directory that nginx serves
	iip     []*iip
	nginx   *process
}

// The settings of IIPImage: as Debian packages it but for its cache, which is
// off; with a cache that holds everything; with a process for each core.
func iipPlain() *iip { return &iip{name: "iip-plain", processes: 1} }
func iipCache() *iip { return &iip{name: "iip-cache", processes: 1, cacheMB: 2048} }
func iipAll() *iip   { return &iip{name: "iip-all", processes: runtime.NumCPU()} }

// startPeers starts them on an access copy.
func startPeers(ctx context.Context, dir, accessCopy string, iip ...*iip) (_ *peers, err error) {
	p := &peers{files: filepath.Join(dir, "files"), iip: iip}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	images := filepath.Join(dir, "images")
	for _, dir := range []string{images, p.files} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	if accessCopy, err = filepath.Abs(accessCopy); err != nil {
		return nil, err
	}
	link := filepath.Join(images, iipImage)
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := os.Symlink(accessCopy, link); err != nil {
		return nil, fmt.Errorf("show the access copy to IIPImage: %w", err)
	}
	var backends []backend
	for _, s := range p.iip {
		if err := s.start(ctx, dir, images); err != nil {
			return nil, err
		}
		backends = append(backends, s.backend)
	}
	p.nginx, p.address, err = startNginx(ctx, dir, p.files, 1, backends)
	return p, err
}

func (p *peers) stop() error {
	var errs []error
	for _, s := range p.iip {
		errs = append(errs, s.stop())
	}
	if p.nginx != nil {
		errs = append(errs, p.nginx.stop())
	}
	return errors.Join(errs...)
}
