package sanitize

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write anew what is expected in testdata")

// attack is a case of testdata/attacks: a page and what is expected of it.
type attack struct {
	kind, name, page, want string
}

// attacks reads all cases. A file is a kind of attack; its cases are "%% name", the page, "==" and what is expected.
func attacks(t testing.TB) []attack {
	t.Helper()
	files, err := filepath.Glob("testdata/attacks/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no attacks:", err)
	}
	var all []attack
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n%% ")[1:] {
			name, rest, _ := strings.Cut(part, "\n")
			page, want, _ := strings.Cut(rest, "\n==\n")
			all = append(all, attack{strings.TrimSuffix(filepath.Base(file), ".txt"), name, strings.TrimSuffix(page, "\n"), strings.TrimSuffix(want, "\n")})
		}
	}
	return all
}

func writeAttacks(t *testing.T, all []attack) {
	files := map[string]string{}
	for _, a := range all {
		files[a.kind] += "%% " + a.name + "\n" + a.page + "\n==\n" + a.want + "\n"
	}
	for kind, data := range files {
		if err := os.WriteFile("testdata/attacks/"+kind+".txt", []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// blocking is a policy that blocks pictures of others; the mail has some parts.
var blocking = Policy{Inline: func(r Reference) (string, bool) {
	switch {
	case r.ContentID != "" && r.ContentID != "missing@x":
		return "/part/" + url.QueryEscape(r.ContentID), true
	case r.Location == "logo.gif" || r.Location == "http://mhtml.example/pic":
		return "/part/" + url.QueryEscape(r.Location), true
	}
	return "", false
}}

// proxying is a policy that loads pictures through a proxy.
var proxying = Policy{Inline: blocking.Inline, Prefix: "q7-",
	Remote:  func(address string) (string, bool) { return "/proxy?u=" + url.QueryEscape(address), true },
	Compose: func(mailto string) string { return "/compose?to=" + url.QueryEscape(mailto) },
}

// describe is a result as the expected ones are written.
func describe(r Result) string {
	var out strings.Builder
	out.WriteString(r.HTML + "\n")
	if r.Reason != None {
		fmt.Fprintf(&out, "reason: %s\n", r.Reason)
	}
	if r.Blocked+r.Inline+r.Remote > 0 {
		fmt.Fprintf(&out, "pictures: %d blocked, %d inline, %d remote\n", r.Blocked, r.Inline, r.Remote)
	}
	if r.Colours || r.DarkMode {
		fmt.Fprintf(&out, "colours: %v, dark mode: %v\n", r.Colours, r.DarkMode)
	}
	for i, l := range r.Links {
		fmt.Fprintf(&out, "link %d: %q to %q, host %q", i, l.Text, l.Address, l.Host)
		for _, f := range []struct {
			name string
			set  bool
		}{{"mismatch", l.Mismatch}, {"userinfo", l.Userinfo}, {"mixed", l.Mixed}, {"hidden", l.Hidden}} {
			if f.set {
				out.WriteString(" " + f.name)
			}
		}
		out.WriteByte('\n')
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// TestAttacks: what is left of each attack is what was found harmless when the case was written.
func TestAttacks(t *testing.T) {
	all := attacks(t)
	for i, a := range all {
		got := describe(HTML([]byte(a.page), blocking))
		if *update {
			all[i].want = got
		} else if got != a.want {
			t.Errorf("%s, %s: %s\n got %s\nwant %s", a.kind, a.name, a.page, got, a.want)
		}
	}
	if *update {
		writeAttacks(t, all)
	}
}
