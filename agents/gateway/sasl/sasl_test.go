package sasl_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/sasl"
)

func TestExchanges(t *testing.T) {
	type c = sasl.Credentials
	for _, tt := range []struct {
		mechanism  string
		responses  []string // - is none
		challenges []string
		want       c
		err        error
	}{
		{"PLAIN", []string{"\x00alice\x00secret"}, nil, c{User: "alice", Password: "secret"}, nil},
		{"plain", []string{"-", "alice\x00alice\x00"}, []string{""}, c{User: "alice"}, nil},
		{"PLAIN", []string{"bob\x00alice\x00secret"}, nil, c{}, sasl.ErrIdentity},
		{"PLAIN", []string{"\x00\x00secret"}, nil, c{}, sasl.ErrMalformed},
		{"PLAIN", []string{""}, nil, c{}, sasl.ErrMalformed},
		{"PLAIN", []string{"\x00alice\x00secret\x00"}, nil, c{}, sasl.ErrMalformed},
		{"LOGIN", []string{"-", "alice", "secret"}, []string{"Username:", "Password:"}, c{User: "alice", Password: "secret"}, nil},
		{"LOGIN", []string{"alice", "secret"}, []string{"Password:"}, c{User: "alice", Password: "secret"}, nil},
		{"LOGIN", []string{"-", ""}, []string{"Username:"}, c{}, sasl.ErrMalformed},
		{"LOGIN", []string{"alice", "se\x00cret"}, []string{"Password:"}, c{}, sasl.ErrMalformed},
		{"OAUTHBEARER", []string{"n,a=al=2Cice=3D,\x01host=mail\x01port=143\x01auth=Bearer abc\x01\x01"}, nil, c{User: "al,ice=", Token: "abc"}, nil},
		{"OAUTHBEARER", []string{"-", "n,,\x01auth=bearer  abc\x01\x01"}, []string{""}, c{Token: "abc"}, nil},
		{"OAUTHBEARER", []string{"p=x,,\x01auth=Bearer abc\x01\x01"}, nil, c{}, sasl.ErrMalformed},
		{"OAUTHBEARER", []string{"n,,\x01auth=Bearer abc\x01"}, nil, c{}, sasl.ErrMalformed},
		{"OAUTHBEARER", []string{"n,,\x01auth=Basic abc\x01\x01"}, nil, c{}, sasl.ErrMalformed},
		{"OAUTHBEARER", []string{""}, nil, c{}, sasl.ErrMalformed},
		{"XOAUTH2", []string{"user=alice\x01auth=Bearer abc\x01\x01"}, nil, c{User: "alice", Token: "abc"}, nil},
		{"XOAUTH2", []string{"-", "user=alice\x01\x01"}, []string{""}, c{}, sasl.ErrMalformed},
	} {
		e, ok := sasl.New(tt.mechanism, true)
		if !ok {
			t.Fatalf("%s is not known", tt.mechanism)
		}
		var challenges []string
		var err error
		for i, r := range tt.responses {
			response := []byte(r)
			if r == "-" {
				response = nil
			}
			var challenge []byte
			var done bool
			if challenge, done, err = e.Next(response); err != nil {
				break
			}
			if done != (i == len(tt.responses)-1) {
				t.Errorf("%s %q: done after %d", tt.mechanism, tt.responses, i)
			}
			if !done {
				challenges = append(challenges, string(challenge))
			}
		}
		if !errors.Is(err, tt.err) || err == nil && e.Credentials() != tt.want || !slices.Equal(challenges, tt.challenges) {
			t.Errorf("%s %q: %+v, %q, %v", tt.mechanism, tt.responses, e.Credentials(), challenges, err)
		}
	}
}

func TestMechanisms(t *testing.T) {
	for _, tokens := range []bool{false, true} {
		for _, m := range sasl.Mechanisms(tokens) {
			e, ok := sasl.New(strings.ToLower(m), tokens)
			if !ok {
				t.Errorf("%s is offered and not known", m)
			} else if strings.Contains(m, "OAUTH") != (e.Failure() != nil) {
				t.Errorf("%s: failure %q", m, e.Failure())
			}
		}
	}
	for _, m := range []string{"OAUTHBEARER", "XOAUTH2", "", "CRAM-MD5"} {
		if _, ok := sasl.New(m, false); ok {
			t.Errorf("%q is known", m)
		}
	}
}

// Whatever comes, an exchange ends: in credentials with a user or a token, or an error.
func FuzzExchange(f *testing.F) {
	f.Add(0, "\x00alice\x00secret", "")
	f.Add(1, "alice", "secret")
	f.Add(2, "n,a=alice,\x01auth=Bearer abc\x01\x01", "")
	f.Add(3, "user=alice\x01auth=Bearer abc\x01\x01", "\x01")
	f.Fuzz(func(t *testing.T, mechanism int, first, second string) {
		all := sasl.Mechanisms(true)
		e, _ := sasl.New(all[uint(mechanism)%uint(len(all))], true)
		for _, response := range []string{first, second} {
			_, done, err := e.Next([]byte(response))
			if err != nil {
				return
			}
			if done {
				if c := e.Credentials(); c.User == "" && c.Token == "" || strings.Contains(c.User+c.Password+c.Token, "\x00") {
					t.Errorf("%q, %q give %+v", first, second, c)
				}
				return
			}
		}
		t.Errorf("%q, %q do not end", first, second)
	})
}
