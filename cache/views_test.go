package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func loadRows(n uint32) Loader {
	return func(_ context.Context, add func(Row, []byte)) error {
		for i := range n {
			add(Row{ID: i}, binary.BigEndian.AppendUint32(nil, i))
		}
		return nil
	}
}

func mustOpen(t *testing.T, c *Views, key ViewKey, load Loader) *View {
	t.Helper()
	v, err := c.Open(t.Context(), key, nil, load)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkRegistry compares what the registry has noted with its contents.
func checkRegistry(t *testing.T, c *Views, open ...*View) {
	t.Helper()
	sum, n := int64(0), 0
	c.byKey.Range(func(key ViewKey, v *View) bool {
		sum, n = sum+v.Bytes(), n+1
		found := 0
		c.Each(key.Folder, key.Class, func(w *View) {
			if w == v {
				found++
			}
		})
		if found != 1 || v.Key() != key || v.Stale() {
			t.Errorf("%v: found %d times by Each, key %v, stale %v", key, found, v.Key(), v.Stale())
		}
		return true
	})
	for _, v := range open {
		if v.Stale() {
			sum += v.Bytes()
		}
	}
	sets := 0
	c.bySet.Range(func(_ rowSet, list []*View) bool { sets += len(list); return true })
	if st := c.Stats(); st.Bytes != sum || st.Views != n || sets != n {
		t.Errorf("stats %+v, have %d views of %d bytes, %d by folder", st, n, sum, sets)
	}
}

func TestOpenSharesAndKeeps(t *testing.T) {
	c := NewViews(1 << 20)
	key := ViewKey{Folder: 1, Class: Messages, Sort: "date"}
	a := mustOpen(t, c, key, loadRows(100))
	forbidden := func(context.Context, func(Row, []byte)) error { return errors.New("loaded twice") }
	b := mustOpen(t, c, key, forbidden)
	if a != b || a.Len() != 100 {
		t.Fatalf("views %p and %p of %d rows", a, b, a.Len())
	}
	c.Close(a)
	c.Close(b)
	if again := mustOpen(t, c, key, forbidden); again != a {
		t.Error("a closed view was not kept")
	}
	for _, other := range []ViewKey{{2, Messages, "date"}, {1, Associated, "date"}, {1, Messages, "size"}} {
		if mustOpen(t, c, other, loadRows(1)) == a {
			t.Errorf("%v shares the view of %v", other, key)
		}
	}
	checkRegistry(t, c)
}

func TestOpenLoadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewViews(1 << 20)
		loads := 0
		load := func(ctx context.Context, add func(Row, []byte)) error {
			loads++
			time.Sleep(time.Second)
			return loadRows(10)(ctx, add)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				v, err := c.Open(t.Context(), ViewKey{Folder: 1}, nil, load)
				if err != nil || v.Len() != 10 {
					t.Errorf("Open = %v %v", v, err)
					return
				}
				c.Close(v)
			})
		}
		wg.Wait()
		if loads != 1 {
			t.Errorf("loaded %d times", loads)
		}
		if st := c.Stats(); st.Loads != 1 || st.Hits != 19 {
			t.Errorf("stats %+v", st)
		}
		checkRegistry(t, c)
	})
}

// A change that is committed while the rows are read counts, whether the reading
// has seen it or not.
func TestChangesDuringLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewViews(1 << 20)
		var m model
		load := func(ctx context.Context, add func(Row, []byte)) error {
			for i := range uint32(50) {
				add(Row{ID: i}, []byte{byte(i)})
			}
			time.Sleep(time.Second)
			for i := range uint32(50) {
				add(Row{ID: 50 + i}, []byte{byte(50 + i)})
			}
			return nil
		}
		go func() {
			time.Sleep(time.Second / 2)
			synctest.Wait()
			calls := 0
			c.Each(1, Messages, func(v *View) {
				calls++
				key := []byte{200}
				for i, change := range []Change{
					v.Put(Row{ID: 3}, key), v.Delete(Row{ID: 4}), v.Put(Row{ID: 60}, key),
					v.Put(Row{ID: 1000}, []byte{1}), v.Put(Row{ID: 1001}, []byte{1}), v.Delete(Row{ID: 1001}),
				} {
					if change.Kind != Logged {
						t.Errorf("change %d: %+v, want it logged", i, change)
					}
				}
				key[0] = 0 // the caller's buffer is its own again
				if v.Len() != 0 || v.Attach() != "attached" {
					t.Errorf("a loading view has %d rows, %v", v.Len(), v.Attach())
				}
			})
			if calls != 1 {
				t.Errorf("Each found %d views", calls)
			}
		}()
		v, err := c.Open(t.Context(), ViewKey{Folder: 1}, "attached", load)
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(100) {
			m = m.with(KeyedRow{Row{ID: i}, []byte{byte(i)}})
		}
		m = m.with(KeyedRow{Row{ID: 3}, []byte{200}}).without(Row{ID: 4})
		m = m.with(KeyedRow{Row{ID: 60}, []byte{200}}).with(KeyedRow{Row{ID: 1000}, []byte{1}})
		s := v.Snapshot()
		if s.Len() != len(m) {
			t.Fatalf("%d rows, want %d", s.Len(), len(m))
		}
		for i := range m {
			checkPlace(t, s, m, i, []byte{byte(i)})
		}
		checkRegistry(t, c)
	})
}

