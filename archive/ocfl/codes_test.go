package ocfl_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/blake2b"

	"hexi/archive/ocfl"
)

// sample is a valid object of three versions in a store, to be damaged.
type sample struct {
	t     *testing.T
	store *folder
	dir   string
}

const sampleID = "urn:hexi:dh-220-n"

func newSample(t *testing.T) *sample {
	t.Helper()
	s := &sample{t: t, store: newFolder(t)}
	root, err := ocfl.Create(t.Context(), s.store, "ocfl")
	if err != nil {
		t.Fatal(err)
	}
	files := []ocfl.File{{Path: "metadata.json", Data: []byte("one")}, {Path: "masters/a1/IMG_0001.tif", Data: []byte("pixels")}}
	for n := range 3 {
		files[0].Data = fmt.Appendf(nil, "version %d", n+1)
		if _, err := root.Write(t.Context(), ocfl.Version{
			Object: sampleID, Head: n, Created: time.Date(2026, 5, 18, 9, n, 0, 0, time.UTC), Message: fmt.Sprintf("step %d", n+1),
			User: "ana", Address: "mailto:ana@example.org", Files: files,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if s.dir, err = root.Path(t.Context(), sampleID); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sample) path(name string) string {
	return filepath.Join(s.store.path, filepath.FromSlash(s.dir+"/"+name))
}

func (s *sample) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o750); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sample) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s *sample) remove(name string) {
	s.t.Helper()
	if err := os.RemoveAll(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sample) rename(from, to string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(to)), 0o750); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		s.t.Fatal(err)
	}
}

// inventory writes an inventory and the digest beside it, under a folder of the
// object ("" or "v1/").
func (s *sample) inventory(in, content string) {
	s.t.Helper()
	s.write(in+"inventory.json", content)
	s.write(in+"inventory.json.sha512", fmt.Sprintf("%x inventory.json\n", sha512.Sum512([]byte(content))))
}

type obj = map[string]any

// edit changes the inventory of the object and its copy in the newest version.
func (s *sample) edit(change func(inv obj)) {
	s.t.Helper()
	s.editAt("", change)
	s.inventory("v3/", s.read("inventory.json"))
}

func (s *sample) editAt(in string, change func(inv obj)) {
	s.t.Helper()
	var inv obj
	if err := json.Unmarshal([]byte(s.read(in+"inventory.json")), &inv); err != nil {
		s.t.Fatal(err)
	}
	change(inv)
	data, err := json.Marshal(inv)
	if err != nil {
		s.t.Fatal(err)
	}
	s.inventory(in, string(data))
}

// swap replaces text in an inventory of the object and its copy.
func (s *sample) swap(from, to string) {
	s.t.Helper()
	text := s.read("inventory.json")
	if !strings.Contains(text, from) {
		s.t.Fatalf("the inventory has no %s", from)
	}
	text = strings.ReplaceAll(text, from, to)
	s.inventory("", text)
	s.inventory("v3/", text)
}

func version(inv obj, name string) obj { return inv["versions"].(obj)[name].(obj) }
func manifest(inv obj) obj             { return inv["manifest"].(obj) }
func digest(content string) string     { return fmt.Sprintf("%x", sha512.Sum512([]byte(content))) }
func fixity(algorithm, sum string, paths ...any) func(inv obj) {
	return func(inv obj) { inv["fixity"] = obj{algorithm: obj{sum: paths}} }
}

// to10 makes the object one of OCFL 1.0.
func (s *sample) to10() {
	s.t.Helper()
	s.remove("0=ocfl_object_1.1")
	s.write("0=ocfl_object_1.0", "ocfl_object_1.0\n")
	for _, in := range []string{"v1/", "v2/", ""} {
		s.editAt(in, func(inv obj) { inv["type"] = "https://ocfl.io/1.0/spec/#inventory" })
	}
	s.inventory("v3/", s.read("inventory.json"))
}

