// Package web answers HTTP: the public site, the kiosk, the workbench, the API
// and IIIF. It is the only package that knows gin, and the only one that turns
// errors into status codes.
//
// It owns URLs (routes.go lists every one), content negotiation, caching
// headers, sessions and the choice of language. It owns no rule of the archive:
// what may be saved and who may see it is decided by package archive.
//
// A request's way: middleware.go (request id, log, recovery, limits, who is
// asking) → routes.go → one handler, which returns an error or nothing →
// errors.go, which renders the error for people, programs or IIIF clients.
//
//	srv, err := web.New(web.Config{Archive: a, …})
//	http.Serve(listener, srv)
package web
