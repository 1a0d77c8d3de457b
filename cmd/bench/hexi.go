package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// served is a running hexi with one picture.
type served struct {
	process    *process
	address    string
	service    string // path of the picture's IIIF image service
	accessCopy string // its file
}

// serveHexi makes the picture, takes it in, unless an earlier run did so in the
// same directory, and serves it.
func serveHexi(ctx context.Context, s settings, w io.Writer) (_ *served, err error) {
	name := fmt.Sprintf("surface-%dx%d", s.width, s.height)
	picture, data := filepath.Join(s.dir, name+".tif"), filepath.Join(s.dir, name)
	if _, err := os.Stat(picture); err != nil {
		if err := writePicture(picture, s.width, s.height); err != nil {
			return nil, fmt.Errorf("draw %s: %w", picture, err)
		}
	}
	began := time.Now()
	if err := ingest(ctx, s.hexi, data, picture); err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "ingest    hexi ingest %s --publish: %.0f MPx in %.1f s\n", filepath.Base(picture),
		float64(s.width)*float64(s.height)/1e6, time.Since(began).Seconds())
	h := new(served)
	if h.accessCopy, err = accessCopy(data); err != nil {
		return nil, err
	}
	if h.process, h.address, err = startHexi(ctx, s.hexi, s.dir, data); err != nil {
		return nil, err
	}
	if h.service, err = imageService(ctx, h.address); err != nil {
		return nil, errors.Join(fmt.Errorf("%w; the server said:\n%s", err, h.process.said()), h.process.stop())
	}
	return h, nil
}

// ingest takes a picture into a new archive, as a person would.
func ingest(ctx context.Context, binary, data, picture string) error {
	cmd := exec.CommandContext(ctx, binary, "ingest", picture, "--collection", "dunhuang", "--publish", "--data", data)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w:\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

// startHexi serves an archive and waits until it is ready.
func startHexi(ctx context.Context, binary, dir, data string) (*process, string, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	p, err := start(ctx, dir, address, nil, binary, "serve", "--data", data, "--listen", address)
	if err != nil {
		return nil, "", err
	}
	for limit := time.Now().Add(30 * time.Second); ; {
		_, err := fetch(ctx, address, newRequest(address, "/readyz"))
		if err == nil {
			return p, address, nil
		}
		if time.Now().After(limit) {
			return nil, "", errors.Join(fmt.Errorf("hexi is not ready: %w:\n%s", err, p.said()), p.stop())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// imageService finds the image of the archive's only record through its
// manifest, as any IIIF client would, and returns the path of its service.
func imageService(ctx context.Context, address string) (string, error) {
	var found struct {
		Hits []struct{ ID string }
	}
	for limit := time.Now().Add(30 * time.Second); len(found.Hits) == 0; time.Sleep(100 * time.Millisecond) {
		if err := fetchJSON(ctx, address, "/api/v1/search?q=surface&limit=1", &found); err != nil {
			return "", err
		}
		if time.Now().After(limit) {
			return "", errors.New("the record that was just taken in is not found by searching")
		}
	}
	manifest, err := fetch(ctx, address, newRequest(address, "/iiif/manifest/"+url.PathEscape(found.Hits[0].ID)))
	if err != nil {
		return "", err
	}
	var doc any
	if err := json.Unmarshal(manifest, &doc); err != nil {
		return "", fmt.Errorf("read manifest: %w", err)
	}
	id := findService(doc)
	u, err := url.Parse(id)
	if err != nil || id == "" {
		return "", fmt.Errorf("the manifest names no image service: %s", manifest)
	}
	return u.EscapedPath(), nil
}

// findService returns the id of the first ImageService3 in a document.
func findService(doc any) string {
	switch v := doc.(type) {
	case map[string]any:
		if id, ok := v["id"].(string); ok && v["type"] == "ImageService3" {
			return id
		}
		for _, inner := range v {
			if id := findService(inner); id != "" {
				return id
			}
		}
	case []any:
		for _, inner := range v {
			if id := findService(inner); id != "" {
				return id
			}
		}
	}
	return ""
}

func fetchJSON(ctx context.Context, address, target string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", target, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", target, err)
	}
	return nil
}

// accessCopy finds the only access copy of an archive kept in directories
// (docs/design.md, "In the object store").
func accessCopy(data string) (string, error) {
	var found string
	err := filepath.WalkDir(filepath.Join(data, "objects", "access"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".tif") {
			found = path
		}
		return err
	})
	if err == nil && found == "" {
		err = fmt.Errorf("below access: %w", os.ErrNotExist)
	}
	if err != nil {
		return "", fmt.Errorf("find the access copy: %w", err)
	}
	return found, nil
}
