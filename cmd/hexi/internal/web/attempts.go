package web

import (
	"context"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/time/rate"
)

// The limits of signing in. To compare a password takes 64 MiB and tens of
// milliseconds (argon2id), so that no more are compared at a time than hashesAtOnce
// and few wait for it; what is beyond is told to come again.
const (
	hashesAtOnce  = 1
	hashesWaiting = 8
	waitForHash   = 3 * time.Second
)

// attempts slows the guessing of passwords down: a few at once for each name and
// for each address, then one every so many seconds.
type attempts struct {
	names, addresses limiters
	places           chan struct{} // one for each password that is being compared
	queue            chan struct{} // one for each that waits or is being compared
}

func newAttempts() *attempts {
	return &attempts{
		names:     limiters{every: 10 * time.Second, burst: 6, seed: maphash.MakeSeed()},
		addresses: limiters{every: 2 * time.Second, burst: 20, seed: maphash.MakeSeed()},
		places:    make(chan struct{}, hashesAtOnce), queue: make(chan struct{}, hashesAtOnce+hashesWaiting),
	}
}

// limiters holds one limit for each of many keys in memory that does not grow:
// where two keys meet in one slot, which their senders cannot bring about, they
// share its limit.
type limiters struct {
	every time.Duration
	burst int
	seed  maphash.Seed

	mu    sync.Mutex
	slots [4096]*rate.Limiter
}

func (l *limiters) allow(key string) bool {
	slot := maphash.String(l.seed, key) % uint64(len(l.slots))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slots[slot] == nil {
		l.slots[slot] = rate.NewLimiter(rate.Every(l.every), l.burst)
	}
	return l.slots[slot].Allow()
}

// remote returns what the attempts of a client are counted under: its address, of
// IPv6 the network. A peer in the same house is taken for a proxy, which names the
// client at the end of X-Forwarded-For.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap(); address.IsLoopback() || address.IsPrivate() {
		forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		last := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
		if client, err := netip.ParseAddr(last); err == nil {
			address = client.Unmap()
		}
	}
	if address.Is6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}

// dummyHash takes as long to compare with as a real one, so that the time of an
// answer does not tell which names exist.
const dummyHash = "$argon2id$v=19$m=65536,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// rightPassword compares a password with a hash, "" for someone who has none, when
// it is its turn. Where too many wait the answer is busy.
func (a *attempts) rightPassword(ctx context.Context, password, hash string) (bool, error) {
	crowded := busy(5, "Too many people are signing in; try again in a moment.")
	select {
	case a.queue <- struct{}{}:
		defer func() { <-a.queue }()
	default:
		return false, crowded
	}
	wait := time.NewTimer(waitForHash)
	defer wait.Stop()
	select {
	case a.places <- struct{}{}:
		defer func() { <-a.places }()
	case <-wait.C:
		return false, crowded
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if hash == "" {
		_, _ = argon2id.ComparePasswordAndHash(password, dummyHash) // for its time only
		return false, nil
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return err == nil && ok, nil
}
