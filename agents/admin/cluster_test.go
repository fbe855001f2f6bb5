package admin

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/server/servertest"
)

// consoles are the tool on three servers that share their users.
func consoles(t *testing.T) map[string]*console {
	names := []string{"one", "two", "three"}
	cluster := servertest.StartCluster(t, "createuser_script =\n", names...)
	file := filepath.Join(t.TempDir(), "admin.cfg")
	writeFile(t, file, "sslkey_file = "+cluster.KeyFile+"\nssl_ca_file = "+cluster.CAFile+"\n")
	out := make(map[string]*console)
	for i, name := range names {
		c := &console{t: t, Instance: cluster.Servers[i]}
		c.tool = Tool{
			LookupEnv:  func(name string) (string, bool) { return c.UnixPath, name == "ZARAFA_SOCKET" },
			ConfigFile: file, Location: time.UTC, Now: fixedNow,
		}
		out[name] = c
	}
	return out
}

// TestUsersOfCluster: stores are made, shown and changed at home, wherever the tool is run.
func TestUsersOfCluster(t *testing.T) {
	on := consoles(t)
	for _, c := range on {
		c.ok(createAlice + " --home-server two")
		c.fails("-c bob -p x -f Bob -e b@example.com --home-server four", "bob")
	}
	c := on["one"]
	c.contains(c.ok("-l"), "\talice   \tAlice   \ttwo")
	c.ok("--create-store alice --lang de")
	c.fails("--create-store alice", "has a store already")
	details := c.ok("--details alice")
	c.contains(details, "Home server:\t\ttwo")
	if here := on["two"].ok("--details alice"); field(here, "Store GUID") == "" || field(here, "Store GUID") != field(details, "Store GUID") {
		t.Errorf("at home:\n%s\nelsewhere:\n%s", here, details)
	}
	c.ok("-u alice --mr-accept yes", "--reset-folder-count alice")
	on["two"].contains(on["two"].ok("--details alice"), "Auto-accept meeting req:\tyes")
	on["three"].ok("--unhook-store alice")
	if list := on["two"].ok("--list-orphans"); !strings.Contains(list, field(details, "Store GUID")) {
		t.Errorf("the store is not listed without a user:\n%s", list)
	}
}

// TestMove: a user gets a new home, and what he leaves behind is removed.
func TestMove(t *testing.T) {
	on := consoles(t)
	for _, c := range on {
		c.ok(createAlice + " --home-server two")
	}
	c := on["one"]
	c.ok("--create-store alice")
	old := field(c.ok("--details alice"), "Store GUID")
	for _, c := range on {
		c.ok("-u alice --home-server three")
	}
	c.contains(c.ok("-l"), "\talice   \tAlice   \tthree")
	c.fails("--details alice", "has no store")
	c.ok("--create-store alice")
	if details := c.ok("--details alice --node two"); field(details, "Store GUID") != old {
		t.Errorf("the store that was left behind is %s:\n%s", old, details)
	}
	c.ok("--unhook-store alice --node two", "--remove-store "+old+" --node two")
	c.fails("--unhook-store alice --node two", "has no store")
	if now := field(c.ok("--details alice"), "Store GUID"); now == "" || now == old {
		t.Errorf("the new store is %q", now)
	}
}

// field is the value that --details shows under a label.
func field(details, label string) string {
	for line := range strings.Lines(details) {
		if value, ok := strings.CutPrefix(line, label+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// TestNodes: the tool works on another server than the one it can reach, and lists them.
func TestNodes(t *testing.T) {
	on := consoles(t)
	c := on["two"]
	list := c.ok("--list-servers")
	for _, want := range []string{"Server list(3):", "public store", "this server", on["three"].TCPAddr, on["one"].UnixPath} {
		if !strings.Contains(list, want) {
			t.Errorf("no %q in\n%s", want, list)
		}
	}
	c.fails("-s", "another server has the public store")
	c.ok("-s --node ONE")
	c.fails("-s --node one", "there is a public store already")
	on["one"].fails("-s", "there is a public store already")
	c.fails("-l --node four", `there is no server "four"`)

	alone := newConsole(t)
	alone.fails("-l --node one", "not one of several; leave the option out")
	alone.fails("--list-servers", "not one of several")
}
