package ocfl

import "testing"

func TestPlaces(t *testing.T) {
	t.Parallel()
	// The examples of the registered extensions.
	for _, test := range []struct {
		l        layout
		id, want string
	}{
		{ownLayout, "object-01", "3c0/ff4/240/3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4"},
		{ownLayout, "..hor/rib:le-$id", "487/326/d8c/487326d8c2a3c0b885e23da1469b4d6671fd4e76978924b4443e9e3c316cda6d"},
		{layout{Extension: hashedTuple, Algorithm: "md5", TupleSize: 2, Tuples: 15, Short: true}, "object-01", "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/4e"},
		{layout{Extension: hashAndID, Algorithm: "sha256", TupleSize: 3, Tuples: 3}, "..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"},
		{layout{Extension: flatDirect}, "object-01", "object-01"},
	} {
		if got, err := test.l.place(test.id); err != nil || got != test.want {
			t.Errorf("%s: %q lies in %s, %v; want %s", test.l.Extension, test.id, got, err, test.want)
		}
	}
	for _, config := range []string{
		`{`, `{"extensionName":"0004-hashed-n-tuple-storage-layout","tupleSize":40,"numberOfTuples":2}`, `{"extensionName":"another"}`,
		`{"extensionName":"0004-hashed-n-tuple-storage-layout","tupleSize":0,"numberOfTuples":3}`,
		`{"extensionName":"0004-hashed-n-tuple-storage-layout","tupleSize":-1,"numberOfTuples":-1}`,
		`{"extensionName":"0004-hashed-n-tuple-storage-layout","tupleSize":32,"numberOfTuples":2,"shortObjectRoot":true}`,
	} {
		if l, err := parseLayout(hashedTuple, []byte(config)); err == nil {
			t.Errorf("%s is taken for %+v", config, l)
		}
	}
}
