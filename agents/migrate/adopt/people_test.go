package adopt_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// passwords are those of the samples' users.
func passwords() map[string]string {
	return map[string]string{"anna": "Appel-7taart", "ben": "Berg!bloem2", "chloe": "Citroen#44", "dirk": "Dijk&duin9", "emil": "Eiland55"}
}

// TestPeople: users, groups, quotas and memberships are what they were, and everybody logs on with the password he had.
func TestPeople(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a := newAdoption(t, sampletest.Files, engine)
			a.mustRun()
			j := startJudge(a)
			a.sample.Truth(t, func(kind string, line []byte) {
				switch kind {
				case "user":
					j.user(line)
				case "group":
					j.group(line)
				}
			})
			for user, password := range passwords() {
				j.logsOn(user, password, true)
				j.logsOn(user, password+"x", false)
				j.logsOn(user, password, true) // the old hash has been replaced by now
			}
			for _, user := range []string{"info", "room1"} {
				j.logsOn(user, "", false)
			}
		})
	}
}

func (j *judge) logsOn(user, password string, want bool) {
	j.Helper()
	s, err := client.LogOn(j.Context(), client.Options{Endpoint: j.server.Endpoint(), User: user, Password: password, NoUnixAuth: true})
	if (err == nil) != want {
		j.differ("%s logs on: %v, want success: %v", user, err, want)
	}
	if err == nil {
		s.Close(j.Context())
	}
}

func (j *judge) user(line []byte) {
	var want struct {
		Username, Email, FullName   string
		Class                       uint32
		IsAdmin, IsHidden, Capacity uint32
		UserID                      string
		MVPropMap                   []struct {
			Tag    string   `json:"tag"`
			Values []string `json:"values"`
		}
		Quota  json.RawMessage `json:"quota"`
		SendAs []string        `json:"send_as"`
		Groups []string        `json:"groups"`
	}
	if err := json.Unmarshal(line, &want); err != nil {
		j.Fatal(err)
	}
	u, err := j.admin.User(j.Context(), want.Username)
	if err != nil {
		j.differ("user %s: %v", want.Username, err)
		return
	}
	if want.Username == "SYSTEM" { // what is known of him is each server's own
		want.Email, want.IsAdmin, want.IsHidden = u.Email, u.AdminLevel, 1
		u.Hidden = true
	}
	got := fmt.Sprint(u.Email, u.FullName, uint32(u.Class), u.AdminLevel, u.Hidden, u.Capacity, hex.EncodeToString(u.EntryID))
	if w := fmt.Sprint(want.Email, want.FullName, want.Class, want.IsAdmin, want.IsHidden != 0, want.Capacity, want.UserID); got != w {
		j.differ("user %s: %s, want %s", want.Username, got, w)
	}
	groups, err := j.admin.GroupsOf(j.Context(), u)
	sameNames(j, "groups of "+want.Username, groups, func(g client.Group) string { return g.Name }, err, want.Groups)
	if want.Username == "SYSTEM" {
		return
	}
	senders, err := j.admin.SendAs(j.Context(), u.ID, u.EntryID)
	sameNames(j, "who may send as "+want.Username, senders, func(u client.User) string { return u.Name }, err, want.SendAs)
	for _, p := range want.MVPropMap {
		if p.Tag == "67B4101F" { // PR_EC_DISABLED_FEATURES, those that were set for him
			j.features(want.Username, u, p.Values)
		}
	}
	j.quota(want.Username, u, want.Quota)
}

func (j *judge) features(name string, u client.User, want []string) {
	have := slices.Clone(u.Multi[mapi.PropTag(0x67B4101F)])
	have = append(have, u.Multi[mapi.PropTag(0x67B4101E)]...)
	for _, f := range want {
		if !slices.Contains(have, f) {
			j.differ("user %s: disabled features %v, want %v", name, have, want)
		}
	}
}

func (j *judge) quota(name string, u client.User, raw json.RawMessage) {
	var want struct {
		UseDefault int64 `json:"bUseDefaultQuota"`
		Warn       int64 `json:"llWarnSize"`
		Soft       int64 `json:"llSoftSize"`
		Hard       int64 `json:"llHardSize"`
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		j.Fatal(err)
	}
	q, err := j.admin.Quota(j.Context(), u)
	if got, w := fmt.Sprint(q.UseDefault, q.Warn, q.Soft, q.Hard), fmt.Sprint(want.UseDefault != 0, want.Warn, want.Soft, want.Hard); err != nil || got != w {
		j.differ("quota of %s: %s, %v; want %s", name, got, err, w)
	}
}

func (j *judge) group(line []byte) {
	var want struct {
		Groupname, Fullname, Email, GroupID string
		IsHidden                            uint32
		Members                             []string `json:"members"`
	}
	if err := json.Unmarshal(line, &want); err != nil {
		j.Fatal(err)
	}
	g, err := j.admin.Group(j.Context(), want.Groupname)
	got := fmt.Sprint(g.FullName, g.Email, g.Hidden, hex.EncodeToString(g.EntryID))
	if w := fmt.Sprint(want.Fullname, want.Email, want.IsHidden != 0, want.GroupID); err != nil || got != w {
		j.differ("group %s: %s, %v; want %s", want.Groupname, got, err, w)
		return
	}
	if want.Groupname == "Everyone" {
		return // the original lists groups and SYSTEM among them
	}
	members, err := j.admin.Members(j.Context(), g)
	sameNames(j, "members of "+want.Groupname, members, func(u client.User) string { return u.Name }, err, want.Members)
}

// sameNames compares the names of things, in any order.
func sameNames[T any](j *judge, what string, list []T, name func(T) string, err error, want []string) {
	j.Helper()
	var got []string
	for _, e := range list {
		got = append(got, name(e))
	}
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || strings.Join(got, ",") != strings.Join(want, ",") {
		j.differ("%s: %v, %v; want %v", what, got, err, want)
	}
}
