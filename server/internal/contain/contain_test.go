package contain

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestCall(t *testing.T) {
	if err := Call(func() error { return io.EOF }); err != io.EOF {
		t.Errorf("an error became %v", err)
	}
	err := Call(func() error { panic(strings.Repeat("x", 1<<20)) })
	p, ok := errors.AsType[*Panic](err)
	if !ok || len(p.Value) != longestValue || !strings.Contains(p.Stack, "contain_test.go") {
		t.Errorf("a panic became %.100v", err)
	}
}

func TestPanicsAreLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	r := NewReporter(slog.New(slog.NewTextHandler(&out, nil)))
	for range 3 {
		for _, key := range []string{"a", "b"} {
			r.Report(&Panic{Value: key}, key, "something failed", "message", 7)
		}
	}
	for range 2 {
		r.Do("the part", func() { panic("out of range") })
	}
	r.Do("the other part", func() {})
	if lines := strings.Count(out.String(), "\n"); lines != 3 {
		t.Errorf("%d lines:\n%s", lines, &out)
	}
}
