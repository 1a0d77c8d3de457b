package web

import (
	"context"
	"fmt"

	"hexi/ingest/check"
)

// shownDifferences is how many differences the page of jobs lists.
const shownDifferences = 50

// checkNote is what the page of jobs says of the last check.
type checkNote struct {
	Clean          bool
	Time, At, Says string
	Differences    []differenceRow
	More           int
}

// differenceRow is one difference. What was found is in English, as the check says it.
type differenceRow struct {
	Label, Record, Where, Why, Do string
}

// checkNote tells of the last check; nil where there was none, or it cannot be read.
func (s *Server) checkNote(ctx context.Context, lang string) *checkNote {
	if s.LastCheck == nil {
		return nil
	}
	r, err := s.LastCheck(ctx)
	if err != nil || r == nil {
		return nil
	}
	n := &checkNote{Clean: r.Clean(), Time: r.Ended.Local().Format(minutes), At: r.Ended.Format(rfcTime)}
	switch {
	case r.Open() > 0:
		n.Says = fmt.Sprintf(inLanguage(lang, "发现 %d 处差异（查看了 %d 条记录）", "%d differences were found (%d records were looked at)"), r.Open(), r.Looked.Records)
	case !n.Clean:
		n.Says = fmt.Sprintf(inLanguage(lang, "有 %d 部分无法检查", "%d parts could not be checked"), len(r.Unchecked))
	default:
		n.Says = fmt.Sprintf(inLanguage(lang, "一切完好（查看了 %d 条记录）", "Everything is as it should be (%d records were looked at)"), r.Looked.Records)
	}
	for _, d := range r.Differences {
		if d.Mended {
			continue
		}
		if len(n.Differences) == shownDifferences {
			n.More = r.Open() - shownDifferences
			break
		}
		cure := check.CureOf(d.Code)
		n.Differences = append(n.Differences, differenceRow{
			Label: cure.Label.In(lang), Record: d.Record, Where: d.Where(), Why: d.Why, Do: cure.Do.In(lang),
		})
	}
	return n
}
