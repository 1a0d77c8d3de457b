//go:build large

package raster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What an ingest of any size may take. Memory is what the kernel has kept as the most
// that was resident of each process (VmHWM): what it has of its own, and the pages of
// files that it runs or has mapped. The pages of the program and of its libraries are
// the same in all of its processes, and are counted once. The maximum that wait4 gives (ru_maxrss) is of
// no use: it begins with that of the process that started the program.
const (
	largeMemory  = 200 << 20 // bytes, of all processes together
	largeScratch = 1.5       // times the access copy
)

// TestLarge takes masters of a gigapixel, a scroll and a panorama through the real
// program, HEXI_BIN, so that they are decoded in a child process: what comes out is
// right, and neither memory nor scratch space goes with the size. It does not look at
// the clock. make test-large runs it.
func TestLarge(t *testing.T) {
	program := os.Getenv("HEXI_BIN")
	if program == "" {
		t.Fatal("HEXI_BIN does not name the program; make test-large does")
	}
	proPhoto, adobe := spaces()[1], spaces()[0]
	for _, m := range []struct {
		name string
		largeTIFF
	}{
		{"a gigapixel, LZW", largeTIFF{width: 40000, height: 25000, bits: 16, lzw: true, space: proPhoto}},
		{"a gigapixel, uncompressed", largeTIFF{width: 40000, height: 25000, bits: 16, space: adobe}},
		{"a tall scroll", largeTIFF{width: 3000, height: 60000, bits: 8, lzw: true, space: adobe}},
		{"a wide panorama", largeTIFF{width: 70000, height: 2500, bits: 8, space: proPhoto}},
	} {
		t.Run(m.name, func(t *testing.T) {
			dir := t.TempDir()
			raw := int64(m.width) * int64(m.height) * int64(3*m.bits/8)
			var fs syscall.Statfs_t
			if err := syscall.Statfs(dir, &fs); err != nil {
				t.Fatal(err)
			}
			if free, need := int64(fs.Bavail)*fs.Bsize, 2*raw+2<<30; free < need { // the master, its copy in the archive, the access copy
				t.Fatalf("%s has %d GB free, and this takes %d GB: name another directory by TMPDIR", dir, free>>30, need>>30)
			}
			master := filepath.Join(dir, "master.tif")
			if err := m.write(master); err != nil {
				t.Fatal(err)
			}
			scratch, temp, data := filepath.Join(dir, "scratch"), filepath.Join(dir, "temp"), filepath.Join(dir, "data")
			for _, d := range []string{scratch, temp} {
				if err := os.Mkdir(d, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), program, "ingest", master, "--collection", "dunhuang", "--data", data, "--scratch", scratch, "--json")
			cmd.Env = append(os.Environ(), "TMPDIR="+temp)
			var said, complained bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &complained
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			w := watch(cmd.Process.Pid, scratch, temp)
			err := cmd.Wait()
			w.end()
			if err != nil {
				t.Fatalf("%v: %s %s", err, &said, &complained)
			}
			var report struct{ Assets map[string]int }
			if err := json.Unmarshal(said.Bytes(), &report); err != nil || report.Assets["ready"] != 1 {
				t.Fatalf("%v: %s", err, &said)
			}
			a := openLarge(t, data)
			m.compare(t, a)
			// No more than this did both ever have together.
			most := w.parent + w.child - w.shared
			t.Logf("peak memory: %d MB in the program, %d MB in its child, %d MB of both the same pages; scratch %d MB, access copy %d MB, master %d MB",
				w.parent>>20, w.child>>20, w.shared>>20, w.scratch>>20, len(a.tiff)>>20, m.size>>20)
			if w.child == 0 {
				t.Error("no child process was seen")
			}
			if most > largeMemory {
				t.Errorf("it takes up to %d MB of memory", most>>20)
			}
			if limit := int64(largeScratch * float64(len(a.tiff))); w.scratch > limit || w.scratch == 0 {
				t.Errorf("it takes %d MB of scratch space; the access copy has %d MB", w.scratch>>20, len(a.tiff)>>20)
			}
			for _, d := range []string{scratch, temp} {
				left, err := os.ReadDir(d)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range left {
					t.Errorf("%s is left behind", f.Name())
				}
			}
		})
	}
}

// watcher looks at a program while it runs.
type watcher struct {
	stop, done    chan struct{}
	parent, child int64 // the most bytes that a process of theirs had resident
	scratch       int64 // the most bytes of disk that were seen
	shared        int64 // bytes of the program and its libraries that both it and its child had resident
}

func watch(pid int, dirs ...string) *watcher {
	w := &watcher{stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for n := 0; ; {
			select {
			case <-w.stop:
				return
			case <-ticker.C:
				w.parent = max(w.parent, peakOf(pid))
				w.scratch = max(w.scratch, openIn(pid, dirs))
				n++
				for _, child := range childrenOf(pid) {
					w.child = max(w.child, peakOf(child))
					if n%50 == 0 { // it is much to read
						w.shared = max(w.shared, sharedBy(pid, child))
					}
				}
			}
		}
	}()
	return w
}

func (w *watcher) end() {
	close(w.stop)
	<-w.done
}

