package monitor

import (
	"testing"
	"time"
)

func TestLevel(t *testing.T) {
	limits := func(size int64) Usage { return Usage{Size: size, Warn: 100, Soft: 200, Hard: 300} }
	for _, tt := range []struct {
		name string
		u    Usage
		want Level
	}{
		{"empty", limits(0), Fine},
		{"below all", limits(99), Fine},
		{"as large as the first", limits(100), Fine},
		{"above the first", limits(101), Warning},
		{"as large as the second", limits(200), Warning},
		{"above the second", limits(201), Soft},
		{"as large as the third", limits(300), Soft},
		{"above all", limits(301), Hard},
		{"no limits", Usage{Size: 1 << 50}, Fine},
		{"no size", Usage{Warn: 1}, Fine},
		{"only hard", Usage{Size: 5, Hard: 4}, Hard},
		{"only soft", Usage{Size: 5, Soft: 4}, Soft},
		{"hard below warning", Usage{Size: 5, Warn: 100, Hard: 4}, Hard},
		{"only warning", Usage{Size: 1 << 40, Warn: 4}, Warning},
	} {
		if got := tt.u.Level(); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestDue(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	large := Usage{Size: 301, Warn: 100, Soft: 200, Hard: 300}
	for _, tt := range []struct {
		name string
		u    Usage
		last time.Time
		want Level
	}{
		{"never", large, time.Time{}, Hard},
		{"just now", large, now, Fine},
		{"an hour ago", large, now.Add(-time.Hour), Fine},
		{"a moment too early", large, now.Add(-day + 2*time.Minute + time.Second), Fine},
		{"two minutes before a day", large, now.Add(-day + 2*time.Minute), Hard},
		{"a week ago", large, now.Add(-7 * day), Hard},
		{"a week ago, and small now", Usage{Size: 1, Warn: 100}, now.Add(-7 * day), Fine},
		{"by a clock that is a little ahead", large, now.Add(time.Hour), Fine},
		{"by a clock that was wrong", large, now.Add(1000 * day), Hard},
	} {
		if got := Due(tt.u, tt.last, now, day); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
