package web

import (
	"fmt"

	"hexi/archive"
)

// versionList is what those who work here see of the images of a record: which versions
// of each there were, and a form to replace it.
type versionList struct {
	Rows       []versionRow
	MayReplace bool
}

type versionRow struct {
	versionLine
	Asset   string
	Waiting []versionLine // scans that are to take its place, or failed to
	Earlier []versionLine
}

// versionLine is one image. Thumb and Full are "" where it cannot be shown.
type versionLine struct {
	Name, Pixels, Thumb, Full, When, By, Note string
}

// maxVersionRows bounds the list; images of records with more are replaced by command.
const maxVersionRows = 200

// versions lists the images of a record, nil where there are none.
func (s *Server) versions(e *archive.Entry, user *archive.User, lang string) *versionList {
	list := &versionList{MayReplace: !s.ReadOnly && s.Upload != nil && (e.Status() != "published" || user.Role.AtLeast(archive.RoleEditor))}
	waiting := map[string][]versionLine{}
	for i := range e.Assets {
		if a := &e.Assets[i]; a.Replacing != "" {
			if at := e.Current(a.Replacing); at != nil {
				waiting[at.ID] = append(waiting[at.ID], newVersionLine(e, a, lang))
			}
		}
	}
	for i := range e.Assets {
		a := &e.Assets[i]
		if a.Kind != archive.AssetImage || a.Replacing != "" || len(list.Rows) == maxVersionRows {
			continue
		}
		row := versionRow{versionLine: newVersionLine(e, a, lang), Asset: a.ID, Waiting: waiting[a.ID]}
		for _, old := range e.Versions(a.ID) {
			row.Earlier = append(row.Earlier, newVersionLine(e, old, lang))
		}
		list.Rows = append(list.Rows, row)
	}
	if len(list.Rows) == 0 {
		return nil
	}
	return list
}

func newVersionLine(e *archive.Entry, a *archive.Asset, lang string) versionLine {
	line := versionLine{Name: a.Master.Filename, When: a.Received.Local().Format(minutes), By: a.ReceivedBy}
	if a.Image != nil {
		line.Pixels = fmt.Sprintf("%d × %d", a.Image.Width, a.Image.Height)
	}
	if a.Servable() {
		line.Thumb, line.Full = pieceOf(a.ID, 120), wholeOf(a.ID)
	}
	switch {
	case a.State == archive.AssetRefused && a.Failure != nil:
		line.Note = inLanguage(lang, "无法显示，原图保留：", "cannot be shown, the image stays: ") + a.Failure.Why
		if a.ReplacedBy != "" {
			line.Note = inLanguage(lang, "无法显示：", "could not be shown: ") + a.Failure.Why
		}
	case a.Replacing != "":
		line.Note = inLanguage(lang, "正在处理，完成后替换此图", "is being prepared, and takes its place then")
	case a.ReplacedBy != "":
		line.Note = fmt.Sprintf(inLanguage(lang, "%s 被替换", "replaced %s"), a.ReplacedAt.Local().Format(minutes))
		if by := e.Asset(a.ReplacedBy); by != nil && by.ReceivedBy != "" {
			line.Note += inLanguage(lang, "，操作人 ", " by ") + by.ReceivedBy
		}
	}
	return line
}
