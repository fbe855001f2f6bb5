package imap_test

import (
	"maps"
	"testing"
	"time"

	"zarafa/agents/gateway/imap"
)

// metrics counts in the plainest way.
type metrics struct{ counts map[string]int }

func (m *metrics) Command(name string, _ time.Duration, ok bool) {
	m.counts[name+map[bool]string{false: " failed"}[ok]]++
}

func (m *metrics) LoggedOn(ok bool) {
	m.counts[map[bool]string{true: "logged on", false: "refused"}[ok]]++
}

// Commands are counted by their names, and those that a client makes up by one.
func TestMetrics(t *testing.T) {
	m := &metrics{counts: make(map[string]int)}
	attack(t, imap.Options{Metrics: m, MaxFailed: 10}, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user wrong\r\na LOGIN user secret\r\na NOOP\r\na NOOP\r\na MADEUP 1\r\na UID FETCH 1 FLAGS\r\na UID MADEUP\r\n")
		p.rest()
	})
	want := map[string]int{
		"refused": 1, "logged on": 1, "LOGIN": 1, "LOGIN failed": 1, "NOOP": 2, "unknown failed": 2, "UID FETCH failed": 1,
	}
	if !maps.Equal(m.counts, want) {
		t.Errorf("counted %v, want %v", m.counts, want)
	}
}
