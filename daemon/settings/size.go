package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseSize reads a number of bytes with an optional k, m or g (powers of 1024,
// either case).
func ParseSize(text string) (int64, error) {
	digits, unit := text, int64(1)
	if text != "" {
		switch text[len(text)-1] {
		case 'k', 'K':
			unit = 1 << 10
		case 'm', 'M':
			unit = 1 << 20
		case 'g', 'G':
			unit = 1 << 30
		}
		if unit > 1 {
			digits = strings.TrimRight(text[:len(text)-1], " \t")
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a size; write bytes, or a number with k, m or g such as 256m", text)
	}
	if n > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is larger than any machine; write a smaller size", text)
	}
	return n * unit, nil
}

// FormatSize writes bytes with the largest suffix that loses nothing.
func FormatSize(bytes int64) string {
	for _, u := range []struct {
		unit   int64
		suffix string
	}{{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}} {
		if bytes >= u.unit && bytes%u.unit == 0 {
			return strconv.FormatInt(bytes/u.unit, 10) + u.suffix
		}
	}
	return strconv.FormatInt(bytes, 10)
}
