package web

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestFlight(t *testing.T) {
	t.Run("many wait for one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var f flight[int]
			var made atomic.Int32
			release := make(chan struct{})
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					got, err := f.do(t.Context(), "k", func(context.Context) (int, error) {
						<-release
						return int(made.Add(1)), nil
					})
					if got != 1 || err != nil {
						t.Errorf("%d, %v", got, err)
					}
				})
			}
			synctest.Wait()
			close(release)
			wg.Wait()
			if len(f.calls) != 0 {
				t.Errorf("%d calls are kept", len(f.calls))
			}
		})
	})
	t.Run("the work outlives who began it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var f flight[int]
			first, leave := context.WithCancel(t.Context())
			release := make(chan struct{})
			work := func(ctx context.Context) (int, error) {
				select {
				case <-release:
					return 7, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			}
			go func() {
				if _, err := f.do(first, "k", work); !errors.Is(err, context.Canceled) {
					t.Errorf("who left got %v", err)
				}
			}()
			synctest.Wait()
			go func() {
				if got, err := f.do(t.Context(), "k", work); got != 7 || err != nil {
					t.Errorf("who stayed got %d, %v", got, err)
				}
			}()
			synctest.Wait()
			leave()
			synctest.Wait()
			close(release)
			synctest.Wait()
		})
	})
	t.Run("the last one who leaves ends it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var f flight[int]
			ctx, leave := context.WithCancel(t.Context())
			ended := false
			for range 3 {
				go f.do(ctx, "k", func(ctx context.Context) (int, error) { //nolint:errcheck // all leave
					<-ctx.Done()
					ended = true
					return 0, ctx.Err()
				})
			}
			synctest.Wait()
			leave()
			synctest.Wait()
			if !ended {
				t.Error("it goes on for nobody")
			}
			// Who comes afterwards does not meet the ended work.
			if got, err := f.do(t.Context(), "k", func(context.Context) (int, error) { return 3, nil }); got != 3 || err != nil {
				t.Errorf("afterwards: %d, %v", got, err)
			}
		})
	})
	t.Run("a panic is an error", func(t *testing.T) {
		var f flight[int]
		_, err := f.do(t.Context(), "k", func(context.Context) (int, error) { panic("boom") })
		if err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("got %v", err)
		}
	})
}
