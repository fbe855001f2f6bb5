package admin

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"zarafa/mapi"
)

func TestLastActionWins(t *testing.T) {
	for _, tt := range []struct{ args, action, target, user string }{
		{"-l", "list-users", "", ""},
		{"-l -L", "list-groups", "", ""},
		{"-c a -d b", "delete-user", "b", ""},
		{"-d b -l", "list-users", "", ""},
		{"-u a", "update-user", "a", "a"},
		{"-u a --hook-store 00", "hook-store", "00", "a"},
		{"--hook-store 00 -u a", "hook-store", "00", "a"},
		{"--clear-cache", "clear-cache", "all", ""},
		{"--clear-cache=0x20", "clear-cache", "0x20", ""},
		{"--details=x --type group", "details", "x", ""},
	} {
		o, err := parse(strings.Fields(tt.args))
		if err != nil {
			t.Errorf("%s: %v", tt.args, err)
			continue
		}
		if o.action.name != tt.action || o.target != tt.target || o.user != tt.user {
			t.Errorf("%s: got %s %q %q", tt.args, o.action.name, o.target, o.user)
		}
	}
}

// A lone n is no, unlike in the settings files.
func TestTruth(t *testing.T) {
	for text, want := range map[string]bool{"n": false, "no": false, "0": false, "False": false, "": false, "y": true, "yes": true, "1": true, "TRUE": true} {
		var b boolean
		if err := b.Set(text); err != nil || b.value != want || !b.given {
			t.Errorf("%q: %v, %v", text, b, err)
		}
	}
	if err := new(boolean).Set("perhaps"); err == nil {
		t.Error("perhaps is accepted")
	}
	for text, want := range map[string]uint32{"no": 0, "n": 0, "0": 0, "yes": 1, "1": 1, "2": 2, "7": 2} {
		var a adminLevel
		if err := a.Set(text); err != nil || a.value != want {
			t.Errorf("%q: level %d, %v", text, a.value, err)
		}
	}
}

// Command lines that are refused before a server is asked, with a part of the message.
func TestRefusedCommandLines(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", "no action given"},
		{"-l extra", `unexpected argument "extra"`},
		{"--nonsense", "unknown flag"},
		{"-c", "needs an argument"},
		{"-c ''", "a name is needed"},
		{"-c a -e a@x -p s", "full name (-f)"},
		{"-c a -f A -p s", "mail address (-e)"},
		{"-c a -f A -e a@x", "password (-P)"},
		{"-c a -f A -e a@x -n n", "password (-P)"},
		{"-c a -f A -e a@x -p s -P", "either -p or -P"},
		{"-c a -f A -e a@x -p s --qo yes --qw 1", "all three levels"},
		{"-u a", "something to change"},
		{"-u a --qo y --qd y", "either --qo or --qd"},
		{"-u a --qw -1", "number of megabytes"},
		{"-u a --qw 9999999999999999", "number of megabytes"},
		{"-u a --qo perhaps", "yes or no"},
		{"-u a --enable-feature telex", "imap, pop3, mobile, outlook, webapp"},
		{"-u a --enable-feature imap --disable-feature imap", "at once"},
		{"-b a", "need a group (-i)"},
		{"--update-group g", "--update-group needs"},
		{"--details a --type dragon", "--type is"},
		{"--udqw 5 -u a", "with --create-company or --update-company"},
		{"--update-company c", "something to change"},
		{"--list-view", "--list-view needs a company (-I)"},
		{"--add-to-adminlist a", "needs a company (-I)"},
		{"--sync -I x", "-I is of no use with --sync"},
		{"--create-store a --lang xx", `language "xx"`},
		{"--hook-store 0", "needs a user (-u)"},
		{"--hook-store 0 -u a", "32 hexadecimal digits"},
		{"--hook-store 0 -u a --copyto-public", "--copyto-public is not offered"},
		{"--remove-store zz", "32 hexadecimal digits"},
		{"--purge-softdelete soon", "number of days"},
		{"--clear-cache=attic", `no cache "attic"`},
		{"--delete-store a", "--unhook-store"},
		{"--force-resync a b", "offline profiles"},
	} {
		var out strings.Builder
		tool := Tool{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, ConfigFile: "/nonexistent", LookupEnv: noEnv}
		args := strings.Fields(tt.args)
		for i := range args {
			args[i] = strings.Trim(args[i], "'")
		}
		status := tool.Run(t.Context(), append([]string{"-h", "/nonexistent"}, args...))
		if status != 1 || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s: status %d, want %q in %q", tt.args, status, tt.want, out.String())
		}
	}
}

