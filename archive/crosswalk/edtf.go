package crosswalk

import (
	"fmt"
	"strconv"
	"strings"

	"hexi/archive"
)

// EDTF writes a period as the Extended Date/Time Format has it, at level 1: "0642",
// "0705/0780", "-1045/-0770~", "1949/.." (ISO 8601-2:2019, annex A; the format's
// specification at the Library of Congress, sections "Level 0" and "Level 1"). Years are
// astronomical there: 1 BCE is 0000, so that 1046 BCE is -1045. A side that is not known
// is open. A period whose note says about when it was is approximate. Without any year
// it is "".
func EDTF(p *archive.Period) string {
	if p == nil {
		return ""
	}
	about := ""
	if approximate(p.Note) {
		about = "~"
	}
	return interval(p.From, p.To, about)
}

// interval writes a range of historical years, each with a qualifier.
func interval(from, to int, qualifier string) string {
	switch {
	case from == 0 && to == 0:
		return ""
	case from == to:
		return edtfYear(from) + qualifier
	case from == 0:
		return "../" + edtfYear(to) + qualifier
	case to == 0:
		return edtfYear(from) + qualifier + "/.."
	}
	return edtfYear(from) + qualifier + "/" + edtfYear(to) + qualifier
}

// edtfYear writes a historical year: four digits with a minus for those before 1 BCE,
// and the letter Y before those of more digits (level 1, "Letter-prefixed calendar year").
func edtfYear(year int) string {
	year = archive.AstronomicalYear(year)
	if year > 9999 || year < -9999 {
		return "Y" + strconv.Itoa(year)
	}
	return isoYear(year)
}

// isoYear writes an astronomical year in four digits, or more where it has more.
func isoYear(year int) string {
	if year < 0 {
		return fmt.Sprintf("-%04d", -year)
	}
	return fmt.Sprintf("%04d", year)
}

// firstInstant and lastInstant are the bounds of a historical year as XML Schema 1.1 part
// 2, section 3.3.7, has them: its years are astronomical too.
func firstInstant(year int) string {
	return isoYear(archive.AstronomicalYear(year)) + "-01-01T00:00:00Z"
}

func lastInstant(year int) string {
	return isoYear(archive.AstronomicalYear(year)) + "-12-31T23:59:59Z"
}

// approximate reports whether words for a time claim no more than its neighbourhood.
func approximate(note archive.Text) bool {
	for _, words := range note {
		if strings.Contains(words, "约") || strings.Contains(words, "左右") {
			return true
		}
		for _, word := range strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return r == ' ' || r == ',' || r == '(' || r == '\u00a0' }) {
			switch word {
			case "c.", "ca.", "ca", "circa", "about", "around", "approximately", "approx.":
				return true
			}
		}
	}
	return false
}
