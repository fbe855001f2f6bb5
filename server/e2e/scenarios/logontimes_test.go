package scenarios_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// TestLogonTimesSurviveTheServer: what was noted while the server ran is on the store after a restart.
func TestLogonTimesSurviveTheServer(t *testing.T) {
	dir := servertest.Folder(t)
	lines := servertest.Settings(t, config.EngineSQLite, dir) + "createuser_script =\n"
	i := servertest.StartIn(t, dir, lines)
	_, _ = newMailbox(t, i, "alice", 0)
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	i = servertest.StartIn(t, dir, lines)
	st := openStore(t, logOn(t, i, client.Options{User: "alice"}))
	o, err := st.session.LoadObject(t.Context(), st.EntryID)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []mapi.PropTag{mapi.PrLastLogonTime, mapi.PrLastLogoffTime} {
		if v, ok := o.Props.Get(tag); !ok || v.Time() == 0 {
			t.Errorf("%v is missing", tag)
		}
	}
}
