// Command generate bundles the front end's scripts into static/dist with
// esbuild: each entry under a name that changes with its content, and
// manifest.json, which says under which. It needs npm ci in static/ first.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entries are the scripts that pages load, by the name that templates use.
var entries = map[string]string{
	"viewer": "shared/viewer/viewer.ts",
	"kiosk":  "kiosk/kiosk/kiosk.ts",
	"search": "site/search/search.ts",
	"jobs":   "curate/jobs/jobs.ts",
	"copy":   "site/record/copy.ts",
}

func main() {
	log.SetFlags(0)
	// go generate runs in the package's folder, static/.
	if err := bundle("."); err != nil {
		log.Fatal("bundle the front end: ", err)
	}
}

func bundle(root string) error {
	dist := filepath.Join(root, "dist")
	old, err := filepath.Glob(filepath.Join(dist, "*.js"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	manifest := map[string]string{}
	for name, entry := range entries {
		result := api.Build(api.BuildOptions{
			EntryPoints: []string{filepath.Join(root, entry)}, Bundle: true, Write: false, Format: api.FormatIIFE,
			Target: api.ES2020, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
			LegalComments: api.LegalCommentsEndOfFile, LogLevel: api.LogLevelWarning,
		})
		if len(result.Errors) > 0 {
			return fmt.Errorf("%s: %s", entry, result.Errors[0].Text)
		}
		code := result.OutputFiles[0].Contents
		sum := sha256.Sum256(code)
		file := name + "-" + hex.EncodeToString(sum[:6]) + ".js"
		if err := os.WriteFile(filepath.Join(dist, file), code, 0o644); err != nil {
			return err
		}
		manifest[name] = file
		fmt.Printf("%-8s %s (%d kB)\n", name, strings.TrimPrefix(file, name+"-"), len(code)/1024)
	}
	b, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(b, '\n'), 0o644)
}
