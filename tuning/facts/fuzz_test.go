package facts

import (
	"math"
	"testing"
)

func FuzzParseList(f *testing.F) {
	f.Add("0-3,8")
	f.Add("0-15:2/4")
	f.Add("0-99999999999")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range parseList(text) {
			if n < 0 {
				t.Fatalf("%q has %d", text, n)
			}
		}
		if len(parseList(text)) > maxListed {
			t.Fatalf("%q has too many", text)
		}
	})
}

func FuzzMounts(f *testing.F) {
	f.Add(`36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/ro\040ot rw,errors=continue`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range parseMountinfo(text) {
			mountOf([]mount{m}, "/var/lib/mysql")
			m.option("upperdir")
		}
		parseMounts(text)
	})
}

func FuzzLimits(f *testing.F) {
	f.Add("9223372036854771712")
	f.Add("50%")
	f.Add("3.5G")
	f.Add("infinity")
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range parseLimit(text, "test") {
			if l.Bytes <= 0 || l.Bytes >= noLimit {
				t.Fatalf("%q is %d", text, l.Bytes)
			}
		}
		if n, ok := systemdSize(text, math.MaxInt32); ok && (n < 0 || n >= noLimit) {
			t.Fatalf("%q is %d", text, n)
		}
		parseMembership(text)
		parseUnit(text, "test")
		sliceFolder(text)
	})
}

func TestSystemdSize(t *testing.T) {
	for text, want := range map[string]int64{"1024": 1024, "4G": 4 << 30, "1.5K": 1536, "50%": 500, "infinity": 0, "-1": 0, "200%": 0, "": 0, "max": 0} {
		if n, _ := systemdSize(text, 1000); n != want {
			t.Errorf("%q is %d, want %d", text, n, want)
		}
	}
}

func TestSliceFolder(t *testing.T) {
	for name, want := range map[string]string{"system.slice": "/system.slice", "a-b-c.slice": "/a.slice/a-b.slice/a-b-c.slice", "-.slice": "/"} {
		if got := sliceFolder(name); got != want {
			t.Errorf("%s lies in %s, want %s", name, got, want)
		}
	}
}
