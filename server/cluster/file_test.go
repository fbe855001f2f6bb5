package cluster_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"zarafa/server/cluster"
)

func TestParse(t *testing.T) {
	got, err := cluster.Parse(strings.NewReader(`# all servers
one   = address=192.0.2.1 http_port=236 ssl_port=237 file_path=/run/zarafa proxy_url=https://mail.example.com/one contains_public=yes
two=address=[2001:db8::2] ssl_port=237 contains_public=no
`), "servers.cfg")
	want := cluster.File{
		{Name: "one", Address: "192.0.2.1", HTTPPort: 236, SSLPort: 237, FilePath: "/run/zarafa", ProxyURL: "https://mail.example.com/one", ContainsPublic: true},
		{Name: "two", Address: "2001:db8::2", SSLPort: 237},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"one = address=a http_port=236\nONE = address=b http_port=236": "servers.cfg:2: there are two servers called ONE",
		"one = address=a http_port=0":                                  `http_port cannot be "0"`,
		"one = address=a ssl_port=65536":                               `ssl_port cannot be "65536"`,
		"one = address=http://a/ http_port=236":                        `address cannot be "http://a/"`,
		"one = address= http_port=236":                                 `address cannot be ""`,
		"one = address=a file_path=/run/zarafa":                        "neither http_port nor ssl_port",
		"one = http_port=236":                                          "a port but no address",
		"one = address=a http_port=236 file_path=run/zarafa":           `file_path cannot be "run/zarafa"`,
		"one = address=a http_port=236 proxy_url=mail.example.com":     `proxy_url cannot be "mail.example.com"`,
		"one = address=a http_port=236 contains_public":                `contains_public cannot be ""`,
		"one = address=a http_port=236 public=yes":                     `"public" is nothing that a server has`,
		"o/e = address=a http_port=236":                                "no blanks and slashes",
		"!include others.cfg":                                          "!include has no meaning here",
		strings.Repeat("x", 5000):                                      "longer than",
	} {
		_, err := cluster.Parse(strings.NewReader(text), "servers.cfg")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

// TestReadFile: a server that is not in its own list does not start.
func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "servers.cfg")
	if err := os.WriteFile(path, []byte("one = address=a http_port=236\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := cluster.ReadFile(path, "ONE"); err != nil || len(list) != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
	for _, tt := range []struct{ path, self, want string }{
		{path, "two", "server_name: this server, two, is not in the list"},
		{path + ".old", "one", "servers_config: open "},
	} {
		if _, err := cluster.ReadFile(tt.path, tt.self); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s as %s: %v", tt.path, tt.self, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("one = address=192.0.2.1 http_port=236 ssl_port=237 file_path=/run/zarafa contains_public=yes\n")
	f.Add("one = address=[::1] proxy_url=https://x\ntwo=")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := cluster.Parse(strings.NewReader(text), "servers.cfg")
		if err != nil {
			return
		}
		for _, s := range list {
			at := cluster.AddressesOf(s)
			if s.Name == "" || strings.ContainsAny(s.Name, "/ ") || at.HTTP == "" && at.SSL == "" {
				t.Errorf("%+v of %q", s, text)
			}
		}
	})
}
