package loadgen_test

import (
	"strings"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/fill"
	"zarafa/profiles/users"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

const password = "secret"

// mailboxItems are in each mailbox: enough for every folder to have some. Users read and check all of them.
const mailboxItems = 40

// filled starts a server with full mailboxes.
func filled(t *testing.T, engine string, mailboxes, items int) *servertest.Instance {
	t.Helper()
	i := servertest.Start(t, engine, "createuser_script =\n")
	_, err := fill.Run(t.Context(), fill.Options{
		Endpoint: i.Endpoint(), Admin: "SYSTEM", Users: mailboxes, Messages: items, Seed: 1, Prefix: "z", Password: password, Workers: 2,
		Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// options play users so fast that a second is enough for every action.
func options(t *testing.T, i *servertest.Instance, mailboxes int) loadgen.Options {
	t.Helper()
	return optionsOf(t, i, mailboxes, "heavy")
}

func optionsOf(t *testing.T, i *servertest.Instance, mailboxes int, profile string) loadgen.Options {
	t.Helper()
	p, err := users.Load(profile)
	if err != nil {
		t.Fatal(err)
	}
	for a, n := range p.PerDay {
		p.PerDay[a] = min(max(n, 30), 50) // all about as often: more of the same proves nothing
	}
	return loadgen.Options{
		URL: "http://" + i.TCPAddr + "/", Users: mailboxes, Prefix: "z", Password: password,
		AdminURL: i.Endpoint(), Admin: "SYSTEM", Profile: p, Duration: time.Second, Grace: 5 * time.Minute, Compress: 1500, NotifyGrace: 10 * time.Second, Seed: 2, Interval: 300 * time.Millisecond,
	}
}

func TestRun(t *testing.T) {
	for _, engine := range servertest.Engines() {
		for _, agent := range []string{"administrator", "users themselves"} {
			t.Run(engine+"/"+agent, func(t *testing.T) {
				t.Parallel()
				i := filled(t, engine, 3, mailboxItems)
				o := options(t, i, 3)
				if agent != "administrator" {
					o.AdminURL = ""
				}
				calls := 0
				o.OnInterval = func(loadgen.Interval) { calls++ }
				result, err := loadgen.Run(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				check(t, result, append(users.OnlineActions(), users.React)...)
				if calls != len(result.Intervals) || calls < 2 {
					t.Errorf("%d calls for %d intervals", calls, len(result.Intervals))
				}
			})
		}
	}
}

// check looks at the result of a good run. Whether it is void depends on the machine.
func check(t *testing.T, r *loadgen.Result, done ...users.Action) {
	t.Helper()
	if r.Violation != nil {
		t.Fatal(r.Violation)
	}
	if r.All.Failed() > 0 {
		t.Errorf("errors %v", r.All.Errors)
	}
	counts := map[users.Action]int64{}
	for _, s := range r.Operations {
		counts[users.Action(s.Operation)] = s.Count
	}
	for _, a := range done {
		if counts[a] == 0 {
			t.Errorf("nobody did %s", a)
		}
	}
	var sum int64
	for _, i := range r.Intervals {
		sum += i.Latency.Count
		if i.Users != 3 && len(done) > 5 {
			t.Errorf("%d users at %v", i.Users, i.At)
		}
	}
	// A short last interval may be left out.
	if sum > r.All.Count || sum < r.All.Count*2/3 || r.Notify.Count == 0 {
		t.Errorf("%d operations in the intervals, %d in all, %d notifications", sum, r.All.Count, r.Notify.Count)
	}
}

// TestProfiles plays every kind of client, one after the other in the same mailboxes, on each with its log-ons.
func TestProfiles(t *testing.T) {
	profiles := map[string][]users.Action{
		"cached-heavy": {users.Receive, users.Read, users.Send, users.Move, users.Delete, users.Appointment, users.Edit, users.Conflict, users.Sync, users.React},
		"cached-storm": {users.LogOn, users.Sync, users.Receive},
		"phones":       {users.Receive, users.Read, users.Edit, users.Sync, users.React},
		"nine-o-clock": {users.LogOn, users.CheckInbox, users.Receive},
		"mixed-day":    {users.Receive, users.Sync},
	}
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			i := filled(t, engine, 3, mailboxItems)
			for profile, done := range profiles {
				if profile == "cached-heavy" || engine == config.EngineSQLite {
					t.Run(profile, func(t *testing.T) { playProfile(t, i, profile, done...) })
				}
			}
		})
	}
}

func playProfile(t *testing.T, i *servertest.Instance, profile string, done ...users.Action) {
	t.Helper()
	o := optionsOf(t, i, 3, profile)
	if o.Profile.Begin != nil {
		o.Profile.Begin.WithinMinutes = 3
	}
	if len(done) < 4 {
		o.Compress /= 2 // so much is not needed
	}
	result, err := loadgen.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	check(t, result, done...)
}

// TestNobodyComes: users whose time to log on does not come find at the end what was delivered meanwhile.
func TestNobodyComes(t *testing.T) {
	t.Parallel()
	i := filled(t, config.EngineSQLite, 2, 20)
	for _, profile := range []string{"nine-o-clock", "cached-storm"} {
		o := optionsOf(t, i, 2, profile)
		o.Compress, o.Duration = 1, 200*time.Millisecond
		o.Profile.Begin.WithinMinutes = 1000
		result, err := loadgen.Run(t.Context(), o)
		if err != nil || result.Violation != nil || result.All.Failed() > 0 {
			t.Errorf("%s: %v, %v, errors %v", profile, err, result.Violation, result.All.Errors)
		}
	}
}

// TestDecide ends a run early.
func TestDecide(t *testing.T) {
	t.Parallel()
	i := filled(t, config.EngineSQLite, 2, 20)
	o := options(t, i, 2)
	o.Duration, o.Interval, o.Limit = time.Hour, 20*time.Millisecond, time.Nanosecond
	o.Decide = func(count, slow int64) bool {
		if slow != count {
			t.Errorf("%d of %d operations took longer than nothing", slow, count)
		}
		return count > 5
	}
	result, err := loadgen.Run(t.Context(), o)
	if err != nil || result.Violation != nil {
		t.Fatal(err, result.Violation)
	}
	if result.All.Count <= 5 || result.Slow != result.All.Count || result.Missed != 0 || result.All.Failed() > 0 {
		t.Errorf("%d operations, %d slow, %d missed, errors %v", result.All.Count, result.Slow, result.Missed, result.All.Errors)
	}
}

func TestRunRefusesOptions(t *testing.T) {
	good := loadgen.Options{Users: 1, Duration: 1, Compress: 1, NotifyGrace: 1, Prefix: "z", Interval: 1, URL: "http://127.0.0.1:1/", Profile: &users.Profile{HoursPerDay: 8}}
	for name, change := range map[string]func(*loadgen.Options){
		"--users":        func(o *loadgen.Options) { o.Users = 0 },
		"--duration":     func(o *loadgen.Options) { o.Duration = 0 },
		"--compress":     func(o *loadgen.Options) { o.Compress = -1 },
		"--prefix":       func(o *loadgen.Options) { o.Prefix = "" },
		"--notify-grace": func(o *loadgen.Options) { o.NotifyGrace = 0 },
		"--interval":     func(o *loadgen.Options) { o.Interval = 0 },
		"logging on":     func(*loadgen.Options) {},
	} {
		o := good
		change(&o)
		if _, err := loadgen.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRunNamesFill(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "")
	if _, err := loadgen.Run(t.Context(), options(t, i, 1)); err == nil || !strings.Contains(err.Error(), "zload fill") {
		t.Errorf("without users: %v", err)
	}
}
