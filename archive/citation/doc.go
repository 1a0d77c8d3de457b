// Package citation says how a record is cited: as readers write it in their works (GB/T
// 7714—2015, the Chicago Manual of Style), and as reference managers read it (BibTeX, RIS,
// CSL-JSON). It is pure: the words for terms and times are handed in by the record and the
// vocabulary, and the day of the visit by the caller.
//
// What is cited is the thing, as it is described at its address: who made it, what it is
// called, when it was made, of what, who holds it and under which number, and where and
// when it was seen.
package citation
