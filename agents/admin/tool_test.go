package admin

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func fixedNow() time.Time     { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
func timeUTC() *time.Location { return time.UTC }

// console runs the tool on a server of its own.
type console struct {
	t     *testing.T
	tool  Tool
	stdin string
	out   strings.Builder
	*servertest.Instance
}

func newConsole(t *testing.T, lines ...string) *console {
	c := &console{t: t, Instance: servertest.Start(t, config.EngineSQLite, "createuser_script =\n"+strings.Join(lines, ""))}
	c.tool = Tool{
		LookupEnv:  func(name string) (string, bool) { return c.UnixPath, name == "ZARAFA_SOCKET" },
		ConfigFile: filepath.Join(t.TempDir(), "admin.cfg"), Location: time.UTC, Now: fixedNow,
	}
	return c
}

// run runs a command line, whose words are separated by spaces, and returns status and output with errors.
func (c *console) run(line string) (int, string) {
	c.t.Helper()
	c.out.Reset()
	c.tool.Stdin, c.tool.Stdout, c.tool.Stderr = strings.NewReader(c.stdin), &c.out, &c.out
	c.stdin = ""
	status := c.tool.Run(c.t.Context(), strings.Fields(line))
	return status, c.out.String()
}

// ok runs command lines that must succeed and returns the output of the last.
func (c *console) ok(lines ...string) (out string) {
	c.t.Helper()
	for _, line := range lines {
		var status int
		if status, out = c.run(line); status != 0 {
			c.t.Fatalf("%s: status %d: %s", line, status, out)
		}
	}
	return out
}

// fails runs a command line that must fail with a message that contains want.
func (c *console) fails(line, want string) {
	c.t.Helper()
	if status, out := c.run(line); status != 1 || !strings.Contains(out, want) {
		c.t.Errorf("%s: status %d, want %q in %q", line, status, want, out)
	}
}

// contains checks an output for lines.
func (c *console) contains(out string, lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+out, "\n"+line+"\n") {
			c.t.Errorf("no line %q in:\n%s", line, out)
		}
	}
}

const createAlice = "-c alice -p secret -f Alice -e alice@example.com"

func TestUsers(t *testing.T) {
	c := newConsole(t)
	if out := c.ok(createAlice); out != "User created.\n" {
		t.Errorf("got %q", out)
	}
	c.fails(createAlice, "exists already")
	if out := c.ok("-c shop -f Shop -e shop@example.com -n yes"); out != "User created.\n" {
		t.Errorf("got %q", out)
	}
	c.contains(c.ok("-l"), "User list for Default(3):", "\tUsername\tFullname\tHomeserver", "\talice   \tAlice", "\tshop    \tShop")
	c.contains(c.ok("--user-count"), "\tActive     \tno limit\t1   \t-", "\tNon-active \tno limit\t1   \t-", "\tTotal      \tno limit\t2   \t-")
	if out := c.ok("-u alice -U alicia -f Alicia -e alicia@example.com -a 2"); out != "User information updated.\n" {
		t.Errorf("got %q", out)
	}
	status, out := c.run("--details alicia")
	if status != 1 || !strings.Contains(out, `"alicia" has no store`) {
		t.Errorf("details of a user without a store: %d %s", status, out)
	}
	c.contains(out, "Username:\t\talicia", "Fullname:\t\tAlicia", "Emailaddress:\t\talicia@example.com", "Active:\t\t\tyes", "Administrator:\t\tyes (system)")
	c.ok("--sync")
	if out := c.ok("-d alicia"); out != "User deleted.\n" {
		t.Errorf("got %q", out)
	}
	if out := c.ok("-l -vv"); !strings.Contains(out, "logged on as SYSTEM") {
		t.Errorf("-vv does not tell about the connection: %q", out)
	}
	c.fails("-d alicia", `there is no user "alicia"`)
	c.fails("--details alicia", `there is no user "alicia"`)
}

