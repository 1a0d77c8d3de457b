// Package ocfltest tries package ocfl on a store: writers that stop at every single
// call, and writers that come at once. It owns no store; tests hand it theirs (a
// directory, an S3 server).
//
// Invariants: it asks only for what package ocfl promises, and looks only through
// its exported functions and the store.
//
//	ocfltest.Stops(t, store, "stops")
//	ocfltest.Race(t, store, "race")
package ocfltest
