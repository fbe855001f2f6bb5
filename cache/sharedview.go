package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"unsafe"
)

// errLoadAbandoned tells waiting sessions that the one that was loading gave up and
// that one of them has to load.
var errLoadAbandoned = errors.New("cache: loading was abandoned")

// shared is a view's part in the registry. Methods work on a nil receiver, which
// is a private view.
type shared struct {
	owner  *Views
	view   *View
	key    ViewKey
	attach any

	loaded chan struct{} // closed when err and the rows are final
	err    error         // set before loaded is closed

	// Under View.mu:
	pending []logged // changes that arrived during the load, in order
	loading bool
	charged bool // the view's memory counts in Views.used

	// Under Views.mu:
	pins       int
	forgotten  atomic.Bool // written under Views.mu
	prev, next *shared     // in Views.idle
}

// logged is a Put or Delete that waits for the load.
type logged struct {
	row    Row
	key    []byte
	remove bool
}

// sharedOverhead adds the registry's cost of a view to the view's own: the struct,
// the channel, and the entries in both maps.
const sharedOverhead = int64(unsafe.Sizeof(shared{})) + 96 + 192

func newShared(c *Views, key ViewKey, attach any) *View {
	v := NewView()
	v.shared = &shared{
		owner: c, view: v, key: key, attach: attach,
		loaded: make(chan struct{}), loading: true, charged: true, pins: 1,
	}
	c.used.Add(v.size.Add(v.shared.overhead()))
	return v
}

// Attach is what the creating call of [Views.Open] was given; nil for a private view.
func (v *View) Attach() any {
	if v.shared == nil {
		return nil
	}
	return v.shared.attach
}

// Key names a shared view; it is the zero ViewKey for a private one.
func (v *View) Key() ViewKey {
	if v.shared == nil {
		return ViewKey{}
	}
	return v.shared.key
}

// Stale reports that [Views.Drop] has forgotten the view and that it is not kept
// current any more. A private view is never stale.
func (v *View) Stale() bool { return v.shared != nil && v.shared.forgotten.Load() }

// Loaded reports that the view's rows are there; a private view's always are.
func (v *View) Loaded() bool {
	if v.shared == nil {
		return true
	}
	select {
	case <-v.shared.loaded:
		return v.shared.err == nil
	default:
		return false
	}
}

func (s *shared) overhead() int64 {
	if s == nil {
		return 0
	}
	return sharedOverhead + int64(len(s.key.Sort))
}

// wait returns when the rows are loaded, with the error of the load.
func (s *shared) wait(ctx context.Context) error {
	select {
	case <-s.loaded:
		return s.err
	default:
	}
	select {
	case <-s.loaded:
		return s.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// log keeps a change for later if the view is loading; the caller holds View.mu.
func (s *shared) log(r Row, key []byte, remove bool) bool {
	if s == nil || !s.loading {
		return false
	}
	s.pending = append(s.pending, logged{row: r, key: append([]byte(nil), key...), remove: remove})
	return true
}

// charge adds to the registry's sum; the caller holds View.mu.
func (s *shared) charge(bytes int64) {
	if s != nil && s.charged {
		s.owner.used.Add(bytes)
	}
}

// grown evicts other views if a change has made this one too large.
func (s *shared) grown() {
	if s != nil {
		s.owner.evict()
	}
}

// release ends the counting of the view's memory; the caller holds Views.mu.
func (s *shared) release() {
	s.view.mu.Lock()
	defer s.view.mu.Unlock()
	if s.charged {
		s.owner.used.Add(-s.view.size.Load())
		s.charged = false
	}
}

// load reads the rows, applies what was logged meanwhile and lets the waiting
// sessions go on. After an error the view is forgotten. A panic in the loader is
// passed on, but nobody waits for ever.
func (c *Views) load(ctx context.Context, v *View, load Loader) (err error) {
	c.counts.loads.Add(1)
	s := v.shared
	err = errLoadAbandoned
	defer func() {
		if err != nil {
			s.err = err
			if ctx.Err() != nil {
				s.err = errLoadAbandoned
			}
			c.mu.Lock()
			c.forgetLocked(v)
			c.mu.Unlock()
		}
		close(s.loaded)
		if err != nil {
			c.Close(v)
		}
		c.evict()
	}()
	var b builder
	if err = load(ctx, b.add); err == nil {
		err = s.finish(&b)
	}
	return err
}

// finish publishes the loaded rows together with the logged changes.
func (s *shared) finish(b *builder) error {
	state, arena, err := b.build()
	if err != nil {
		return err
	}
	v := s.view
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reset(state, arena)
	for _, l := range s.pending {
		if l.remove {
			v.remove(l.row)
		} else {
			v.put(l.row, l.key)
		}
	}
	s.pending, s.loading = nil, false
	return nil
}

// viewList is a list of views without allocations.
type viewList struct {
	front, back *shared
}

func (l *viewList) pushBack(s *shared) {
	s.prev, s.next = l.back, nil
	if l.back == nil {
		l.front = s
	} else {
		l.back.next = s
	}
	l.back = s
}

func (l *viewList) remove(s *shared) {
	if s.prev == nil {
		l.front = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		l.back = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.prev, s.next = nil, nil
}
