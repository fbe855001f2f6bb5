package sessions_test

import (
	"encoding/json"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

func TestMaintenanceIsForSystemAdministrators(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	system := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	system.NewUser("alice", mapi.ClassActiveUser, 0)
	system.NewUser("boss", mapi.ClassActiveUser, 1)
	system.NewUser("root2", mapi.ClassActiveUser, 2)
	for user, want := range map[string]mapi.Code{"alice": mapi.NoAccess, "boss": mapi.NoAccess, "root2": mapi.OK} {
		t.Run(user, func(t *testing.T) {
			p := e2e.OverTCP(t, i).LogOn(user, "secret")
			lower, servers := mapi.OK, want // statistics need less
			if user == "alice" {
				lower = mapi.NoAccess
			}
			if want == mapi.OK {
				servers = mapi.NotFound // as companies are where there are none: tools print nothing then
			}
			p.Want(want, &wire.PurgeCacheRequest{SessionID: p.Session, Flags: 0xFFFFFFFF}, &wire.PurgeCacheResponse{})
			p.Want(want, &wire.PurgeSoftDeleteRequest{SessionID: p.Session}, &wire.PurgeSoftDeleteResponse{})
			p.Want(want, &wire.PurgeDeferredUpdatesRequest{SessionID: p.Session}, &wire.PurgeDeferredUpdatesResponse{})
			for table, want := range map[uint32]mapi.Code{
				mapi.TableStatsServers: servers, mapi.TableStatsSystem: lower, mapi.TableStatsSessions: lower, mapi.TableStatsUsers: lower,
			} {
				p.Want(want, &wire.TableOpenRequest{SessionID: p.Session, EntryID: []byte{}, TableType: table}, &wire.TableOpenResponse{})
			}
		})
	}
}

// TestOneServer: nothing is redirected, and what clients ask about other servers is answered as they expect of one.
func TestOneServer(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	p := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	var path wire.ResolvePseudoURLResponse
	p.Want(mapi.OK, &wire.ResolvePseudoURLRequest{SessionID: p.Session, PseudoURL: wire.Text("pseudo://Unknown")}, &path)
	if !path.IsPeer || path.ServerPath.String != "pseudo://Unknown" {
		t.Errorf("%+v", path)
	}
	p.Want(mapi.NetworkError, &wire.GetServerDetailsRequest{SessionID: p.Session}, &wire.GetServerDetailsResponse{})
	var licence wire.GetLicenseAuthResponse
	p.Want(mapi.OK, &wire.GetLicenseAuthRequest{SessionID: p.Session, AuthData: []byte("x")}, &licence)
	var features map[string]any // as clients of the original read it
	if err := json.Unmarshal(licence.AuthResponse, &features); err != nil || features == nil || len(features) != 0 {
		t.Errorf("licence %q: %v, %v", licence.AuthResponse, features, err)
	}
}

func TestTestProtocol(t *testing.T) {
	for setting, on := range map[string]bool{"": false, "enable_test_protocol = yes\n": true} {
		i := servertest.Start(t, config.EngineSQLite, setting)
		p := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
		id := p.Session
		for _, tt := range []struct {
			req  wire.Request
			resp wire.Response
			want mapi.Code
		}{
			{&wire.TestGetRequest{SessionID: id, Name: wire.Text("ping")}, &wire.TestGetResponse{}, mapi.OK},
			{&wire.TestGetRequest{SessionID: id, Name: wire.Text("pong")}, &wire.TestGetResponse{}, mapi.NotFound},
			{&wire.TestSetRequest{SessionID: id, Name: wire.Text("cell_cache_disabled"), Value: wire.Text("1")}, &wire.TestSetResponse{}, mapi.OK},
			{&wire.TestSetRequest{SessionID: id, Name: wire.Text("x"), Value: wire.Text("1")}, &wire.TestSetResponse{}, mapi.NotFound},
			{&wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("Run_SearchFolders")}, &wire.TestPerformResponse{}, mapi.OK},
			{&wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("sleep"), Perform: []string{"x"}}, &wire.TestPerformResponse{}, mapi.InvalidParameter},
			{&wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("x")}, &wire.TestPerformResponse{}, mapi.NotFound},
		} {
			want := tt.want
			if !on {
				want = mapi.NoAccess
			}
			p.Want(want, tt.req, tt.resp)
		}
	}
}
