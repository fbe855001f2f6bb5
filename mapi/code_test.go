package mapi

import (
	"errors"
	"fmt"
	"testing"
)

func TestCodeNames(t *testing.T) {
	for code, want := range map[Code]string{
		OK: "NONE", NotFound: "NOT_FOUND", EndOfSession: "END_OF_SESSION", BadCharwidth: "BAD_CHARWIDTH",
		0x80000000: "0x80000000", 0x8004010F: "0x8004010F", 0x800000FF: "0x800000FF", 2: "0x00000002",
	} {
		if got := code.String(); got != want {
			t.Errorf("%#x is %q, want %q", uint32(code), got, want)
		}
	}
}

func TestCodeOf(t *testing.T) {
	wrapped := fmt.Errorf("outer: %w", Errorf(Collision, "op", "why: %w", errors.New("cause")))
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, OK}, {NotFound, NotFound}, {fmt.Errorf("x: %w", NoAccess), NoAccess}, {wrapped, Collision}, {errors.New("plain"), CallFailed},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("code of %v is %v, want %v", c.err, got, c.want)
		}
	}
	if got := wrapped.Error(); got != "outer: op: COLLISION: why: cause" {
		t.Errorf("text %q", got)
	}
}
