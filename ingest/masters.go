package ingest

import (
	"context"
	"errors"
	"fmt"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// rowFiles finds the files that a row names. Where the row tells exactly which bytes it
// means (an export does), a file is told from others of its name by them, one that the
// archive has already need not be given again, and one that is neither here nor there
// does not keep the record out: missing has those.
func (r *run) rowFiles(ctx context.Context, record string, row sheet.Row) (files []source, missing []archive.LineMaster, err error) {
	for i, name := range row.Files {
		want := wanted(row, i)
		if want == nil {
			f, err := r.found.find(name)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, f)
			continue
		}
		f, ok, err := r.findMaster(ctx, *want)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			if f.asset, err = r.standing(ctx, record, want.SHA512); err != nil {
				return nil, nil, err
			}
			if f.asset == "" {
				missing = append(missing, *want)
			}
			f.path = name + " (" + want.SHA512 + ")"
		}
		f.want = want
		files = append(files, f)
	}
	return files, missing, nil
}

// wanted returns what a row says of the bytes of its i-th file, nil where it says
// nothing.
func wanted(row sheet.Row, i int) *archive.LineMaster {
	nth := 0
	for j := range i {
		if row.Files[j] == row.Files[i] {
			nth++
		}
	}
	for _, m := range row.Masters {
		if m.Filename != row.Files[i] {
			continue
		}
		if nth--; nth < 0 {
			return &m
		}
	}
	return nil
}

// findMaster finds the given file that has these bytes: in a bag where they have their
// place, else by name and size. Only where several have those is it looked into them.
func (r *run) findMaster(ctx context.Context, want archive.LineMaster) (source, bool, error) {
	if i, ok := r.found.byRel["masters/"+want.ID+"/"+nfc(want.Filename)]; ok {
		return r.found.take(i), true, nil
	}
	var same []int
	for _, i := range r.found.byBase[nfc(want.Filename)] {
		if r.found.files[i].size() == want.Size {
			same = append(same, i)
		}
	}
	if len(same) == 1 {
		return r.found.take(same[0]), true, nil
	}
	for _, i := range same {
		read, err := r.p.read(ctx, r.found.files[i].file(), false)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return source{}, false, err
		}
		if read.sum == want.SHA512 {
			return r.found.take(i), true, nil
		}
	}
	return source{}, false, nil
}

// standing returns the asset of a record that has these bytes and is in use, or "".
func (r *run) standing(ctx context.Context, record, sum string) (string, error) {
	asset, err := r.p.archive.Asset(ctx, archive.AssetID(record, sum))
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	case asset.Replaced():
		return "", nil
	}
	return asset.ID, nil
}

// noteMissing tells of files of a row that are neither given nor in the archive.
func (r *run) noteMissing(item, record string, missing []archive.LineMaster) {
	for _, m := range missing {
		r.report.Assets["refused"]++
		r.report.fail(Item{
			Item: item, Record: record, Field: "files", Code: "file-missing",
			Why: fmt.Sprintf("%s (%d bytes, SHA-512 %.16s…) was not given, and the archive does not have it; its record went through without it", m.Filename, m.Size, m.SHA512),
			Do:  "run the same command again with the folder that holds the file, or take in a bag with masters (hexi export --as bagit)",
		})
	}
}
