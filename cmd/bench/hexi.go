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
	idleMB     int    // its resident memory before anything was asked of it
}

// surface is the path of the picture that tiles are made of; it is drawn where
// it is not there yet.
func surface(s settings, width, height int) (string, error) {
	path := filepath.Join(s.dir, fmt.Sprintf("surface-%dx%d.tif", width, height))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := writePicture(path, width, height); err != nil {
		return "", fmt.Errorf("draw %s: %w", path, err)
	}
	return path, nil
}

// serveHexi makes the picture, takes it in, unless that was done in the same
// directory before, and serves it.
func serveHexi(ctx context.Context, s settings, w io.Writer) (_ *served, err error) {
	picture, err := surface(s, s.width, s.height)
	if err != nil {
		return nil, err
	}
	data := strings.TrimSuffix(picture, ".tif")
	_, there := os.Stat(data)
	began := time.Now()
	if err := ingest(ctx, s.hexi, data, nil, picture); err != nil {
		return nil, err
	}
	if there != nil {
		fmt.Fprintf(w, "ingest    hexi ingest %s --publish: %.0f MPx in %.1f s\n", filepath.Base(picture),
			float64(s.width)*float64(s.height)/1e6, time.Since(began).Seconds())
	}
	h := new(served)
	if h.accessCopy, err = accessCopy(data); err != nil {
		return nil, err
	}
	if h.process, h.address, err = startHexi(ctx, s.hexi, s.dir, data, nil); err != nil {
		return nil, err
	}
	select { // what it does when it starts is over by then
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
	h.idleMB, _ = h.process.memory()
	if h.service, err = imageService(ctx, h.address, "surface"); err != nil {
		return nil, errors.Join(fmt.Errorf("%w; the server said:\n%s", err, h.process.said()), h.process.stop())
	}
	return h, nil
}

// printMost says how much memory the server had resident at most.
func (h *served) printMost(w io.Writer) {
	_, most := h.process.memory()
	printGoal(w, "hexi's resident memory, the most under this load", fmt.Sprintf("%d MB", most), atMost(float64(most), goalServesMB))
}

// ingest takes pictures, or folders of them, into a new archive, as a person would.
func ingest(ctx context.Context, binary, data string, env []string, paths ...string) error {
	cmd := exec.CommandContext(ctx, binary, ingestArgs(data, paths...)...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w:\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

func ingestArgs(data string, paths ...string) []string {
	return append(append([]string{"ingest"}, paths...), "--collection", "dunhuang", "--publish", "--data", data)
}

// startHexi serves an archive and waits until it is ready.
func startHexi(ctx context.Context, binary, dir, data string, env []string) (*process, string, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	p, err := start(ctx, dir, address, env, binary, "serve", "--data", data, "--listen", address)
	if err != nil {
		return nil, "", err
	}
	const patience = 20 * time.Minute // of an index that catches up with very many records
	for limit := time.Now().Add(patience); ; {
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

// imageService finds the image of the only record with a word in its title
// through its manifest, as any IIIF client would, and returns the path of its
// service.
func imageService(ctx context.Context, address, word string) (string, error) {
	var found struct {
		Hits []struct{ ID string }
	}
	for limit := time.Now().Add(30 * time.Second); len(found.Hits) == 0; time.Sleep(100 * time.Millisecond) {
		if err := fetchJSON(ctx, address, "/api/v1/search?limit=1&q="+url.QueryEscape(word), &found); err != nil {
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