// What -u does not name stays as it is.
func TestUpdateLeavesTheRest(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice+" -a yes", "--create-store alice", "-u alice --enable-feature imap", "-u alice --disable-feature webapp", "-u alice -e other@example.com")
	c.contains(c.ok("--details alice"), "Fullname:\t\tAlice", "Administrator:\t\tyes", "\t0x67B3101E\timap; mobile; outlook", "\t0x67B4101E\tpop3; webapp")
	c.ok("-u alice -n yes", "-u alice -f Alice")
	c.contains(c.ok("--details alice"), "Active:\t\t\tno", "Non-active type:\tUser")
}

func TestPasswords(t *testing.T) {
	c := newConsole(t)
	c.stdin = "first\nsecond\n"
	c.fails("-c alice -P -f Alice -e alice@example.com", "do not match")
	c.stdin = "\n\n"
	c.fails("-c alice -P -f Alice -e alice@example.com", "empty")
	c.fails("-c alice -P -f Alice -e alice@example.com", "two lines")
	c.stdin = "päss word\npäss word\n"
	c.ok("-c alice -P -f Alice -e alice@example.com")
	logOn := func(password string) error {
		s, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + c.TCPAddr, User: "alice", Password: password})
		if err == nil {
			s.Close(t.Context())
		}
		return err
	}
	if err := logOn("päss word"); err != nil {
		t.Errorf("with the password of -c: %v", err)
	}
	c.stdin = "new\nnew\n"
	c.ok("-u alice -P")
	if err := logOn("päss word"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("with the old password: %v", err)
	}
	if err := logOn("new"); err != nil {
		t.Errorf("with the new password: %v", err)
	}
}

func TestGroups(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice)
	for _, tt := range []struct{ line, want string }{
		{"-g staff -e staff@example.com", "Group created.\n"},
		{"-b alice -i staff", "User added to group.\n"},
		{"--update-group staff -e all@example.com", "Group information updated.\n"},
	} {
		if out := c.ok(tt.line); out != tt.want {
			t.Errorf("%s: got %q", tt.line, out)
		}
	}
	c.contains(c.ok("-L"), "Group list for Default(2):", "\tGroupname", "\tEveryone", "\tstaff")
	c.contains(c.ok("--details staff --type group"), "Groupname:\t\tstaff", "Emailaddress:\t\tall@example.com", "Users (1):", "\talice   \tAlice")
	if out := c.ok("-B alice -i staff"); out != "User removed from group.\n" {
		t.Errorf("got %q", out)
	}
	c.contains(c.ok("--details staff --type group"), "Users (0):")
	if out := c.ok("-G staff"); out != "Group deleted.\n" {
		t.Errorf("got %q", out)
	}
	c.fails("-b alice -i staff", `there is no group "staff"`)
}

func TestStores(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice, "-c bob -p secret -f Bob -e bob@example.com")
	c.contains(c.ok("-s"), "Public store created.")
	c.fails("-s", "there is a public store already")
	out := c.ok("--create-store alice --lang de_DE.UTF-8")
	guid := regexp.MustCompile(`Store GUID:\t([0-9a-f]{32})\nEntry id:\t([0-9a-f]{96})\n`).FindStringSubmatch(out)
	if guid == nil {
		t.Fatalf("got %q", out)
	}
	c.fails("--create-store alice", `user "alice" has a store already`)
	c.contains(c.ok("--details alice"), "Auto-accept meeting req:\tno", "Store GUID:\t\t"+guid[1], "Out Of Office:\t\tdisabled",
		"Current store size:\t808 B", "Groups (1):", "\tEveryone")
	c.contains(c.ok("--reset-folder-count alice"), "0 of the counters of 23 folders were wrong.")
	c.ok("--create-store bob")
	c.contains(c.ok("--unhook-store alice"), "Store unhooked.", "Store GUID:\t"+guid[1])
	if out := c.ok("--list-orphans"); !strings.Contains(out, "\t"+guid[1]+"\talice") {
		t.Errorf("orphans:\n%s", out)
	}
	c.fails("--unhook-store alice", "has no store")
	c.ok("--hook-store " + guid[1] + " -u bob")
	c.contains(c.ok("--details bob"), "Store GUID:\t\t"+guid[1])
	c.fails("--remove-store "+guid[1], "belongs to a user")
	// A store that somebody has is taken from him.
	c.ok("--hook-store " + guid[1] + " -u alice")
	c.contains(c.ok("--details alice"), "Store GUID:\t\t"+guid[1])
	c.ok("-d alice", "--remove-store "+guid[1], "--purge-softdelete 0", "--purge-deferred", "--clear-cache", "--clear-cache=cell,acl")
	if out := c.ok("--list-orphans"); strings.Contains(out, guid[1]) {
		t.Errorf("orphans:\n%s", out)
	}
}

