package collation_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"zarafa/mapi"
	"zarafa/mapi/collation"
)

func mustLocale(t testing.TB, name string) *collation.Locale {
	t.Helper()
	l, err := collation.New(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func str(s string) mapi.PropValue { return mapi.String(mapi.PrSubject, s) }

func TestKeysAscend(t *testing.T) {
	l := mustLocale(t, "en_US")
	f := func(name string, values ...mapi.PropValue) {
		t.Helper()
		for i := 1; i < len(values); i++ {
			a, b := l.AppendKey(nil, values[i-1], false), l.AppendKey(nil, values[i], false)
			if bytes.Compare(a, b) >= 0 {
				t.Errorf("%s: value %d does not come after value %d", name, i, i-1)
			}
			a, b = l.AppendKey(nil, values[i-1], true), l.AppendKey(nil, values[i], true)
			if bytes.Compare(a, b) <= 0 {
				t.Errorf("%s descending: value %d does not come before value %d", name, i, i-1)
			}
		}
	}
	num := mapi.PropTag(0x10000000)
	missing := mapi.Missing(mapi.PrSubject)
	f("strings", missing, str(""), str("1"), str("a"), str("A"), str("á"), str("ab"), str("b"), str("zebra"))
	f("leading signs", str("apple"), str("(banana)"), str("'cherry"))
	long := func(n int64) mapi.PropValue { return mapi.Long(num.WithType(mapi.PtLong), uint32(n)) }
	f("PT_LONG is unsigned", mapi.Missing(num), long(0), long(1), long(math.MaxInt32), long(-1))
	short := func(n int16) mapi.PropValue { return mapi.Short(num.WithType(mapi.PtI2), n) }
	f("PT_I2", short(-300), short(-1), short(0), short(256), short(300))
	double := func(n float64) mapi.PropValue { return mapi.Float(num.WithType(mapi.PtDouble), n) }
	f("PT_DOUBLE", double(math.Inf(-1)), double(-2.5), double(-1), double(0), double(1e-9), double(3))
	f("PT_BOOLEAN", mapi.Bool(num.WithType(mapi.PtBoolean), false), mapi.Bool(num.WithType(mapi.PtBoolean), true))
	bin := func(s string) mapi.PropValue { return mapi.Binary(mapi.PrEntryID, []byte(s)) }
	f("PT_BINARY", bin(""), bin("\x00"), bin("\x00\x00"), bin("\x00\x01"), bin("\x01"), bin("ab"), bin("abc"), bin("b"))
	f("PT_SYSTIME", mapi.Time(mapi.PrCreationTime, 1), mapi.Time(mapi.PrCreationTime, 1<<33))
}

func TestUnsortableCountsAsMissing(t *testing.T) {
	l := mustLocale(t, "en_US")
	missing := l.AppendKey(nil, mapi.Missing(mapi.PrSubject), false)
	for _, v := range []mapi.PropValue{
		mapi.I8(mapi.PropTag(0x10000006), 5), mapi.Strings(0x1000101F, "a"), {},
	} {
		if !bytes.Equal(l.AppendKey(nil, v, false), missing) {
			t.Errorf("%v is not sorted as missing", v.Tag)
		}
	}
}

func TestOnly255UnitsCount(t *testing.T) {
	l := mustLocale(t, "en_US")
	for _, head := range []string{strings.Repeat("ä", 255), strings.Repeat("\U0001F600", 127) + "a"} {
		if !bytes.Equal(l.AppendKey(nil, str(head+"b"), false), l.AppendKey(nil, str(head+"c"), false)) {
			t.Errorf("what follows the first 255 units changes the key (%.10s…)", head)
		}
	}
}

// TestCompactedKeysKeepTheOrder holds our shortened keys against the collator's own order.
func TestCompactedKeysKeepTheOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	letters := []rune("aAáÁbB cß1-ñéèe\u0301zZ\u0300日本Я'\x01")
	for _, name := range []string{"en-US", "de-DE", "sv-SE", "fr-CA", "ja-JP"} {
		l := mustLocale(t, name)
		c := collate.New(language.MustParse(name))
		for range 3000 {
			a, b := randomText(rng, letters), randomText(rng, letters)
			want := c.CompareString("x"+a, "x"+b)
			got := bytes.Compare(l.AppendKey(nil, str("x"+a), false), l.AppendKey(nil, str("x"+b), false))
			if want != got {
				t.Fatalf("%s: %+q and %+q compare as %d, want %d", name, a, b, got, want)
			}
		}
	}
}

func randomText(rng *rand.Rand, letters []rune) string {
	out := make([]rune, rng.IntN(6))
	for i := range out {
		out[i] = letters[rng.IntN(len(letters))]
	}
	return string(out)
}

func TestLocalesDiffer(t *testing.T) {
	words := []string{"zebra", "ängel", "apple"}
	order := func(l *collation.Locale) string {
		list := slices.Clone(words)
		slices.SortFunc(list, func(a, b string) int {
			return bytes.Compare(l.AppendKey(nil, str(a), false), l.AppendKey(nil, str(b), false))
		})
		return strings.Join(list, " ")
	}
	r, err := collation.NewLocales("en_US.UTF-8")
	if err != nil {
		t.Fatal(err)
	}
	if got := order(r.ByLCID(0x0407)); got != "ängel apple zebra" {
		t.Errorf("German: %s", got)
	}
	if got := order(r.ByLCID(0x041D)); got != "apple zebra ängel" {
		t.Errorf("Swedish: %s", got)
	}
	german := r.ByLCID(0x0407)
	if r.ByLCID(0xFFFF) != r.Default() || r.ByLCID(0x0407) != german {
		t.Error("unknown ids must give the default, known ones always the same locale")
	}
	if got := r.ByLCID(0x3C07).Name(); got != "de-DE" {
		t.Errorf("unknown German sublanguage: %s", got)
	}
	if _, err := collation.NewLocales("no such locale"); err == nil {
		t.Error("a malformed name must be refused")
	}
}

func TestPatterns(t *testing.T) {
	f := func(value, pattern string, m collation.Match, ignoreCase, want bool) {
		t.Helper()
		if got := collation.NewPattern([]byte(pattern), m, ignoreCase).Matches([]byte(value)); got != want {
			t.Errorf("%q against %q (%d, %v): %v", value, pattern, m, ignoreCase, got)
		}
	}
	f("Budget", "Budget", collation.Full, false, true)
	f("Budget", "budget", collation.Full, false, false)
	f("Budget", "budget", collation.Full, true, true)
	f("Budget", "bud", collation.Prefix, true, true)
	f("Budget", "bud", collation.Prefix, false, false)
	f("Budget", "dge", collation.Substring, false, true)
	f("Budget", "", collation.Substring, false, true)
	f("Bud", "Budget", collation.Prefix, false, false)
	f("Grüße", "GRÜSSE", collation.Substring, true, true)
	f("Gru\u0308n", "Grün", collation.Substring, false, true)
	f("Gru\u0308n", "Grün", collation.Full, false, false) // of different length in UTF-8
	f("ÄB", "äb", collation.Full, true, true)
}

func TestCompareFolded(t *testing.T) {
	l := mustLocale(t, "en_US")
	f := func(a, b string, want int) {
		t.Helper()
		if got := l.Compare(collation.Fold([]byte(a)), collation.Fold([]byte(b))); got != want {
			t.Errorf("%q and %q: %d", a, b, got)
		}
	}
	f("Alpha", "alpha", 0)
	f("alpha", "Beta", -1)
	f("é", "e", 1)
	f("e\u0301", "É", 0)
	f("STRASSE", "straße", 0)
}

func TestLocaleIsSafeForConcurrentUse(t *testing.T) {
	l := mustLocale(t, "en_US")
	want := l.AppendKey(nil, str("Quarterly report"), false)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if !bytes.Equal(l.AppendKey(nil, str("Quarterly report"), false), want) {
					t.Error("key differs")
					return
				}
			}
		})
	}
	wg.Wait()
}
