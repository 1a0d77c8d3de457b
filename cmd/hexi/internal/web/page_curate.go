package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// uploadLimit bounds one upload, in bytes; larger masters come by command.
const uploadLimit = 4 << 30

// inMemory is how many bytes of an upload are held in memory; the rest goes to
// temporary files.
const inMemory = 16 << 20

// signedIn returns who is signed in with at least a role, or sends the person to
// the sign-in form (done is then true).
func (s *Server) signedIn(c *gin.Context, role archive.Role) (user *archive.User, done bool, err error) {
	switch err := s.require(c, role); {
	case errors.Is(err, archive.ErrUnauthorized):
		return nil, true, seeOther(c, "/curate/signin?next="+queryEscape(c.Request.URL.RequestURI()))
	case err != nil:
		return nil, true, err
	}
	c.Header("Cache-Control", "no-store")
	return s.user(c), false, nil
}

type curatePage struct {
	base
	UserName, Role string
	Waiting        int
	Total          uint64
	Drafts         []draftRow
	More           string // the address of the next drafts, if there may be more
	MayPublish     bool
	Indexing       bool // nobody knows yet how many can be searched
}

// pageCurate answers GET /curate.
func (s *Server) pageCurate(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	counts, err := s.Archive.JobCounts(c.Request.Context(), "")
	if err != nil {
		return err
	}
	found, err := s.Index.Search(c.Request.Context(), search.Query{Staff: true})
	if err != nil {
		return err
	}
	lang := s.lang(c)
	m := curatePage{
		base: s.page(c, "curate", inLanguage(lang, "工作台", "Workbench")), UserName: user.Name, Role: roleWords[user.Role].In(lang),
		Waiting: counts[archive.JobWaiting] + counts[archive.JobRunning] + counts[archive.JobRetry], Total: found.Total, Indexing: found.Indexing.Nothing(),
		MayPublish: user.Role.AtLeast(archive.RoleEditor) && !s.ReadOnly,
	}
	if m.Drafts, m.More, err = s.drafts(c, lang); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "curate", m)
}

type uploadPage struct {
	base
	Problem, ProblemEN, TitleZH, TitleEN, Description, Collection, Kind string
	Collections, Kinds                                                  []archive.Term
	MayPublish                                                          bool
}

// pageUpload answers GET /curate/upload.
func (s *Server) pageUpload(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	return s.showUpload(c, http.StatusOK, user, uploadPage{})
}

// withoutFiles are the kinds of records that no image file is uploaded for: the
// curators' own works, which are made of other records, and models.
var withoutFiles = []archive.Kind{archive.KindRoute, archive.KindExhibition, archive.KindCollection, archive.KindModel}

func (s *Server) showUpload(c *gin.Context, status int, user *archive.User, m uploadPage) error {
	lang := s.lang(c)
	m.base = s.page(c, "upload", inLanguage(lang, "上传", "Upload"))
	m.Collections, _ = s.Vocabulary.Terms(archive.SchemeCollection)
	kinds, _ := s.Vocabulary.Terms(archive.SchemeKind)
	for _, k := range kinds {
		if !slices.Contains(withoutFiles, archive.Kind(k.Code)) {
			m.Kinds = append(m.Kinds, k)
		}
	}
	m.MayPublish = user.Role.AtLeast(archive.RoleEditor)
	return s.show(c, status, "upload", m)
}

// doUpload answers POST /curate/upload: a record and its files.
func (s *Server) doUpload(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	if s.ReadOnly || s.Upload == nil {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	value, sent, err := readForm(c)
	if err != nil {
		return err
	}
	defer c.Request.MultipartForm.RemoveAll() //nolint:errcheck // temporary files that the system clears away
	m := uploadPage{TitleZH: value("title_zh"), TitleEN: value("title_en"), Description: value("description"), Collection: value("collection"), Kind: value("kind")}
	up := Upload{Record: archive.Record{
		Collection: m.Collection, Kind: archive.Kind(m.Kind), Titles: archive.Text{"zh": m.TitleZH, "en": m.TitleEN},
		Descriptions: archive.Text{s.lang(c): m.Description},
	}, Publish: value("publish") == "true" && user.Role.AtLeast(archive.RoleEditor)}
	up.Files = sent
	lang := s.lang(c)
	if len(up.Files) == 0 {
		m.Problem = inLanguage(lang, "请选择至少一个文件。", "Choose at least one file.")
		return s.showUpload(c, http.StatusUnprocessableEntity, user, m)
	}
	if m.TitleZH == "" && m.TitleEN == "" {
		m.Problem = inLanguage(lang, "请填写中文或英文题名。", "Give a title in Chinese or English.")
		return s.showUpload(c, http.StatusUnprocessableEntity, user, m)
	}
	uploaded, err := s.Upload.Upload(c.Request.Context(), user.Name, up)
	var invalid *archive.InvalidError
	if errors.As(err, &invalid) {
		m.ProblemEN = invalid.Error()
		return s.showUpload(c, http.StatusUnprocessableEntity, user, m)
	}
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	return seeOther(c, "/curate/jobs?batch="+uploaded.Batch+"&record="+uploaded.Record)
}

// readForm reads a form with files; those that are empty are left out.
func readForm(c *gin.Context) (value func(name string) string, files []UploadFile, err error) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, uploadLimit)
	if err := c.Request.ParseMultipartForm(inMemory); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, nil, err
		}
		return nil, nil, refuse(http.StatusBadRequest, "The form could not be read: %v", err)
	}
	form := c.Request.MultipartForm
	for _, header := range form.File["files"] {
		if header.Size > 0 {
			files = append(files, uploadFile(header))
		}
	}
	return func(name string) string {
		if v := form.Value[name]; len(v) > 0 {
			return strings.TrimSpace(v[0])
		}
		return ""
	}, files, nil
}

func uploadFile(header *multipart.FileHeader) UploadFile {
	return UploadFile{Name: header.Filename, Size: header.Size, Open: func() (io.ReadCloser, error) { return header.Open() }}
}
