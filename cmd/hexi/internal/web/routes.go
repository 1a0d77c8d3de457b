package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/search"
)

// routes lists every URL that the server answers (DESIGN §5).
func (s *Server) routes() {
	e := s.engine
	e.Use(s.recoverPanic, s.record, s.securityHeaders, s.sessions, s.identify)
	e.NoRoute(s.handle(s.noRoute))
	e.NoMethod(s.handle(s.noMethod))

	// For machines that look after the server.
	e.GET("/healthz", s.handle(s.healthz))
	e.GET("/readyz", s.handle(s.readyz))
	e.GET("/metrics", gin.WrapH(MetricsHandler(s.metrics.registry)))

	// IIIF: one catch-all, because identifiers may hold %2F. iiif.go tells
	//   /iiif/3/{asset}/info.json, /iiif/3/{asset}/{region}/{size}/{rotation}/{quality}.{format}
	//   /iiif/2/{asset}/…, the same in the Image API 2.1
	//   /iiif/manifest/{record}, /iiif/collection/{slug}, /iiif/collection/{record}, /iiif/collection/top
	//   /iiif/search/{record}?q=, /iiif/autocomplete/{record}?q=
	//   /iiif/discovery/activities, /iiif/discovery/page/{n}
	// apart.
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		e.Handle(method, "/iiif/*path", s.handle(s.iiif))
	}

	// For harvesters. A form asks as an address does, and changes nothing.
	both(e, "/oai", s.handle(s.oai))
	e.POST("/oai", s.limitBody(oaiBodyLimit), s.handle(s.oai))

	api := e.Group("/api/v1", s.cors, s.sameOriginSession, s.limitBody(apiBodyLimit))
	both(api, "/search", s.handle(only(s.apiSearch, search.Parameters()...)))
	both(api, "/suggest", s.handle(only(s.apiSuggest, "q", "limit")))
	both(api, "/records", s.handle(only(s.apiRecords, "collection", "kind", "partOf", "cursor", "limit")))
	both(api, "/records/:id", s.handle(s.apiRecord))
	both(api, "/records/:id/dc", s.handle(only(s.apiForm(formDC))))
	both(api, "/records/:id/lido", s.handle(only(s.apiForm(formLIDO))))
	both(api, "/records/:id/edm", s.handle(only(s.apiForm(formEDM))))
	both(api, "/records/:id/linked-art", s.handle(only(s.apiForm(formLinkedArt))))
	both(api, "/records/:id/schema", s.handle(only(s.apiForm(formSchema))))
	both(api, "/records/:id/assets", s.handle(only(s.apiAssets)))
	both(api, "/records/:id/cite", s.handle(only(s.apiCite, "style", "lang")))
	both(api, "/records/:id/similar", s.handle(only(s.apiSimilarRecords, "limit", "lang")))
	both(api, "/records/:id/revisions", s.handle(s.apiRevisions))
	both(api, "/records/:id/revisions/:n", s.handle(s.apiRevision))
	both(api, "/records/:id/revisions/:n/diff", s.handle(only(s.apiDiff, "with")))
	both(api, "/assets/:id", s.handle(s.apiAsset))
	both(api, "/assets/:id/master", s.handle(s.apiMaster))
	both(api, "/assets/:id/similar", s.handle(s.apiSimilar))
	both(api, "/exhibitions", s.handle(only(s.apiExhibitions)))
	both(api, "/vocab", s.handle(only(s.apiVocabs)))
	both(api, "/vocab/:scheme", s.handle(s.apiVocab))
	both(api, "/profiles", s.handle(only(s.apiProfiles)))
	both(api, "/profiles/:code", s.handle(s.apiProfile))
	both(api, "/changes", s.handle(only(s.apiChanges, "since", "limit")))
	both(api, "/jobs", s.handle(only(s.apiJobs, "batch", "record", "state", "before", "limit")))
	api.GET("/events", s.handle(s.apiEvents))
	both(api, "/searches", s.handle(only(s.apiSearches)))
	both(api, "/searches/recent", s.handle(only(s.apiRecent, "lang")))
	both(api, "/searches/:id", s.handle(only(s.apiSavedSearch)))
	both(api, "/searches/:id/new", s.handle(only(s.apiNew, "limit")))
	api.POST("/searches", s.handle(s.apiSaveSearch))
	api.DELETE("/searches/recent", s.handle(s.apiClearRecent))
	api.PATCH("/searches/recent", s.handle(s.apiKeepRecent))
	api.PATCH("/searches/:id", s.handle(s.apiChangeSearch))
	api.DELETE("/searches/:id", s.handle(s.apiDeleteSearch))
	api.POST("/searches/:id/feed", s.handle(s.apiMakeFeed))
	api.DELETE("/searches/:id/feed", s.handle(s.apiStopFeed))
	api.POST("/records", s.handle(s.apiCreateRecord))
	api.PUT("/records/:id", s.handle(s.apiSaveRecord))
	api.POST("/records/:id/revisions/:n/restore", s.handle(s.apiRestore))
	api.POST("/records/:id/publish", s.handle(s.apiPublish))
	api.POST("/records/:id/withdraw", s.handle(s.apiWithdraw))
	api.POST("/records/:id/erase", s.handle(s.apiErase))
	api.POST("/assets/:id/accept-incomplete", s.handle(s.apiAcceptIncomplete))
	api.PUT("/assets/:id/layer", s.handle(s.apiSetLayer))
	api.DELETE("/assets/:id/layer", s.handle(s.apiUnsetLayer))
	e.Group("/api/v1", s.cors, s.sameOriginSession).POST("/records/:id/assets", s.handle(s.apiAddAssets)) // files are larger than other bodies
	both(e.Group("/api", s.cors), "/openapi.json", s.handle(only(s.apiDescription)))
	e.OPTIONS("/api/*path", s.cors)

	// The public site. Each page answers JSON to those who prefer it, and a record what
	// forms.go lists.
	both(e, "/", s.handle(s.pageHome))
	both(e, "/search", s.handle(s.pageSearch))
	both(e, "/records/:id", s.handle(s.pageRecord))
	both(e, "/collections", s.handle(s.pageCollections))
	both(e, "/collections/:slug", s.handle(s.pageCollection))
	both(e, "/exhibitions", s.handle(s.pageExhibitions))
	both(e, "/exhibitions/:slug", s.handle(s.pageExhibition))
	both(e, "/routes", s.handle(s.pageRoutes))
	both(e, "/routes/:slug", s.handle(s.pageRoute))
	both(e, "/id/*ark", s.handle(s.resolve))
	both(e, "/static/*path", s.handle(s.staticFile))
	both(e, "/sitemap.xml", s.handle(only(s.sitemap, "after", "to")))
	both(e, "/robots.txt", s.handle(s.robots))
	both(e, "/favicon.ico", s.handle(s.favicon))

	// News of saved searches, for feed readers.
	both(e, feedPrefix+":token", s.handle(s.feed))

	// The kiosk.
	both(e, "/kiosk", s.handle(s.pageKiosks))
	both(e, "/kiosk/:exhibition", s.handle(s.pageKiosk))

	// The workbench.
	curate := e.Group("/curate", s.sameOrigin)
	both(curate, "/signin", s.handle(s.pageSignIn))
	curate.POST("/signin", s.handle(s.doSignIn))
	curate.POST("/signout", s.handle(s.doSignOut))
	both(curate, "", s.handle(s.pageCurate))
	both(curate, "/upload", s.handle(s.pageUpload))
	curate.POST("/upload", s.handle(s.doUpload))
	both(curate, "/jobs", s.handle(s.pageJobs))
	curate.POST("/assets/:id/accept-incomplete", s.handle(s.doAcceptIncomplete))
	both(curate, "/searches", s.handle(s.pageSearches))
	curate.POST("/searches", s.handle(s.doSaveSearch))
	curate.POST("/searches/recent", s.handle(s.doRecent))
	both(curate, "/searches/:id", s.handle(s.pageNews))
	both(curate, "/searches/:id/open", s.handle(s.openSearch))
	curate.POST("/searches/:id", s.handle(s.doSearch))
	curate.POST("/records/:id/publish", s.handle(s.doPublish))
	curate.POST("/records/:id/withdraw", s.handle(s.doWithdraw))
	both(curate, "/records/:id/history", s.handle(s.pageHistory))
	curate.POST("/records/:id/restore", s.handle(s.doRestore))
	curate.POST("/records/:id/layers", s.handle(s.doLayers))
	curate.POST("/records/:id/assets", s.handle(s.doReplace))
}

// both answers GET and HEAD; net/http leaves the body of a HEAD away.
func both(r gin.IRouter, path string, h gin.HandlerFunc) {
	r.GET(path, h)
	r.HEAD(path, h)
}
