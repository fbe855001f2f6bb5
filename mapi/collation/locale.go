package collation

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Locale orders strings by the rules of one language.
type Locale struct {
	name string
	tag  language.Tag
	pool sync.Pool // of *collator
}

// collator is what one comparison needs; it serves one goroutine at a time.
type collator struct {
	*collate.Collator
	buf collate.Buffer
}

// New makes a locale from a name such as en_US or de-DE; an error says that the name
// is not well-formed. A language without rules of its own gets the root order.
func New(name string) (*Locale, error) {
	base, _, _ := strings.Cut(name, ".") // de_DE.UTF-8
	tag, err := language.Parse(strings.ReplaceAll(base, "_", "-"))
	if err != nil {
		return nil, fmt.Errorf("collation: locale %q: %w", name, err)
	}
	l := &Locale{name: tag.String(), tag: tag}
	l.pool.New = func() any { return &collator{Collator: collate.New(tag)} }
	return l, nil
}

// Name is the locale's BCP 47 name; equal names mean equal keys.
func (l *Locale) Name() string { return l.name }

func (l *Locale) get() *collator { return l.pool.Get().(*collator) }

func (l *Locale) put(c *collator) {
	c.buf.Reset()
	l.pool.Put(c)
}

// Locales finds locales by Windows locale id and makes each of them once.
type Locales struct {
	fallback *Locale

	mu     sync.RWMutex
	byLCID map[uint32]*Locale
}

// NewLocales makes a registry whose default is the locale of the setting default_sort_locale_id.
func NewLocales(defaultName string) (*Locales, error) {
	l, err := New(defaultName)
	if err != nil {
		return nil, err
	}
	return &Locales{fallback: l, byLCID: make(map[uint32]*Locale)}, nil
}

// Default is the locale of stores without one of their own.
func (r *Locales) Default() *Locale { return r.fallback }

// ByLCID is the locale of PR_SORT_LOCALE_ID, or the default if the id means nothing.
func (r *Locales) ByLCID(lcid uint32) *Locale {
	r.mu.RLock()
	l := r.byLCID[lcid]
	r.mu.RUnlock()
	if l != nil {
		return l
	}
	name, ok := lcidName(lcid)
	if !ok {
		return r.fallback
	}
	l, err := New(name)
	if err != nil {
		return r.fallback
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.byLCID[lcid]; known != nil {
		return known
	}
	r.byLCID[lcid] = l
	return l
}
