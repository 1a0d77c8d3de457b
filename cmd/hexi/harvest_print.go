package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// maxShown is how long a value is printed, in characters; --json has it whole.
const maxShown = 80

// printHarvest shows what became of a harvest; errPart if something failed.
func (env *environment) printHarvest(r *harvestReport) error {
	if env.flags.JSON {
		if err := printJSON(env.stdout, r); err != nil {
			return err
		}
	} else {
		env.printHarvestText(r)
	}
	if !r.Complete() {
		return errPart
	}
	return nil
}

func (env *environment) printHarvestText(r *harvestReport) {
	w := env.stdout
	if r.Repository.Name != "" {
		fmt.Fprintf(w, "source   %s, in the format %s\n", r.Repository.Name, r.Repository.Format)
	}
	for i, k := range r.Kept {
		if i == maxNotes {
			fmt.Fprintf(w, "kept     … and %d more; --json has them all\n", len(r.Kept)-maxNotes)
			break
		}
		fmt.Fprintf(w, "kept     %s, %s: was changed here and stays %s; the source now says %s\n", k.Record, k.Field, shown(k.Here), shown(k.Came))
	}
	for i, gone := range r.Gone {
		if i == maxNotes {
			fmt.Fprintf(w, "gone     … and %d more; --json has them all\n", len(r.Gone)-maxNotes)
			break
		}
		fmt.Fprintf(w, "gone     %s was deleted at its source (%s) and stays here; withdraw it in the workbench, or erase it (hexi erase)\n", gone.Record, gone.Identifier)
	}
	if r.DryRun {
		fmt.Fprintf(w, "images at the source: %d, of which none was fetched\n", r.Images)
	}
	env.printReportText(r.Report)
}

// shown is a value in a line of a report.
func shown(value json.RawMessage) string {
	if value == nil {
		return "empty"
	}
	s := strings.Map(func(r rune) rune { // it comes from outside, and a terminal takes some characters for orders
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, string(value))
	if runes := []rune(s); len(runes) > maxShown {
		return string(runes[:maxShown]) + " …"
	}
	return s
}
