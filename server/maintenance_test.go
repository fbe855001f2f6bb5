package server_test

import (
	"encoding/json"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/wire"
)

func TestMaintenanceIsForSystemAdministrators(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	system := overUnix(t, i).logOn("SYSTEM", "")
	system.newUser("alice", mapi.ClassActiveUser, 0)
	system.newUser("boss", mapi.ClassActiveUser, 1)
	system.newUser("root2", mapi.ClassActiveUser, 2)
	for user, want := range map[string]mapi.Code{"alice": mapi.NoAccess, "boss": mapi.NoAccess, "root2": mapi.OK} {
		t.Run(user, func(t *testing.T) {
			p := overTCP(t, i).logOn(user, "secret")
			lower := mapi.OK // statistics need less
			if user == "alice" {
				lower = mapi.NoAccess
			}
			p.want(want, &wire.PurgeCacheRequest{SessionID: p.session, Flags: 0xFFFFFFFF}, &wire.PurgeCacheResponse{})
			p.want(want, &wire.PurgeSoftDeleteRequest{SessionID: p.session}, &wire.PurgeSoftDeleteResponse{})
			p.want(want, &wire.PurgeDeferredUpdatesRequest{SessionID: p.session}, &wire.PurgeDeferredUpdatesResponse{})
			for table, want := range map[uint32]mapi.Code{
				mapi.TableStatsServers: want, mapi.TableStatsSystem: lower, mapi.TableStatsSessions: lower, mapi.TableStatsUsers: lower,
			} {
				p.want(want, &wire.TableOpenRequest{SessionID: p.session, EntryID: []byte{}, TableType: table}, &wire.TableOpenResponse{})
			}
		})
	}
}

// TestOneServer: nothing is redirected, and what clients ask about other servers is answered as they expect of one.
func TestOneServer(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	p := overUnix(t, i).logOn("SYSTEM", "")
	var path wire.ResolvePseudoURLResponse
	p.want(mapi.OK, &wire.ResolvePseudoURLRequest{SessionID: p.session, PseudoURL: wire.Text("pseudo://Unknown")}, &path)
	if !path.IsPeer || path.ServerPath.String != "pseudo://Unknown" {
		t.Errorf("%+v", path)
	}
	p.want(mapi.NetworkError, &wire.GetServerDetailsRequest{SessionID: p.session}, &wire.GetServerDetailsResponse{})
	var licence wire.GetLicenseAuthResponse
	p.want(mapi.OK, &wire.GetLicenseAuthRequest{SessionID: p.session, AuthData: []byte("x")}, &licence)
	var features map[string]any // as clients of the original read it
	if err := json.Unmarshal(licence.AuthResponse, &features); err != nil || features == nil || len(features) != 0 {
		t.Errorf("licence %q: %v, %v", licence.AuthResponse, features, err)
	}
}

func TestTestProtocol(t *testing.T) {
	for setting, on := range map[string]bool{"": false, "enable_test_protocol = yes\n": true} {
		i := servertest.Start(t, config.EngineSQLite, setting)
		p := overUnix(t, i).logOn("SYSTEM", "")
		id := p.session
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
			p.want(want, tt.req, tt.resp)
		}
	}
}