// TestCodes breaks one rule of the specification after the other. Each object has
// the codes that are named (what follows from the damage may bring further ones).
func TestCodes(t *testing.T) {
	t.Parallel()
	master := "v1/content/masters/a1/IMG_0001.tif"
	tests := []struct {
		codes  string
		name   string
		damage func(s *sample)
	}{
		{"", "valid", func(*sample) {}},
		{"", "valid 1.0", func(s *sample) { s.to10() }},
		{"", "logs and a registered extension", func(s *sample) {
			s.write("logs/2026.txt", "checked")
			s.write("extensions/0005-mutable-head/head/x", "x")
		}},
		{"", "all digests of the fixity block", func(s *sample) {
			blake, _ := blake2b.New(20, nil)
			blake.Write([]byte("pixels"))
			b384, b256, half := blake2b.Sum384([]byte("pixels")), blake2b.Sum256([]byte("pixels")), sha512.Sum512_256([]byte("pixels"))
			s.edit(func(inv obj) {
				inv["fixity"] = obj{
					"md5": obj{fmt.Sprintf("%X", md5.Sum([]byte("pixels"))): []any{master}}, "sha1": obj{fmt.Sprintf("%x", sha1.Sum([]byte("pixels"))): []any{master}},
					"sha256": obj{fmt.Sprintf("%x", sha256.Sum256([]byte("pixels"))): []any{master}}, "sha512": obj{digest("pixels"): []any{master}},
					"blake2b-512": obj{fmt.Sprintf("%x", blake2b.Sum512([]byte("pixels"))): []any{master}}, "blake2b-160": obj{fmt.Sprintf("%x", blake.Sum(nil)): []any{master}},
					"blake2b-384": obj{fmt.Sprintf("%x", b384): []any{master}}, "blake2b-256": obj{fmt.Sprintf("%x", b256): []any{master}},
					"sha512/256": obj{fmt.Sprintf("%x", half): []any{master}}, "size": obj{"6": []any{master}},
				}
			})
		}},
		{"", "digests in capitals", func(s *sample) {
			text := s.read("inventory.json")
			for _, content := range []string{"version 1", "version 2", "version 3", "pixels"} {
				text = strings.ReplaceAll(text, digest(content), strings.ToUpper(digest(content)))
			}
			s.inventory("", text)
			s.inventory("v3/", text)
		}},
		{"E001", "a file in the object", func(s *sample) { s.write("notes.txt", "x") }},
		{"E001", "a folder in the object", func(s *sample) { s.write("notes/x.txt", "x") }},
		{"E001", "an empty folder in the object", func(s *sample) { _ = os.Mkdir(s.path("notes"), 0o750) }},
		{"E001 E046", "a version that the inventory has not", func(s *sample) { s.write("v4/content/x", "x") }},
		{"E003", "no declaration", func(s *sample) { s.remove("0=ocfl_object_1.1") }},
		{"E003", "two declarations", func(s *sample) { s.write("0=ocfl_object_1.0", "ocfl_object_1.0\n") }},
		{"E003 E004", "an unknown version in the declaration", func(s *sample) {
			s.write("0=ocfl_object_9.9", "ocfl_object_9.9\n")
		}},
		{"E001 E003 E005", "another tag in the declaration", func(s *sample) { s.rename("0=ocfl_object_1.1", "1=ocfl_object_1.1") }},
		{"E001 E003 E006", "another name in the declaration", func(s *sample) { s.rename("0=ocfl_object_1.1", "0=ocfl_objekt_1.1") }},
		{"E007", "no newline in the declaration", func(s *sample) { s.write("0=ocfl_object_1.1", "ocfl_object_1.1") }},
		{"E008 E107", "no version", func(s *sample) { s.editAt("", func(inv obj) { inv["versions"] = obj{} }) }},
		{"E009", "it begins with version 2", func(s *sample) {
			s.edit(func(inv obj) { delete(inv["versions"].(obj), "v1"); delete(manifest(inv), digest("version 1")) })
		}},
		{"E010", "a version is left out", func(s *sample) {
			s.edit(func(inv obj) { delete(inv["versions"].(obj), "v2"); delete(manifest(inv), digest("version 2")) })
		}},
		{"E010", "the directory of a version is gone", func(s *sample) { s.remove("v2") }},
		{"E009", "the directory of the first version is gone", func(s *sample) { s.remove("v1") }},
		{"E012", "two ways to name versions", func(s *sample) {
			s.rename("v3", "v003")
			s.editAt("", func(inv obj) {
				inv["head"] = "v003"
				versions := inv["versions"].(obj)
				versions["v003"] = versions["v3"]
				delete(versions, "v3")
				manifest(inv)[digest("version 3")] = []any{"v003/content/metadata.json"}
			})
			s.inventory("v003/", s.read("inventory.json"))
		}},
		{"E014", "a content path by another name of its version", func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"v01/content/masters/a1/IMG_0001.tif"} })
		}},
		{"E015", "a file in the directory of a version", func(s *sample) { s.write("v2/readme.txt", "x") }},
		{"E016", "no content directory", func(s *sample) { s.rename("v2/content", "v2/stuff") }},
		{"E017 E108", "a content directory with a slash", func(s *sample) { s.edit(func(inv obj) { inv["contentDirectory"] = "a/b" }) }},
		{"E018", "the content directory ..", func(s *sample) { s.edit(func(inv obj) { inv["contentDirectory"] = ".." }) }},
		{"E108", "a content directory without a name", func(s *sample) { s.edit(func(inv obj) { inv["contentDirectory"] = "" }) }},
		{"E019", "a content directory that the first version has not", func(s *sample) { s.edit(func(inv obj) { inv["contentDirectory"] = "stuff" }) }},
		{"E019 E020", "a content directory that changes", func(s *sample) {
			s.editAt("v1/", func(inv obj) { inv["contentDirectory"] = "content" })
			s.editAt("v2/", func(inv obj) { inv["contentDirectory"] = "stuff" })
			s.edit(func(inv obj) { inv["contentDirectory"] = "content" })
		}},
		{"E023", "a file that the manifest has not", func(s *sample) { s.write("v3/content/extra.txt", "x") }},
		{"E023", "a file that an earlier manifest has not", func(s *sample) {
			s.editAt("v2/", func(inv obj) {
				delete(manifest(inv), digest("pixels"))
				for _, v := range []string{"v1", "v2"} {
					delete(version(inv, v)["state"].(obj), digest("pixels"))
				}
			})
		}},
		{"E024", "an empty folder in the content", func(s *sample) { _ = os.MkdirAll(s.path("v2/content/a/b"), 0o750) }},
		{"E025", "md5 as the digest algorithm", func(s *sample) { s.edit(func(inv obj) { inv["digestAlgorithm"] = "md5" }) }},
		{"E029", "a SHA-1 that is none", func(s *sample) { s.edit(fixity("sha1", "xyz", master)) }},
		{"E030", "a SHA-256 that is none", func(s *sample) { s.edit(fixity("sha256", "abcd", master)) }},
		{"E031", "a SHA-512 that is none", func(s *sample) { s.edit(fixity("sha512", "ab cd", master)) }},
		{"E032", "a BLAKE2b that is none", func(s *sample) { s.edit(fixity("blake2b-512", "0x12", master)) }},
		{"E033", "broken JSON", func(s *sample) { s.inventory("", "{") }},
		{"E033", "an array for an inventory", func(s *sample) { s.inventory("", "[]") }},
		{"E033", "not UTF-8", func(s *sample) { s.swap("step 1", "step \xff") }},
		{"E033", "a key twice", func(s *sample) { s.swap(`"head":`, `"head": "v3", "head":`) }},
		{"E033", "more after the end", func(s *sample) { s.inventory("", s.read("inventory.json")+"{}") }},
		{"E033", "deep nesting", func(s *sample) { s.swap(`"ana"`, strings.Repeat("[", 100)+strings.Repeat("]", 100)) }},
		{"E034 E063", "an inventory of another name", func(s *sample) { s.rename("inventory.json", "Inventory.JSON") }},
		{"E035 E042", "another separator", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{`v1\content\x`} }) }},
		{"E036", "no id", func(s *sample) { s.edit(func(inv obj) { delete(inv, "id") }) }},
		{"E036", "no type", func(s *sample) { s.edit(func(inv obj) { delete(inv, "type") }) }},
		{"E036", "no digest algorithm", func(s *sample) { s.edit(func(inv obj) { delete(inv, "digestAlgorithm") }) }},
		{"E036", "no head", func(s *sample) { s.edit(func(inv obj) { delete(inv, "head") }) }},
		{"E037", "an empty id", func(s *sample) { s.edit(func(inv obj) { inv["id"] = "" }) }},
		{"E033 E037", "a number for an id", func(s *sample) { s.edit(func(inv obj) { inv["id"] = 12 }) }},
		{"E037 E110", "an id that changes", func(s *sample) { s.editAt("v2/", func(inv obj) { inv["id"] = "urn:another" }) }},
		{"E037", "an id that changes, 1.0", func(s *sample) { s.to10(); s.editAt("v2/", func(inv obj) { inv["id"] = "urn:another" }) }},
		{"E038", "the type of another version", func(s *sample) { s.edit(func(inv obj) { inv["type"] = "https://ocfl.io/2.0/spec/#inventory" }) }},
		{"E038", "another type than is declared", func(s *sample) {
			s.remove("0=ocfl_object_1.1")
			s.write("0=ocfl_object_1.0", "ocfl_object_1.0\n")
		}},
		{"E039 E050 E107", "a digest of another algorithm", func(s *sample) {
			s.swap(`"`+digest("pixels")+"\": [\n      \"v1", `"`+digest("pixels")[:64]+"\": [\n      \"v1")
		}},
		{"E040", "a head that is not the newest", func(s *sample) { s.edit(func(inv obj) { inv["head"] = "v2" }) }},
		{"E040", "a head that is no version", func(s *sample) { s.edit(func(inv obj) { inv["head"] = "latest" }) }},
		{"E033 E040", "a number for a head", func(s *sample) { s.edit(func(inv obj) { inv["head"] = 3 }) }},
		{"E041", "no manifest", func(s *sample) { s.edit(func(inv obj) { delete(inv, "manifest") }) }},
		{"E041 E043 E044", "no versions", func(s *sample) { s.edit(func(inv obj) { delete(inv, "versions") }) }},
		{"E042", "content beside the versions", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"content/x"} }) }},
		{"E042", "content beside the content directory", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"v1/x"} }) }},
		{"E044 E045", "an array for the versions", func(s *sample) { s.edit(func(inv obj) { inv["versions"] = []any{} }) }},
		{"E046 E104", "a version named without v", func(s *sample) {
			s.edit(func(inv obj) { v := inv["versions"].(obj); v["4"] = v["v3"] })
		}},
		{"E046 E105", "version zero", func(s *sample) { s.edit(func(inv obj) { v := inv["versions"].(obj); v["v0"] = v["v3"] }) }},
		{"E046", "the directory of the newest version is gone", func(s *sample) { s.remove("v3") }},
		{"E047", "a string for a version", func(s *sample) { s.edit(func(inv obj) { inv["versions"].(obj)["v2"] = "x" }) }},
		{"E048", "a version without created", func(s *sample) { s.edit(func(inv obj) { delete(version(inv, "v2"), "created") }) }},
		{"E048", "a version without state", func(s *sample) { s.edit(func(inv obj) { delete(version(inv, "v2"), "state") }) }},
		{"E049", "a day for a time", func(s *sample) { s.swap("2026-05-18T09:01:00Z", "2026-05-18") }},
		{"E049", "a time without a zone", func(s *sample) { s.swap("2026-05-18T09:01:00Z", "2026-05-18T09:01:00") }},
		{"E049", "a time with a comma", func(s *sample) { s.swap("2026-05-18T09:01:00Z", "2026-05-18T09:01:00,5Z") }},
		{"E049", "a thirteenth month", func(s *sample) { s.swap("2026-05-18T09:01:00Z", "2026-13-18T09:01:00Z") }},
		{"E049", "a number for a time", func(s *sample) { s.edit(func(inv obj) { version(inv, "v2")["created"] = 2026 }) }},
		{"E050", "a state with a digest that the manifest has not", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["state"].(obj)[digest("none")] = []any{"none.txt"} })
		}},
		{"E050 E107", "a state with a digest in another case", func(s *sample) {
			s.edit(func(inv obj) {
				m := manifest(inv)
				m[strings.ToUpper(digest("version 3"))] = m[digest("version 3")]
				delete(m, digest("version 3"))
			})
		}},
		{"E050", "a string for a state", func(s *sample) { s.edit(func(inv obj) { version(inv, "v2")["state"] = "x" }) }},
		{"E050", "a string for logical paths", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["state"].(obj)[digest("version 3")] = "metadata.json" })
		}},
		{"E051", "a number for a logical path", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["state"].(obj)[digest("version 3")] = []any{"metadata.json", 7} })
		}},
		{"E052", "a logical path with ..", func(s *sample) { s.swap(`"masters/a1/IMG_0001.tif"`, `"masters/../IMG_0001.tif"`) }},
		{"E052", "a logical path with an empty element", func(s *sample) { s.swap(`"masters/a1/IMG_0001.tif"`, `"masters//IMG_0001.tif"`) }},
		{"E053", "a logical path that begins with a slash", func(s *sample) { s.swap(`"masters/a1/IMG_0001.tif"`, `"/masters/a1/IMG_0001.tif"`) }},
		{"E054", "a user without a name", func(s *sample) { s.edit(func(inv obj) { version(inv, "v3")["user"] = obj{"address": "mailto:a@b.c"} }) }},
		{"E054", "a string for a user", func(s *sample) { s.edit(func(inv obj) { version(inv, "v3")["user"] = "ana" }) }},
		{"E056", "an unknown algorithm in the fixity block", func(s *sample) { s.edit(fixity("crc32", "00000000", master)) }},
		{"E057", "a string in the fixity block", func(s *sample) { s.edit(func(inv obj) { inv["fixity"] = obj{"md5": "x"} }) }},
		{"E057", "a string for paths in the fixity block", func(s *sample) {
			s.edit(func(inv obj) { inv["fixity"] = obj{"md5": obj{fmt.Sprintf("%x", md5.Sum([]byte("pixels"))): master}} })
		}},
		{"E111", "an array for the fixity block", func(s *sample) { s.edit(func(inv obj) { inv["fixity"] = []any{} }) }},
		{"E057", "an array for the fixity block, 1.0", func(s *sample) { s.to10(); s.edit(func(inv obj) { inv["fixity"] = []any{} }) }},
		{"E058", "no digest beside the inventory", func(s *sample) { s.remove("inventory.json.sha512") }},
		{"E058", "no digest beside the inventory of a version", func(s *sample) { s.remove("v1/inventory.json.sha512") }},
		{"E058", "no digest beside the inventory of the newest version", func(s *sample) { s.remove("v3/inventory.json.sha512") }},
		{"E058 E059", "a digest of another algorithm beside the inventory", func(s *sample) { s.rename("inventory.json.sha512", "inventory.json.sha256") }},
		{"E060", "another digest beside the inventory", func(s *sample) { s.write("inventory.json.sha512", digest("x")+" inventory.json\n") }},
		{"E061", "only a digest beside the inventory", func(s *sample) { s.write("inventory.json.sha512", digest(s.read("inventory.json"))+"\n") }},
		{"E063", "no inventory", func(s *sample) { s.remove("inventory.json"); s.remove("inventory.json.sha512") }},
		{"E064", "a copy of the inventory that differs", func(s *sample) { s.inventory("v3/", s.read("inventory.json")+"\n") }},
		{"E066", "an earlier inventory with another state", func(s *sample) {
			s.editAt("v2/", func(inv obj) {
				st := version(inv, "v1")["state"].(obj)
				st[digest("version 2")] = st[digest("version 1")]
				delete(st, digest("version 1"))
				version(inv, "v2")["state"].(obj)[digest("version 1")] = []any{"old.json"}
			})
		}},
		{"E067", "a file among the extensions", func(s *sample) { s.write("extensions/readme.txt", "x") }},
		{"E090", "a symbolic link", func(s *sample) { _ = os.Symlink("a1/IMG_0001.tif", s.path("v1/content/masters/link")) }},
		{"E092", "other bytes than the manifest says", func(s *sample) { s.write("v2/content/metadata.json", "tampered") }},
		{"E023 E092", "content that is gone", func(s *sample) { s.remove("v1/content/masters/a1/IMG_0001.tif"); s.remove("v1/content/masters") }},
		{"E092", "a string in the manifest", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = master }) }},
		{"E093", "another MD5 in the fixity block", func(s *sample) { s.edit(fixity("md5", fmt.Sprintf("%x", md5.Sum(nil)), master)) }},
		{"E093", "another size in the fixity block", func(s *sample) { s.edit(fixity("size", "7", master)) }},
		{"E093", "fixity of what is not there", func(s *sample) { s.edit(fixity("md5", fmt.Sprintf("%x", md5.Sum(nil)), "v1/content/none")) }},
		{"E094", "a number for a message", func(s *sample) { s.edit(func(inv obj) { version(inv, "v2")["message"] = 5 }) }},
		{"E095", "a logical path twice", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["state"].(obj)[digest("pixels")] = []any{"a", "a"} })
		}},
		{"E095", "a logical path under another", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["state"].(obj)[digest("pixels")] = []any{"a", "a/b"} })
		}},
		{"E096", "a digest in both cases", func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[strings.ToUpper(digest("pixels"))] = []any{master} })
		}},
		{"E097", "a digest in both cases in the fixity block", func(s *sample) {
			sum := fmt.Sprintf("%x", md5.Sum([]byte("pixels")))
			s.edit(func(inv obj) { inv["fixity"] = obj{"md5": obj{sum: []any{master}, strings.ToUpper(sum): []any{}}} })
		}},
		{"E099", "a content path with ..", func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"v1/content/../../../x"} })
		}},
		{"E100", "a content path that begins with a slash", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"/v1/content/x"} }) }},
		{"E101", "a content path twice", func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{master, master} }) }},
		{"E101", "a content path under another", func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{master, master + "/x"} })
		}},
		{"E102", "an unknown key", func(s *sample) { s.edit(func(inv obj) { inv["comment"] = "x" }) }},
		{"E102", "an unknown key in a version", func(s *sample) { s.edit(func(inv obj) { version(inv, "v1")["comment"] = "x" }) }},
		{"E103", "a version of an older specification", func(s *sample) {
			s.editAt("v2/", func(inv obj) { inv["type"] = "https://ocfl.io/1.0/spec/#inventory" })
		}},
		{"", "first versions of an older specification", func(s *sample) {
			s.editAt("v1/", func(inv obj) { inv["type"] = "https://ocfl.io/1.0/spec/#inventory" })
		}},
		{"E106", "an array for the manifest", func(s *sample) { s.edit(func(inv obj) { inv["manifest"] = []any{} }) }},
		{"E107", "a digest that no version uses", func(s *sample) {
			s.write("v3/content/unused", "unused")
			s.edit(func(inv obj) { manifest(inv)[digest("unused")] = []any{"v3/content/unused"} })
		}},
		{"E050", "a digest that no version uses, 1.0", func(s *sample) {
			s.to10()
			s.write("v3/content/unused", "unused")
			s.edit(func(inv obj) { manifest(inv)[digest("unused")] = []any{"v3/content/unused"} })
		}},
		{"W002", "a folder in the directory of a version", func(s *sample) { s.write("v2/notes/x.txt", "x") }},
		{"W003", "an empty content directory", func(s *sample) {
			s.edit(func(inv obj) {
				version(inv, "v3")["state"] = version(inv, "v2")["state"]
				delete(manifest(inv), digest("version 3"))
			})
			s.remove("v3/content/metadata.json")
		}},
		{"W005", "an id that is no URI", func(s *sample) {
			for _, in := range []string{"v1/", "v2/"} {
				s.editAt(in, func(inv obj) { inv["id"] = "dh-220-n" })
			}
			s.edit(func(inv obj) { inv["id"] = "dh-220-n" })
		}},
		{"W007 W011", "a version without message and user", func(s *sample) {
			s.edit(func(inv obj) { delete(version(inv, "v2"), "message"); delete(version(inv, "v2"), "user") })
		}},
		{"W008", "a user without an address", func(s *sample) { s.edit(func(inv obj) { version(inv, "v3")["user"] = obj{"name": "ana"} }) }},
		{"W009", "an address that is no URI", func(s *sample) {
			s.edit(func(inv obj) { version(inv, "v3")["user"] = obj{"name": "ana", "address": "room 7"} })
		}},
		{"W010", "a version without an inventory", func(s *sample) { s.remove("v1/inventory.json"); s.remove("v1/inventory.json.sha512") }},
		{"W011", "an earlier inventory with another message", func(s *sample) {
			s.editAt("v1/", func(inv obj) { version(inv, "v1")["message"] = "another" })
		}},
		{"W013", "an unregistered extension", func(s *sample) { s.write("extensions/our-own/x", "x") }},
	}
	tried := map[string]bool{}
	for _, test := range tests {
		for _, code := range strings.Fields(test.codes) {
			tried[code] = true
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSample(t)
			test.damage(s)
			report, err := ocfl.ValidateAt(t.Context(), s.store, s.dir, ocfl.ValidateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			for _, p := range report.Problems {
				found[p.Code] = true
			}
			got := slices.Sorted(maps.Keys(found))
			for _, code := range strings.Fields(test.codes) {
				if !found[code] {
					t.Errorf("%s is not found", code)
				}
			}
			if test.codes == "" && len(got) > 0 || strings.HasPrefix(test.codes, "W") != report.Valid() && test.codes != "" {
				t.Errorf("found %v, want %s", got, test.codes)
			}
			if extra := slices.DeleteFunc(got, func(code string) bool { return strings.Contains(test.codes, code) }); len(extra) > 0 {
				t.Logf("besides %s: %v", test.codes, extra)
			}
			if t.Failed() {
				for _, p := range report.Problems {
					t.Log(p)
				}
			}
		})
	}
	if len(tried) < 80 {
		t.Errorf("only %d codes were tried", len(tried))
	}
}
