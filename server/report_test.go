package server

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/auth"
	"zarafa/server/session"
	"zarafa/wire"
)

// TestReport: an operator who reads errors and warnings sees what the server failed at, refused log-ons, and each
// session's first limit; not what a client did wrong, however often it does.
func TestReport(t *testing.T) {
	limit := mapi.Errorf(mapi.NotEnoughMemory, "tableOpen", "too many")
	for name, tc := range map[string]struct {
		err  error
		want string // levels, in order
	}{
		"a bug":              {errors.New("broken"), "ERROR ERROR"},
		"a database":         {mapi.Errorf(mapi.DatabaseError, "saveObject", "gone away"), "ERROR ERROR"},
		"a log-on":           {mapi.Errorf(mapi.LogonFailed, "logon", "wrong password"), "WARN WARN"},
		"a throttled log-on": {mapi.Errorf(mapi.LogonFailed, "logon", "%w", auth.ErrRepeated), ""},
		"a limit":            {limit, "WARN"},
		"a missing object":   {mapi.Errorf(mapi.NotFound, "loadObject", "no such object"), ""},
		"no right":           {mapi.Errorf(mapi.NoAccess, "loadObject", "no"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			d := &dispatcher{server: &Server{log: slog.New(slog.NewTextHandler(&out, nil))}}
			c := &session.Call{Context: t.Context(), Session: &session.Session{}}
			for range 2 {
				d.report(c, wire.OpLoadObject, tc.err)
			}
			var levels []string
			for line := range strings.Lines(out.String()) {
				_, after, _ := strings.Cut(line, "level=")
				level, _, _ := strings.Cut(after, " ")
				levels = append(levels, level)
			}
			if got := strings.Join(levels, " "); got != tc.want {
				t.Errorf("the log has %q, not %q:\n%s", got, tc.want, &out)
			}
		})
	}
}
