// Package ark mints and reads ARKs, Archival Resource Keys (draft-kunze-ark), without a
// registry of names: the name of a record's ARK is its id, written in another alphabet. So
// nothing has to be kept for an ARK to be found again, not even the database.
//
// An ARK is "ark:" NAAN "/" shoulder blade check. The NAAN is the archive's number at the
// ARK Alliance; the shoulder tells the names that hexi makes from others of the same NAAN;
// the blade is the id, in digits and consonants, which form no words and survive a change of
// case; the check character, by the NOID algorithm, finds a wrong character and two that
// changed places.
package ark

import (
	"fmt"
	"math/big"
	"strings"
)

// betanumeric is the alphabet of names, in which a check character can be calculated.
const betanumeric = "0123456789bcdfghjkmnpqrstvwxz"

// ids is the alphabet of records' ids (archive.ValidID). The place of a character is one
// less than its value, since a number forgets zeros at its beginning.
const ids = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

// shoulder begins the names that are made of ids.
const shoulder = "h1"

// maxName bounds what is read as a name: an id of 128 characters has 159.
const maxName = 200

// FaultError says why a text is no ARK of this archive.
type FaultError struct {
	Text string
	Why  string
}

// Error returns a sentence that names the text.
func (e *FaultError) Error() string {
	text := e.Text
	if len(text) > maxName {
		text = text[:maxName] + "…"
	}
	return fmt.Sprintf("%q is no ARK of this archive: %s", text, e.Why)
}

// ValidNAAN reports whether a text can be the number of a name assigning authority: five
// digits as they are given out, or other characters of the alphabet, of which there may be
// more one day.
func ValidNAAN(naan string) bool {
	return len(naan) >= 5 && len(naan) <= 9 && strings.Trim(naan, betanumeric) == ""
}

// Mint returns the ARK of a record, "ark:12345/h1…"; "" for what is no id.
func Mint(naan, id string) string {
	if id == "" {
		return ""
	}
	n, base := new(big.Int), big.NewInt(int64(len(ids)+1))
	for i := range len(id) {
		at := strings.IndexByte(ids, id[i])
		if at < 0 {
			return ""
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(at+1)))
	}
	name := naan + "/" + shoulder + write(n)
	return "ark:" + name + string(check(name))
}

// write writes a number in the alphabet of names.
func write(n *big.Int) string {
	var digits []byte
	base, rest := big.NewInt(int64(len(betanumeric))), new(big.Int)
	for n = new(big.Int).Set(n); n.Sign() > 0; {
		n.QuoRem(n, base, rest)
		digits = append(digits, betanumeric[rest.Int64()])
	}
	for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
		digits[i], digits[j] = digits[j], digits[i]
	}
	return string(digits)
}

// check is the check character of "NAAN/name" (NOID check digit algorithm): the sum of the
// characters' values times their places, from 1. Characters outside of the alphabet are 0.
func check(name string) byte {
	sum := 0
	for i := range len(name) {
		sum += max(0, strings.IndexByte(betanumeric, name[i])) * (i + 1)
	}
	return betanumeric[sum%len(betanumeric)]
}

// Parse returns the id of the record that an ARK of this archive names, whether it was
// written "ark:" or "ark:/", with hyphens or in capitals, which mean nothing in an ARK
// (draft-kunze-ark, sections 2.5 and 2.7). Its error is a *FaultError.
func Parse(naan, text string) (id string, err error) {
	fault := func(why string, args ...any) (string, error) { return "", &FaultError{text, fmt.Sprintf(why, args...)} }
	s := strings.ToLower(strings.TrimSpace(text))
	s, ok := strings.CutPrefix(s, "ark:")
	if !ok {
		return fault("it does not begin with ark:")
	}
	if len(s) > maxName {
		return fault("it is too long")
	}
	s = strings.ReplaceAll(strings.TrimPrefix(s, "/"), "-", "")
	authority, name, ok := strings.Cut(s, "/")
	switch {
	case !ok || name == "":
		return fault("it has no name behind its number, as in ark:%s/…", naan)
	case authority != naan:
		return fault("its number is %s, and this archive's is %s", authority, naan)
	}
	name = strings.TrimRight(name, "/")
	rest, ok := strings.CutPrefix(name, shoulder)
	if !ok || len(rest) < 2 || strings.Trim(rest, betanumeric) != "" {
		return fault("its name does not begin with %s, or has characters that names here do not have", shoulder)
	}
	last := len(name) - 1
	if check(naan+"/"+name[:last]) != name[last] {
		return fault("its last character does not fit the others: one of them is wrong, or two changed places")
	}
	n, base := new(big.Int), big.NewInt(int64(len(betanumeric)))
	for i := range len(rest) - 1 {
		n.Add(n.Mul(n, base), big.NewInt(int64(strings.IndexByte(betanumeric, rest[i]))))
	}
	var out []byte
	symbols, at := big.NewInt(int64(len(ids)+1)), new(big.Int)
	for n.Sign() > 0 {
		n.QuoRem(n, symbols, at)
		if at.Sign() == 0 {
			return fault("it names nothing")
		}
		out = append(out, ids[at.Int64()-1])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	if Mint(naan, string(out)) != "ark:"+naan+"/"+name { // zeros at its beginning
		return fault("it names nothing")
	}
	return string(out), nil
}
