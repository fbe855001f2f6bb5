package gateway

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/frontend"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
)

func newDoor(t *testing.T, log *bytes.Buffer) (*door, *memory.Store, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	store := memory.New(memory.Options{})
	store.AddUser("Alice", "pässword")
	d := &door{
		users: frontend.NewCounts[string](2), slowdown: frontend.NewSlowdown(time.Now), metrics: newMetrics(registry),
		log: slog.New(slog.NewTextHandler(log, nil)),
	}
	return d, store, registry
}

// logOns gives the log-ons by result that were counted.
func logOns(t *testing.T, r *prometheus.Registry, protocol string) map[string]float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == "zarafa_gateway_logons_total" && labels["protocol"] == protocol && m.GetCounter().GetValue() > 0 {
				found[labels["result"]] = m.GetCounter().GetValue()
			}
		}
	}
	return found
}

// The limit of connections counts a user's by all protocols together; a connection that ends makes room. Passwords come in UTF-8 or as windows-1252.
func TestDoor(t *testing.T) {
	var log bytes.Buffer
	d, store, registry := newDoor(t, &log)
	logOn := func(p mailstore.Protocol, password string) (mailstore.Account, error) {
		return d.LogOn(t.Context(), mailstore.Credentials{Protocol: p, User: "Alice", Password: password})
	}
	if _, err := logOn(mailstore.IMAP, "pässword"); mailstore.CodeOf(err) != mailstore.Unavailable {
		t.Errorf("before the server has answered: %v", err)
	}
	d.open(store)
	first, err := logOn(mailstore.IMAP, "pässword")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := logOn(mailstore.POP3, "p\xe4ssword"); err != nil {
		t.Fatal(err)
	}
	if _, err := logOn(mailstore.IMAP, "pässword"); mailstore.CodeOf(err) != mailstore.Limit {
		t.Errorf("the third connection: %v", err)
	}
	if _, err := logOn(mailstore.IMAP, "wrong-one"); mailstore.CodeOf(err) != mailstore.AuthenticationFailed {
		t.Errorf("a wrong password is told apart from the limit: %v", err)
	}
	first.Close()
	first.Close() // counts once
	for range 2 {
		_, err = logOn(mailstore.IMAP, "pässword")
	}
	if mailstore.CodeOf(err) != mailstore.Limit {
		t.Errorf("one connection was given back twice: %v", err)
	}
	want := map[string]float64{logOnAway: 1, logOnAccepted: 2, logOnLimit: 2, logOnRefused: 1}
	got := logOns(t, registry, protocolIMAP)
	for result, n := range want {
		if got[result] != n {
			t.Errorf("log-ons by IMAP: %v, want %v", got, want)
			break
		}
	}
	if text := log.String(); strings.Contains(text, "ässword") || strings.Contains(text, "xe4ssword") || strings.Contains(text, "wrong-one") || !strings.Contains(text, "address=local") {
		t.Errorf("log: %s", text)
	}
}

// A client that guesses waits ever longer for the answer, however it connects; one that knows the password does not. A client that goes away is not waited for.
func TestSlowAnswers(t *testing.T) {
	var log bytes.Buffer
	d, store, _ := newDoor(t, &log)
	d.open(store)
	synctest.Test(t, func(t *testing.T) {
		logOn := func(ctx context.Context, password string) time.Duration {
			began := time.Now()
			a, err := d.LogOn(ctx, mailstore.Credentials{
				Protocol: mailstore.IMAP, User: "Alice", Password: password, Address: netip.MustParseAddr("192.0.2.1"),
			})
			if err == nil {
				a.Close()
			} else if mailstore.CodeOf(err) != mailstore.AuthenticationFailed {
				t.Error(err)
			}
			return time.Since(began)
		}
		for _, want := range []time.Duration{1, 2, 4, 8, 15, 15} {
			if got := logOn(t.Context(), "guess"); got != want*time.Second {
				t.Errorf("answered after %v, want %v", got, want*time.Second)
			}
		}
		if got := logOn(t.Context(), "pässword"); got != 0 {
			t.Errorf("the right password waits %v", got)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if got := logOn(gone, "guess"); got != 0 {
			t.Errorf("who has gone is waited for, %v", got)
		}
	})
}

func TestResults(t *testing.T) {
	for code, want := range map[mailstore.Code]string{
		mailstore.AuthenticationFailed: logOnRefused, mailstore.AuthorizationFailed: logOnFeature, mailstore.Limit: logOnLimit,
		mailstore.Unavailable: logOnAway, mailstore.NoPermission: logOnFailed,
	} {
		if got := resultOf(&mailstore.Error{Code: code}); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
	if got := resultOf(errors.New("fault")); got != logOnFailed {
		t.Error(got)
	}
}
