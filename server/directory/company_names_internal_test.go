package directory

import "testing"

func TestLoginFormat(t *testing.T) {
	for _, tt := range []struct{ format, name, company, login string }{
		{"%u@%c", "alice", "acme", "alice@acme"},
		{"%u@%c", "a@b", "acme", "a@b@acme"},
		{`%c\%u`, `alice`, "acme", `acme\alice`},
		{`%c\%u`, `al\ice`, "acme", `acme\al\ice`},
		{"<%u at %c>", "alice", "acme", "<alice at acme>"},
		{"%u", "alice", "", "alice"},
		{"u-%u", "alice", "", "u-alice"},
	} {
		f := parseLoginFormat(tt.format)
		if got := f.login(tt.name, tt.company); got != tt.login {
			t.Errorf("%s: login %q, want %q", tt.format, got, tt.login)
		}
		if name, company, ok := f.split(tt.login); !ok || name != tt.name || company != tt.company {
			t.Errorf("%s: %q is split into %q and %q (%v)", tt.format, tt.login, name, company, ok)
		}
	}
	for _, tt := range []struct{ format, login string }{
		{"%u@%c", "alice"}, {"%u@%c", "@acme"}, {"%u@%c", "alice@"}, {"%u@%c", ""}, {`%c\%u`, "alice"}, {"u-%u", "alice"}, {"%u", ""},
	} {
		if name, company, ok := parseLoginFormat(tt.format).split(tt.login); ok {
			t.Errorf("%s: %q is split into %q and %q", tt.format, tt.login, name, company)
		}
	}
}

// FuzzLoginFormat: what is put together is taken apart to the same parts, and nothing panics.
func FuzzLoginFormat(f *testing.F) {
	f.Add("alice", "acme")
	f.Add("@", "a@b")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, format := range []string{"%u@%c", `%c\%u`, "%u", "", "%c", a, b} {
			p := parseLoginFormat(format)
			p.split(a)
			p.split(b)
			if name, company, ok := p.split(a); ok && p.login(name, company) != a {
				t.Errorf("%q by %q: %q, %q are put together to %q", a, format, name, company, p.login(name, company))
			}
		}
	})
}
