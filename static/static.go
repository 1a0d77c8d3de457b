// Package static holds what browsers get: templates, styles, and the bundled
// scripts. A page is one word: its template, style and script share its name, in
// site/, curate/ or kiosk/; what several pages use is in shared/.
//
// Styles and templates are served as they stand. Scripts are TypeScript, bundled
// into dist/ by go generate (see generate/), which is not in git: without it the
// pages work as plain HTML and say that their deep-zoom parts were not built.
package static

import "embed"

//go:generate go run ./generate

// Files are all templates, styles and, if they were built, scripts.
//
//go:embed shared site curate kiosk all:dist
var Files embed.FS
