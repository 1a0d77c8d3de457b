// Package check proves that the archive is what its catalogue says, or names every
// difference together with a cure:
//
//	database  the tables agree with each other, and the log with what it vouches for
//	masters   every master is there, and its bytes are those that were received
//	access    every access copy is there, whole, and the one that the catalogue means
//	packages  every record that is due has its preservation package, valid and current
//	objects   nothing lies in the object store that nobody knows
//	copies    snapshots and journal, from which the catalogue would come back, are whole
//	index     what is found by searching is what is published
//
// A run is over all records, or over the next part of them (Options.Percent), so that
// runs on a schedule come round to everything. It may run beside servers and ingests:
// what looks wrong is looked at again before it is told, and what is only on its way is
// none of its business.
//
// The package owns the codes of the differences with their cures (codes.go), the
// comparing, and the repairs that are safe: what is derived is derived again, and what
// nobody knows is removed once it is old. It never removes a master, but one of a
// record that was erased, and never changes
// what a curator wrote. It owns no store and no database: what it needs of them it is
// handed (Parts).
//
//	c := check.New(parts, check.Options{})
//	report, err := c.Run(ctx)
//	for _, d := range report.Differences {
//		fmt.Println(d.Code, d.Where(), d.Why, "→", d.Do)
//	}
package check