func TestFailedLoads(t *testing.T) {
	failure := errors.New("the database is gone")
	t.Run("error goes to all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewViews(1 << 20)
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					_, err := c.Open(t.Context(), ViewKey{Folder: 1}, nil, func(context.Context, func(Row, []byte)) error {
						time.Sleep(time.Second)
						return failure
					})
					if !errors.Is(err, failure) {
						t.Errorf("Open = %v", err)
					}
				})
			}
			wg.Wait()
			if st := c.Stats(); st.Bytes != 0 || st.Views != 0 || st.Loads != 1 {
				t.Errorf("left behind: %+v", st)
			}
		})
	})
	t.Run("another takes over", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewViews(1 << 20)
			slow := func(ctx context.Context, add func(Row, []byte)) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(time.Minute):
					return loadRows(5)(ctx, add)
				}
			}
			hasty, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			go func() {
				if _, err := c.Open(hasty, ViewKey{Folder: 1}, nil, slow); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Open = %v", err)
				}
			}()
			synctest.Wait()
			v, err := c.Open(t.Context(), ViewKey{Folder: 1}, nil, slow)
			if err != nil || v.Len() != 5 {
				t.Fatalf("Open = %v %v", v, err)
			}
			checkRegistry(t, c)
		})
	})
	t.Run("waiter gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewViews(0)
			go func() {
				v, err := c.Open(t.Context(), ViewKey{Folder: 1}, nil, func(ctx context.Context, add func(Row, []byte)) error {
					time.Sleep(time.Minute)
					return loadRows(5)(ctx, add)
				})
				if err != nil || v.Len() != 5 {
					t.Errorf("Open = %v %v", v, err)
					return
				}
				c.Close(v)
			}()
			synctest.Wait()
			hasty, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := c.Open(hasty, ViewKey{Folder: 1}, nil, loadRows(1)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Open = %v", err)
			}
			time.Sleep(2 * time.Minute)
			if st := c.Stats(); st.Bytes != 0 || st.Views != 0 {
				t.Errorf("a budget of 0 keeps %+v", st)
			}
		})
	})
	t.Run("panic", func(t *testing.T) {
		c := NewViews(1 << 20)
		func() {
			defer func() { _ = recover() }()
			_, _ = c.Open(t.Context(), ViewKey{Folder: 1}, nil, func(context.Context, func(Row, []byte)) error { panic("loader") })
		}()
		if v := mustOpen(t, c, ViewKey{Folder: 1}, loadRows(5)); v.Len() != 5 {
			t.Error("the view cannot be loaded after a panic")
		}
		checkRegistry(t, c)
	})
}

// TestDropAll: a view that is open, one that is not, and one that is being loaded are read again.
func TestDropAll(t *testing.T) {
	c := NewViews(1 << 20)
	loads := 0
	open := func(folder uint32, during func()) *View {
		t.Helper()
		v, err := c.Open(t.Context(), ViewKey{Folder: folder, Class: Messages}, nil, func(_ context.Context, add func(Row, []byte)) error {
			loads++
			add(Row{ID: 1}, []byte{byte(loads)})
			if during != nil && loads%2 == 1 {
				during()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	held := open(1, nil)
	c.Close(open(2, nil))
	c.DropAll()
	if !held.Stale() {
		t.Error("an open view is taken for current")
	}
	c.Close(held)
	c.Close(open(1, nil))
	c.Close(open(2, nil))
	if loads != 4 {
		t.Errorf("%d loads, want 4", loads)
	}
	c.Close(open(3, c.DropAll))
	if loads != 6 {
		t.Errorf("%d loads, want 6: one that was under way is repeated", loads)
	}
	if n := c.Stats(); n.Views != 1 || n.Bytes <= 0 {
		t.Errorf("%+v, want the last view alone", n)
	}
}
