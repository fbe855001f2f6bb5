package admin

import (
	"regexp"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

func newHostedConsole(t *testing.T) *console {
	return newConsole(t, "enable_hosted_zarafa = yes\nloginname_format = %u@%c\ncreatecompany_script =\n")
}

func TestNoCompanies(t *testing.T) {
	c := newConsole(t)
	for _, line := range []string{
		"--create-company acme", "--list-companies", "--delete-company acme", "--details acme --type company", "-l -I acme", "-s -I acme", "--list-view -I acme",
	} {
		c.fails(line, "the server has no companies (enable_hosted_zarafa = no)")
	}
}

func TestCompanies(t *testing.T) {
	c := newHostedConsole(t)
	said := func(line, want string) {
		t.Helper()
		if out := c.ok(line); out != want+"\n" {
			t.Errorf("%s: got %q, want %q", line, out, want)
		}
	}
	said("--create-company acme --qo yes --qw 100 --udqo yes --udqw 10 --udqs 20 --udqh 30", "Company created.")
	c.ok("--create-company globex")
	c.fails("--create-company Acme", "exists already")
	c.fails("-c alice -p secret -f Alice -e alice@example.com", "does not accept")
	c.ok("-c alice@acme -p secret -f Alice -e alice@example.com", "-c boss -I acme -p secret -f Boss -e boss@example.com -a yes", "-c bob -I globex -p secret -f Bob -e bob@example.com")
	c.ok("-g staff -I acme", "-g staff@globex", "-b alice -i staff -I acme")
	c.contains(c.ok("-l"), "User list for acme(3):", "\talice@acme\tAlice", "\tboss@acme \tBoss", "User list for globex(2):", "\tbob@globex\tBob")
	if out := c.ok("-l -I globex"); strings.Contains(out, "acme") {
		t.Errorf("users of globex:\n%s", out)
	}
	c.contains(c.ok("-L -I acme"), "Group list for acme(2):", "\tstaff@acme")
	c.contains(c.ok("--details staff --type group -I acme"), "Groupname:\t\tstaff@acme", "\talice@acme\tAlice")
	c.contains(c.ok("-s -I acme"), "Public store created.")
	c.fails("-s -I acme", "public store already")
	c.fails("-s", "say which one with -I")

	said("--add-to-viewlist globex -I acme", "Company added to remote view list.")
	said("--add-to-adminlist boss@acme -I globex", "User added to remote admin list.")
	said("--set-system-admin boss@acme -I acme", "User set as company administrator.")
	said("--update-company acme --qw 200 --udqh 40", "Company information updated.")
	c.contains(c.ok("--list-companies"), "Company list (2):", "\tacme       \tboss@acme", "\tglobex     \tSYSTEM")
	c.contains(c.ok("--list-view -I acme"), "Remote view list for acme(1):", "\tglobex")
	c.contains(c.ok("--list-admin -I globex"), "Remote admin list for globex(1):", "\tboss@acme\tBoss")
	c.contains(c.ok("--details acme --type company"), "Companyname:\t\tacme", "Sysadmin:\t\tboss@acme", "Current public store quota settings:",
		" Quota overrides:\tyes", " Warning level:\t\t200.0 M", " Warning level:\t\t10.0 M", " Soft level:\t\t20.0 M", " Hard level:\t\t40.0 M", "Remote view list for acme(1):")

	c.ok("--create-store alice -I acme", "--add-userquota-recipient boss@acme -I acme", "--add-companyquota-recipient alice@acme -I acme")
	c.contains(c.ok("--list-userquota-recipients -I acme"), "User quota recipients for acme(1):", "\tboss@acme\tBoss")
	c.contains(c.ok("--list-companyquota-recipients -I acme"), "Company quota recipients for acme(2):", "\talice@acme\tAlice")
	c.fails("--list-companyquota-recipients -I globex", "has no public store")
	c.fails("--list-userquota-recipients -I globex", "no user of company")
	c.ok("--del-userquota-recipient boss@acme -I acme", "--del-companyquota-recipient alice@acme -I acme", "--del-from-viewlist globex -I acme", "--del-from-adminlist boss@acme -I globex")
	c.contains(c.ok("--list-userquota-recipients -I acme"), "User quota recipients for acme(0):")
	c.contains(c.ok("--details alice -I acme"), " Warning level:\t\t10.0 M")

	c.ok("-u alice -I acme -U alicia", "--update-company globex -U initech")
	c.contains(c.ok("--details alicia@acme"), "Username:\t\talicia@acme")
	if _, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + c.TCPAddr, User: "bob@initech", Password: "secret"}); err != nil {
		t.Errorf("a user of a company with a new name: %v", err)
	}
	c.fails("--delete-company globex", `there is no company "globex"`)
	said("--delete-company initech", "Company deleted.")
	c.fails("--details bob@initech", `there is no user "bob@initech"`)
}

// TestPublicStoreOfACompany: it is taken from a company and given back.
func TestPublicStoreOfACompany(t *testing.T) {
	c := newHostedConsole(t)
	c.ok("--create-company acme", "-c alice@acme -p secret -f Alice -e alice@example.com")
	guid := regexp.MustCompile(`Store GUID:\t([0-9a-f]{32})\n`).FindStringSubmatch(c.ok("-s -I acme"))
	if guid == nil {
		t.Fatal("no GUID")
	}
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + c.TCPAddr, User: "alice@acme", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	if st, err := s.PublicStore(t.Context()); err != nil || st.GUID.String() != guid[1] {
		t.Errorf("public store %v %v", st.GUID, err)
	}
	c.contains(c.ok("--unhook-store acme --type company"), "Store unhooked.")
	if _, err := s.PublicStore(t.Context()); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("the public store is gone: %v", err)
	}
	c.contains(c.ok("--list-orphans"), "\t"+guid[1]+"\tacme         \t-         \t0 B       \tpublic")
	c.ok("--hook-store " + guid[1] + " -u acme --type company")
	if _, err := s.PublicStore(t.Context()); err != nil {
		t.Errorf("the public store is back: %v", err)
	}
	// A store that a company has is taken from it.
	c.ok("--create-company globex", "--hook-store "+guid[1]+" -u globex --type company")
	if _, err := s.PublicStore(t.Context()); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("the public store went to another company: %v", err)
	}
}
