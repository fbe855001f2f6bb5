package clientupdate

import (
	"cmp"
	"strconv"
	"strings"
)

// version is the numbers of a version: major, minor, update, build.
type version []uint32

// versionParts is how many numbers count.
const versionParts = 4

// parseVersion reads "7.1.2-34567", "7,1,2,34567" and the like; ok is false if that is not what the text is.
func parseVersion(text string) (v version, ok bool) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' || r == '-' || r == ' ' }) {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || len(v) == versionParts {
			return nil, false
		}
		v = append(v, uint32(n))
	}
	return v, len(v) > 0
}

// compare is negative if v is older than w. Numbers that are not there count as 0.
func (v version) compare(w version) int {
	for i := range versionParts {
		if c := cmp.Compare(v.part(i), w.part(i)); c != 0 {
			return c
		}
	}
	return 0
}

func (v version) part(i int) uint32 {
	if i < len(v) {
		return v[i]
	}
	return 0
}

func (v version) String() string {
	parts := make([]string, len(v))
	for i, n := range v {
		parts[i] = strconv.FormatUint(uint64(n), 10)
	}
	return strings.Join(parts, ".")
}

// installerVersion is the version of an installer by its name, such as zarafaclient-7.1.2-34567.msi.
func installerVersion(name string) (version, bool) {
	base, found := strings.CutSuffix(strings.ToLower(name), ".msi")
	i := strings.IndexFunc(base, func(r rune) bool { return r >= '0' && r <= '9' })
	if !found || i <= 0 || base[i-1] != '-' {
		return nil, false
	}
	return parseVersion(base[i:])
}
