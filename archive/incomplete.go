package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FailureTruncated is the code of a refusal because the master ends early.
const FailureTruncated = "truncated"

// Acceptable reports whether an image was refused because it ends early, and can be
// accepted as it is (AcceptIncomplete).
func (a *Asset) Acceptable() bool {
	return a.State == AssetRefused && a.Failure != nil && a.Failure.Code == FailureTruncated && a.Image != nil
}

// AcceptIncomplete takes an image as it is whose master was refused because it ends
// early: its access copy is made again, with what is missing in gray, and the asset
// says for ever that it is incomplete. The batch is that of the job. One that was
// accepted before is left alone; any other is an *InvalidError.
func (a *Archive) AcceptIncomplete(ctx context.Context, by, id, batch string) error {
	return a.updateAssetBy(ctx, by, id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		if asset.Image != nil && asset.Image.Incomplete != nil && asset.State != AssetRefused {
			return "", nil
		}
		if asset.State != AssetRefused || asset.Failure == nil || asset.Failure.Code != FailureTruncated {
			return "", Invalid("asset", "%s was not refused because it ends early; only such an image can be accepted as incomplete", id)
		}
		if asset.Image == nil {
			return "", Invalid("asset", "%s ends before its size is known; there is nothing to show of it", id)
		}
		asset.Image.Incomplete = &Incomplete{By: by, At: a.Now()}
		asset.State, asset.Failure, asset.Batch = AssetIdentified, nil, batch
		return ActionAssetAccepted, tx.AddJob(ctx, Job{Kind: JobDerive, Record: asset.Record, Asset: asset.ID, Batch: batch})
	})
}

// DerivedIncomplete is Derived for an image of whose master only so many rows could
// be read.
func (a *Archive) DerivedIncomplete(ctx context.Context, id string, access Access, rows, of int) error {
	return a.derived(ctx, id, access, func(asset *Asset) error {
		if asset.Image == nil || asset.Image.Incomplete == nil || of < 1 {
			return fmt.Errorf("nobody accepted asset %s as incomplete", id)
		}
		note := fmt.Sprintf("%s%d %% of its rows could be read", incompletePrefix, 100*int64(rows)/int64(of))
		asset.Image.Incomplete.Note, asset.Image.Incomplete.Rows, asset.Image.Incomplete.OfRows = note, rows, of
		return asset.Image.setIncompleteNote(note)
	})
}

// Text says to who sees the image that it is incomplete, and how much of it there is.
func (i Incomplete) Text() Text {
	if i.OfRows < 1 {
		return Text{"zh": "此图不完整：原文件提前结束，缺失部分以灰色显示。", "en": "This picture is incomplete: its file ends early, and what is missing is gray."}
	}
	share := 100 * int64(i.Rows) / int64(i.OfRows)
	return Text{
		"zh": fmt.Sprintf("此图不完整：原文件提前结束，只能读出 %d%%，其余部分以灰色显示。", share),
		"en": fmt.Sprintf("This picture is incomplete: its file ends early. %d %% of its rows could be read; the rest is gray.", share),
	}
}

const incompletePrefix = "incomplete: "

// setIncompleteNote puts a note into the technical metadata, in the place of an
// earlier one; "" is none.
func (i *Image) setIncompleteNote(note string) error {
	fields := map[string]json.RawMessage{}
	if len(i.Technical) > 0 {
		if err := json.Unmarshal(i.Technical, &fields); err != nil {
			return fmt.Errorf("read technical metadata: %w", err)
		}
	}
	var notes []string
	if raw := fields["notes"]; raw != nil {
		if err := json.Unmarshal(raw, &notes); err != nil {
			return fmt.Errorf("read technical metadata: %w", err)
		}
	}
	notes = slices.DeleteFunc(notes, func(s string) bool { return strings.HasPrefix(s, incompletePrefix) })
	if note != "" {
		notes = append(notes, note)
	}
	delete(fields, "notes")
	var err error
	if len(notes) > 0 {
		if fields["notes"], err = encode(notes); err != nil {
			return err
		}
	}
	i.Technical, err = encode(fields)
	return err
}

func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode technical metadata: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
