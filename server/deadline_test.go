package server

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadline compares a call's context with context.WithTimeout: before and after the time, ended early, with a
// parent that ends, and with Done asked for at once, late or never.
func TestDeadline(t *testing.T) {
	type key struct{}
	for _, asked := range []string{"at once", "late", "never"} {
		for _, way := range []string{"time", "end", "parent"} {
			t.Run(way+", Done "+asked, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, 1))
					defer cancel()
					d := withDeadline(parent, time.Minute)
					defer d.end()
					want, end := context.WithTimeout(parent, time.Minute)
					defer end()
					if asked == "at once" {
						d.Done()
					}
					check := func() {
						t.Helper()
						synctest.Wait()
						if !errors.Is(d.Err(), want.Err()) {
							t.Errorf("error %v, want %v", d.Err(), want.Err())
						}
						at, _ := d.Deadline()
						if w, _ := want.Deadline(); !at.Equal(w) || d.Value(key{}) != 1 {
							t.Errorf("deadline %v, value %v", at, d.Value(key{}))
						}
					}
					check()
					switch way {
					case "time":
						time.Sleep(time.Minute)
					case "end":
						d.end()
						end()
					case "parent":
						cancel()
					}
					check()
					if asked == "never" {
						return
					}
					child, stop := context.WithCancel(d)
					defer stop()
					select {
					case <-d.Done():
						<-child.Done()
					default:
						t.Error("not done")
					}
					check()
				})
			})
		}
	}
}

// slowParts is a request of two parts, whose pieces and parts take a while to arrive.
type slowParts struct {
	wait   time.Duration
	pieces int // of the part
	parts  int // behind it
}

func (s *slowParts) Read(p []byte) (int, error) {
	time.Sleep(s.wait)
	if s.pieces == 0 {
		return 0, io.EOF
	}
	s.pieces--
	return 1, nil
}

func (s *slowParts) NextPart() (string, error) {
	time.Sleep(s.wait)
	if s.parts == 0 {
		return "", io.EOF
	}
	s.parts--
	s.pieces = 3
	return "", nil
}

// TestDeadlineOfUpload: the time in which a request arrives does not count, what is done with it does, also between its pieces.
func TestDeadlineOfUpload(t *testing.T) {
	const limit = time.Minute
	for _, asked := range []string{"before", "within", "behind", "never"} {
		t.Run("Done asked for "+asked, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := withDeadline(context.Background(), limit)
				defer d.end()
				ask := func(when string) {
					if when == asked {
						d.Done()
					}
				}
				check := func(when string, want error) {
					t.Helper()
					synctest.Wait()
					if err := d.Err(); !errors.Is(err, want) {
						t.Errorf("%s: %v, want %v", when, err, want)
					}
				}
				ask("before")
				r := d.receiving(&slowParts{wait: 2 * limit, pieces: 3, parts: 1})
				time.Sleep(limit - 1)
				for range 2 {
					if n, err := io.Copy(io.Discard, r); n != 3 || err != nil {
						t.Fatal(n, err)
					}
					check("a part has arrived", nil)
					ask("within")
					time.Sleep(limit - 1)
					check("a part was worked on", nil)
					_, err := r.(interface{ NextPart() (string, error) }).NextPart()
					if err != nil && err != io.EOF {
						t.Fatal(err)
					}
				}
				ask("behind")
				time.Sleep(limit - 1)
				check("just before the time", nil)
				time.Sleep(time.Nanosecond)
				check("at the time", context.DeadlineExceeded)
				r.Read(make([]byte, 1))
				check("reading afterwards", context.DeadlineExceeded)
			})
		})
	}
}