func TestQuota(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice+" --qo yes --qw 80 --qs 90 --qh 100", "--create-store alice")
	c.contains(c.ok("--details alice"), " Quota overrides:\tyes", " Warning level:\t\t80.0 M", " Soft level:\t\t90.0 M", " Hard level:\t\t100.0 M")
	c.ok("-u alice --qh 0")
	c.contains(c.ok("--details alice"), " Soft level:\t\t90.0 M", " Hard level:\t\tunlimited")
	c.ok("-u alice --qo no")
	if out := c.ok("-u alice --qw 7"); !strings.Contains(out, "no effect") {
		t.Errorf("no warning: %q", out)
	}
	// The older spelling of --qo yes. The levels are then those that were in force: the defaults.
	c.ok("-u alice --qd 0")
	c.contains(c.ok("--details alice"), " Quota overrides:\tyes", " Warning level:\t\tunlimited")
}

func TestSendAs(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice, "-c bob -p secret -f Bob -e bob@example.com", "-g staff", "-u alice --add-sendas bob", "--update-group staff --add-sendas bob")
	c.contains(c.ok("--list-sendas alice"), "Send-as list for alice(1):", "\tbob     \tBob")
	c.contains(c.ok("--list-sendas staff --type group"), "Send-as list for staff(1):", "\tbob     \tBob")
	c.ok("-u alice --del-sendas bob")
	c.contains(c.ok("--list-sendas alice"), "Send-as list for alice(0):")
	c.fails("-u alice --add-sendas carol", `there is no user "carol"`)
}

func TestMeetingRequests(t *testing.T) {
	c := newConsole(t)
	c.ok(createAlice, "--create-store alice")
	c.contains(c.ok("--details alice"), "Auto-accept meeting req:\tno", "Auto-process meeting req:\tyes")
	c.ok("-u alice --mr-accept yes --mr-decline-conflict yes --mr-process n")
	c.contains(c.ok("--details alice"), "Auto-accept meeting req:\tyes", "Decline dbl meetingreq:\tyes", "Decline recur meet.req:\tno", "Auto-process meeting req:\tno")
}

func TestSettingsFile(t *testing.T) {
	c := newConsole(t)
	c.tool.LookupEnv = noEnv
	writeFile(t, c.tool.ConfigFile, "server_socket = file://"+c.UnixPath+"\ndefault_store_locale = fr_FR\n")
	c.ok(createAlice, "--create-store alice")
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: c.Endpoint(), User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	st, err := s.UserStore(t.Context(), "alice", mapi.StorePrivate)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.FolderByPath(t.Context(), st.RootID, "IPM_SUBTREE", "Boîte de réception"); err != nil {
		t.Error(err)
	}
	other := filepath.Join(t.TempDir(), "spooler.cfg")
	writeFile(t, other, "server_socket = /nowhere\nsmtp_server = localhost\n")
	c.fails("-l --config "+other, "is zarafa-server running")
	writeFile(t, c.tool.ConfigFile, "no_such_setting = 1\n")
	c.fails("-l", "no_such_setting")
	c.fails("-l --config /nonexistent/file", "no such file")
}
