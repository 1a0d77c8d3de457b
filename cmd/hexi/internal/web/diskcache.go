package web

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// DiskCache keeps computed images in a directory, at most so many bytes of them;
// those that were asked for least lately go first. It is derived: what is lost or
// damaged is computed again, and the directory may be deleted while no server
// runs. Each server has one of its own.
//
// An image is one file,
//
//	XX/ASSET.VERSION.HASH    XX and HASH of its key
//	"HEXICACH" 0x00 0x01, length of the key (2 bytes), length of the image (8 bytes),
//	CRC-32C of all that follows (4 bytes), key, image; numbers big-endian
//
// written under another name and renamed, so that it is there whole or not at all
// where the machine keeps running; where it does not, length and checksum tell.
type DiskCache struct {
	root  *os.Root
	limit int64
	log   *slog.Logger

	mu      sync.Mutex
	entries map[string]*list.Element  // by name; of *cached
	recent  list.List                 // the latest in front
	assets  map[string]map[string]int // by asset and version: how many entries
	size    int64
	evicted int64 // entries, for whatever reason
	damaged int64
	warned  time.Time
}

// cached is one file of the cache.
type cached struct {
	name           string
	asset, version string
	size           int64
}

const (
	cacheMagic  = "HEXICACH\x00\x01"
	cacheHeader = len(cacheMagic) + 2 + 8 + 4
	cacheTemp   = ".hexi-tmp-"
	cacheTouch  = time.Hour // as exactly is noted when an entry was last asked for
)

// OpenDiskCache opens a cache in a directory, making it if it does not exist, and
// finds what earlier servers left in it.
func OpenDiskCache(path string, limit int64, log *slog.Logger) (*DiskCache, error) {
	if err := os.MkdirAll(path, 0o750); err != nil {
		return nil, fmt.Errorf("make cache directory: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open cache directory: %w", err)
	}
	c := &DiskCache{root: root, limit: limit, log: log, entries: map[string]*list.Element{}, assets: map[string]map[string]int{}}
	if err := c.scan(); err != nil {
		return nil, errors.Join(fmt.Errorf("look through cache directory: %w", err), root.Close())
	}
	return c, nil
}

// Close releases the directory.
func (c *DiskCache) Close() error { return c.root.Close() }

