package editdistance

import "testing"

func TestWithin(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "a", 0}, {"budget", "budgets", 1}, {"budget", "badget", 1}, {"budget", "budgte", 2}, {"会議", "会社", 1}, {"kitten", "sitting", 3}, {"a", "abcdef", 3},
	} {
		if got := Within([]rune(tc.a), []rune(tc.b), 2); got != tc.want {
			t.Errorf("%q and %q: %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