func noEnv(string) (string, bool) { return "", false }

func TestUnprintableArguments(t *testing.T) {
	for _, arg := range []string{"a\nb", "a\x1b[1m", "\xff"} {
		if _, err := parse([]string{"-c", arg}); err == nil {
			t.Errorf("%q is accepted", arg)
		}
	}
	if _, err := parse([]string{"-c", "jürgen", "-f", "Jürgen Müller"}); err != nil {
		t.Error(err)
	}
}

func TestHelpAndVersion(t *testing.T) {
	if _, err := parse([]string{"--help"}); !errors.Is(err, pflag.ErrHelp) {
		t.Errorf("got %v", err)
	}
	var out strings.Builder
	tool := Tool{Version: "1.2", Stdout: &out, Stderr: &out}
	if status := tool.Run(t.Context(), []string{"--help"}); status != 0 {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{"-c, --create-user USER", "--clear-cache[=CACHES]", "-P, --password-prompt ", "--qw MB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help text lacks %q:\n%s", want, out.String())
		}
	}
	out.Reset()
	if status := tool.Run(t.Context(), []string{"-V"}); status != 0 || out.String() != "zarafa-admin 1.2\n" {
		t.Errorf("status %d, %q", status, out.String())
	}
}

// Every action says what it does, and either does it or refuses it.
func TestActions(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range actions() {
		if a.usage == "" || seen[a.name] || a.do == nil && a.check == nil {
			t.Errorf("action %q is incomplete or there twice", a.name)
		}
		seen[a.name] = true
	}
}

func TestParseCaches(t *testing.T) {
	for text, want := range map[string]uint32{"all": 0xFFFFFFFF, "quota": 1, "cell, acl": 0x30, "0x1000": 0x1000, "5": 5} {
		if got, err := parseCaches(text); got != want || err != nil {
			t.Errorf("%q: %#x, %v", text, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("-c\x00a\x00-f\x00A")
	f.Add("--hook-store\x0000\x00-u\x00a")
	f.Add("--clear-cache=0x20")
	f.Fuzz(func(t *testing.T, line string) {
		o, err := parse(strings.Split(line, "\x00"))
		if err != nil || o.action == nil {
			return
		}
		if o.check() == nil && o.action.do == nil {
			t.Errorf("%q: action %s has nothing to do", line, o.action.name)
		}
	})
}

func TestFormatSize(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1 K", 1024: "1 K", 999 * 1024: "999 K", 1000 * 1024: "0.98 M", 5 << 20: "5.00 M", 80 << 20: "80.0 M", 3 << 30: "3.00 G",
		1 << 50: "1024.0 T",
	} {
		if got := formatSize(bytes); got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
	if got := formatLevel(0); got != "unlimited" {
		t.Errorf("level 0: %q", got)
	}
}

func TestOutOfOffice(t *testing.T) {
	j := &job{Tool: &Tool{Location: timeUTC(), Now: fixedNow}, options: &options{}}
	now := mapi.FileTimeOf(fixedNow())
	const hour = 36_000_000_000
	on := mapi.Bool(mapi.PrECOutOfOffice, true)
	for _, tt := range []struct {
		props mapi.Props
		want  string
	}{
		{nil, "disabled"},
		{mapi.Props{on}, "enabled"},
		{mapi.Props{on, mapi.Time(mapi.PrECOutOfOfficeFrom, now-hour)}, "enabled from 01/02/26 02:04:05 (currently active)"},
		{mapi.Props{on, mapi.Time(mapi.PrECOutOfOfficeUntil, now-hour)}, "enabled until 01/02/26 02:04:05 (currently inactive)"},
		{mapi.Props{on, mapi.Time(mapi.PrECOutOfOfficeFrom, now-hour), mapi.Time(mapi.PrECOutOfOfficeUntil, now+hour)},
			"enabled from 01/02/26 02:04:05 until 01/02/26 04:04:05 (currently active)"},
	} {
		if got := j.outOfOffice(tt.props); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