// scan takes up what is in the directory, and clears unfinished writes away.
// Files of others stay.
func (c *DiskCache) scan() error {
	type found struct {
		cached
		at time.Time
	}
	var all []found
	folders, err := fs.ReadDir(c.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if !folder.IsDir() || len(folder.Name()) != 2 {
			continue
		}
		files, err := fs.ReadDir(c.root.FS(), folder.Name())
		if err != nil {
			return err
		}
		for _, f := range files {
			name := folder.Name() + "/" + f.Name()
			if strings.HasPrefix(f.Name(), cacheTemp) {
				_ = c.root.Remove(name) // tried again at the next start
				continue
			}
			info, err := f.Info()
			parts := strings.Split(f.Name(), ".")
			if err != nil || !info.Mode().IsRegular() || len(parts) != 3 {
				continue
			}
			all = append(all, found{cached{name, parts[0], parts[1], info.Size()}, info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b found) int { return a.at.Compare(b.at) })
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range all {
		c.add(f.cached)
	}
	c.trim()
	return nil
}

// name is the file of a key.
func cacheName(asset, version, key string) string {
	sum := sha256.Sum256([]byte(asset + "\x00" + version + "\x00" + key))
	hash := hex.EncodeToString(sum[:16])
	return hash[:2] + "/" + asset + "." + version + "." + hash
}

// get returns an image, if it is there and undamaged.
func (c *DiskCache) get(asset, version, key string) ([]byte, bool) {
	name := cacheName(asset, version, key)
	c.mu.Lock()
	e, ok := c.entries[name]
	if ok {
		c.recent.MoveToFront(e)
	}
	c.mu.Unlock()
	if !ok {
		return nil, false
	}
	data, err := c.read(name, key)
	if err == nil {
		return data, true
	}
	if !errors.Is(err, fs.ErrNotExist) {
		c.log.Warn("a file of the cache cannot be used and is computed again", "file", name, "error", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := c.entries[name]; ok && now == e {
		c.damaged++
		c.remove(e)
	}
	return nil, false
}

var errCacheFile = errors.New("the file is damaged")

func (c *DiskCache) read(name, key string) ([]byte, error) {
	f, err := c.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	rest := int64(len(key)) + 1 // an image has one byte at least
	if info.Size() < int64(cacheHeader)+rest || info.Size() > c.limit {
		return nil, errCacheFile
	}
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, err
	}
	head, body := b[:cacheHeader], b[cacheHeader:]
	n := len(cacheMagic)
	if string(head[:n]) != cacheMagic || int(binary.BigEndian.Uint16(head[n:])) != len(key) ||
		binary.BigEndian.Uint64(head[n+2:]) != uint64(len(body)-len(key)) || string(body[:len(key)]) != key ||
		binary.BigEndian.Uint32(head[n+10:]) != crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) {
		return nil, errCacheFile
	}
	if now := time.Now(); now.Sub(info.ModTime()) > cacheTouch {
		_ = c.root.Chtimes(name, now, now) // only the order of eviction after a restart
	}
	return body[len(key):], nil
}

// put keeps an image. What does not fit, or cannot be written, is not kept.
func (c *DiskCache) put(asset, version, key string, data []byte) {
	size := int64(cacheHeader + len(key) + len(data))
	if len(data) == 0 || len(key) > 0xffff || size > c.limit/8 {
		return
	}
	name := cacheName(asset, version, key)
	if err := c.write(name, key, data); err != nil {
		c.mu.Lock()
		quiet := time.Since(c.warned) < time.Minute
		if !quiet {
			c.warned = time.Now()
		}
		c.mu.Unlock()
		if !quiet { // a full disk fails every time
			c.log.Warn("an image could not be written into the cache", "file", name, "error", err)
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(cached{name, asset, version, size})
	c.trim()
}

func (c *DiskCache) write(name, key string, data []byte) (err error) {
	folder := filepath.Dir(name)
	if err := c.root.Mkdir(folder, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	temp := folder + "/" + cacheTemp + rand.Text()
	f, err := c.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.root.Remove(temp))
		}
	}()
	head := make([]byte, 0, cacheHeader+len(key))
	head = append(head, cacheMagic...)
	head = binary.BigEndian.AppendUint16(head, uint16(len(key)))
	head = binary.BigEndian.AppendUint64(head, uint64(len(data)))
	table := crc32.MakeTable(crc32.Castagnoli)
	head = binary.BigEndian.AppendUint32(head, crc32.Update(crc32.Checksum([]byte(key), table), table, data))
	head = append(head, key...)
	_, err = f.Write(head)
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return c.root.Rename(temp, name)
}

// add notes an entry as the latest.
func (c *DiskCache) add(e cached) {
	if old, ok := c.entries[e.name]; ok {
		c.forget(old)
	}
	c.entries[e.name] = c.recent.PushFront(&e)
	if c.assets[e.asset] == nil {
		c.assets[e.asset] = map[string]int{}
	}
	c.assets[e.asset][e.version]++
	c.size += e.size
}

// forget takes an entry off the books, and leaves its file.
func (c *DiskCache) forget(element *list.Element) *cached {
	e, _ := c.recent.Remove(element).(*cached) // nothing else is put in
	delete(c.entries, e.name)
	if c.assets[e.asset][e.version]--; c.assets[e.asset][e.version] == 0 {
		if delete(c.assets[e.asset], e.version); len(c.assets[e.asset]) == 0 {
			delete(c.assets, e.asset)
		}
	}
	c.size -= e.size
	return e
}

func (c *DiskCache) remove(element *list.Element) {
	e := c.forget(element)
	c.evicted++
	if err := c.root.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.log.Warn("a file of the cache cannot be removed", "file", e.name, "error", err)
	}
}

// trim removes what is too much.
func (c *DiskCache) trim() {
	for c.size > c.limit {
		c.remove(c.recent.Back())
	}
}

// keep removes the images of all other versions of an asset.
func (c *DiskCache) keep(asset, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	versions := c.assets[asset]
	if len(versions) == 0 || len(versions) == 1 && versions[version] > 0 {
		return
	}
	for e := c.recent.Front(); e != nil; {
		next := e.Next()
		if one, _ := e.Value.(*cached); one.asset == asset && one.version != version {
			c.remove(e)
		}
		e = next
	}
}

// diskState is what the metrics tell.
type diskState struct{ size, entries, evicted, damaged int64 }

func (c *DiskCache) state() diskState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return diskState{c.size, int64(len(c.entries)), c.evicted, c.damaged}
}
