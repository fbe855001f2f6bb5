package mapi

import (
	"errors"
	"strings"
	"testing"
)

// What an error shows of strings and bytes is bounded, however large they are and however often they are wrapped.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\x01ü", 1<<20)
	for _, format := range []string{"%s", "%q", "%x", "%v"} {
		for _, arg := range []any{long, []byte(long)} {
			err := Errorf(LogonFailed, "logon", "user "+format+" of "+format+": %w", arg, "short", NotFound)
			if n := len(err.Error()); n > 5*longestShown {
				t.Errorf("%s of %T: an error of %d bytes", format, arg, n)
			}
			if CodeOf(err) != LogonFailed || !errors.Is(err, NotFound) {
				t.Errorf("%s of %T: %v", format, arg, err)
			}
		}
	}
	args := []any{long, 5}
	_ = Errorf(NotFound, "op", "%s %d", args...)
	if args[0] != long {
		t.Error("the caller's arguments were changed")
	}
	short := strings.Repeat("x", longestShown)
	if err := Errorf(NotFound, "op", "%s", short); !strings.HasSuffix(err.Error(), short) {
		t.Error("a short string is cut")
	}
}
