// Package ocfl keeps preservation packages: an OCFL storage root in which every
// record is one object, readable for as long as there are files, with no hexi at
// hand. It writes, reads, validates, settles and purges objects by the Oxford
// Common File Layout 1.1 (https://ocfl.io/1.1/spec/), and reads those of 1.0.
//
// It owns the layout of the root and of an object, the inventories, and the order
// in which files are put. It does not know what the files of an object say, and
// where their bytes are kept: it is handed a Store.
//
// # How a version is written
//
// The steps of Write for version N stand in an order in which a writer may stop
// anywhere, and other writers may come between:
//
//  1. the content of the version, under vN/content/, and the declaration of the
//     object; nothing refers to them yet. No file is ever replaced: who finds one
//     there takes it when its digest is the same, and another name otherwise;
//  2. vN/inventory.json, on the condition that there is none. This is the commit:
//     of several writers one succeeds, and from here the version exists for good;
//  3. what repeats the commit: vN/inventory.json.sha512, and in the root of the
//     object inventory.json and inventory.json.sha512, each on the condition that
//     it is still the one of version N-1.
//
// A reader goes by the inventory in the root of the object: before it was replaced
// one reads version N-1, then version N. In between the inventory may not be the
// one of the digest beside it; then it is compared with its copy in the version
// directory, which is never replaced. Each Write, and Settle, first looks whether
// there is a vN/inventory.json beyond the root's and finishes that version. What a
// writer left that stopped before its commit is adopted by the next one when it
// writes the same, and cleared away by Settle. Nothing on the way to a version
// lists the store.
//
// Invariants: a version that Write reported stays readable and is never changed; no
// version refers to a file that is not there; two writers never make the same
// version; a path from outside, in an inventory too, never leads out of its object.
//
//	root, err := ocfl.Create(ctx, store, "ocfl")
//	written, err := root.Write(ctx, ocfl.Version{Object: "dh-220-n", Head: 0, Created: now, Message: "received",
//		User: "ana", Address: "mailto:ana@example.org", Files: []ocfl.File{{Path: "metadata.json", Data: data}}})
//	object, err := root.Object(ctx, "dh-220-n")
//	body, err := object.Open(ctx, "metadata.json")
package ocfl