// peakOf is the most memory that a process had resident, in bytes, as the kernel
// has kept it (VmHWM): no sample misses a peak before it.
func peakOf(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	value, _, _ := strings.Cut(rest, "kB")
	n, _ := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	return n << 10
}

// childrenOf are the processes that a process has started.
func childrenOf(pid int) (all []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		b, err := os.ReadFile(task)
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(b)) {
			if child, err := strconv.Atoi(f); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}

// sharedBy is how many bytes two processes both have resident of the files that they
// run: the program and its libraries, where neither has changed them.
func sharedBy(pid, other int) (sum int64) {
	files := filesOf(other)
	for name, n := range filesOf(pid) {
		sum += min(n, files[name])
	}
	return sum
}

// filesOf is how many bytes of each file that a process has mapped it has resident
// and has not changed.
func filesOf(pid int) map[string]int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		return nil
	}
	files, name := map[string]int64{}, ""
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) > 1 && strings.Contains(f[0], "-") && !strings.HasSuffix(f[0], ":"): // a mapping begins
			if name = ""; len(f) == 6 && f[5][0] == '/' {
				name = f[5]
			}
		case name != "" && len(f) == 3 && (f[0] == "Shared_Clean:" || f[0] == "Private_Clean:"):
			n, _ := strconv.ParseInt(f[1], 10, 64)
			files[name] += n << 10
		}
	}
	return files
}

// openIn is how many bytes of disk the files take that a process has open in some
// directories, with or without a name.
func openIn(pid int, dirs []string) (sum int64) {
	open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, fd := range open {
		to, err := os.Readlink(fd)
		if err != nil {
			continue
		}
		for _, d := range dirs {
			if info, err := os.Stat(fd); err == nil && strings.HasPrefix(to, d+"/") {
				if s, ok := info.Sys().(*syscall.Stat_t); ok {
					sum += s.Blocks * 512
				}
			}
		}
	}
	return sum
}

// openLarge opens the one access copy of an archive.
func openLarge(t *testing.T, data string) *access {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(data, "objects", "access", "*", "sidecar"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%d access copies, %v", len(found), err)
	}
	sidecar, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return readBack(t, filepath.Join(filepath.Dir(found[0]), "pyramid.tif"), Result{Sidecar: sidecar})
}

// compare holds samples of the picture, at every level, to what was drawn.
func (m *largeTIFF) compare(t *testing.T, a *access) {
	t.Helper()
	g := a.ix.Geometry()
	if g.Width != m.width || g.Height != m.height {
		t.Fatalf("it has become %d × %d", g.Width, g.Height)
	}
	wrong := 0
	for k := 0; k < g.Levels && largeField>>k >= 32; k++ { // as long as a field is wider than what blurs
		cols, rows := g.Grid(k)
		for row := 0; row < rows; row += max(1, rows/9) {
			for col := 0; col < cols; col += max(1, cols/9) {
				wrong += m.compareTile(t, a, k, col, row)
			}
		}
		wrong += m.compareTile(t, a, k, cols-1, rows-1)
	}
	if wrong > 0 {
		t.Errorf("%d samples are wrong", wrong)
	}
}

func (m *largeTIFF) compareTile(t *testing.T, a *access, k, col, row int) (wrong int) {
	t.Helper()
	ref, err := a.ix.Tile(k, col, row)
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.ReadTile(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	pixels := toNRGBA(img)
	size := a.ix.Geometry().TileSize
	for y := 0; y < ref.Height; y++ {
		for x := 0; x < ref.Width; x++ {
			// The middle of a field of the master.
			fx, fy := (col*size+x)<<k, (row*size+y)<<k
			if fx%largeField>>k != largeField/2>>k || fy%largeField>>k != largeField/2>>k {
				continue
			}
			if x < 8 || y < 8 || x+8 > ref.Width || y+8 > ref.Height {
				continue // what is around it lies in another tile
			}
			got := around(pixels, x, y, 8>>k)
			if want := labOfXYZ(m.space.xyz(m.colour(fx/largeField, fy/largeField))); deltaE2000(got, want) > 3 {
				if wrong++; wrong < 3 {
					t.Errorf("field %d,%d at level %d is %v, want %v", fx/largeField, fy/largeField, k, got, want)
				}
			}
		}
	}
	return wrong
}

// around is the mean colour of the pixels around one, whose grain it takes out.
func around(img *image.NRGBA, x, y, far int) [3]float64 {
	var sum [3]float64
	side := 2*far + 1
	for dy := range side {
		for dx := range side {
			lab := labOfSRGB(img.NRGBAAt(x-far+dx, y-far+dy))
			for c := range sum {
				sum[c] += lab[c] / float64(side*side)
			}
		}
	}
	return sum
}

// largeField is the side of the fields of one colour that a large picture is made
// of, in pixels.
const largeField = 250

// colour is the colour of a field, in samples from 0 to 1: muted ones, which sRGB
// has, and different from all around it.
func (m *largeTIFF) colour(x, y int) [3]float64 {
	part := func(n int) float64 { return math.Mod(float64(n)*0.618034, 1) }
	light := 0.3 + 0.4*part(x+3*y)
	return [3]float64{light + 0.06*part(5*x+y), light + 0.06*part(2*x+7*y), light + 0.06*part(3*x+4*y)}
}
