// Package quickstart makes a folder that "zarafa serve" can serve: the settings of the server and of its agents, a certificate, an empty database with
// the first administrator.
//
// One goroutine makes a folder. server.cfg is written last, so that a run that was broken off can be repeated; a folder that has it is
// refused, since somebody's mail may be in it.
package quickstart

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"zarafa/serve"
)

// Options say what to make.
type Options struct {
	Domain string // of the mail addresses
	Folder string // is made if it is not there
	Host   string // the name that mail programs connect to; mail.DOMAIN if empty
	Admin  string // the login name of the first administrator; admin if empty
	// Password is the administrator's; one is made up if it is empty.
	Password string
	// Listen is where the programs listen; the zero value is [Standard] for root and [Unprivileged] for others.
	Listen Listen
	Relay  string // the mail server that mail goes out through, HOST:PORT; 127.0.0.1:25 if empty
	Now    func() time.Time
}

// Listen is where the programs of a folder listen, in the words of their settings.
type Listen struct {
	Server, LMTP, IMAP, IMAPS, POP3, POP3S, Web, Webs, Status string
}

// Standard are the ports that the protocols have.
func Standard() Listen {
	return Listen{
		Server: "*%lo:236", LMTP: "*%lo:2003", IMAP: "*:143", IMAPS: "*:993", POP3: "*:110", POP3S: "*:995",
		Web: "127.0.0.1:2280", Webs: "*:443", Status: "127.0.0.1:2237",
	}
}

// Unprivileged are ports that every account may open.
func Unprivileged() Listen {
	return Listen{
		Server: "*%lo:2236", LMTP: "*%lo:2003", IMAP: "*:2143", IMAPS: "*:2993", POP3: "*:2110", POP3S: "*:2995",
		Web: "127.0.0.1:2280", Webs: "*:2443", Status: "127.0.0.1:2237",
	}
}

var (
	domainSyntax = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	loginSyntax  = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
)

// complete fills in what was left out, and refuses what makes no sense.
func (o *Options) complete() error {
	o.Domain = strings.ToLower(strings.TrimSuffix(o.Domain, "."))
	if !domainSyntax.MatchString(o.Domain) || len(o.Domain) > 253 {
		return fmt.Errorf("%q is no domain; write the part of your mail addresses behind the @, as example.com", o.Domain)
	}
	def := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	def(&o.Host, "mail."+o.Domain)
	def(&o.Admin, "admin")
	def(&o.Relay, "127.0.0.1:25")
	if !domainSyntax.MatchString(strings.ToLower(o.Host)) {
		return fmt.Errorf("%q is no name of a host", o.Host)
	}
	if !loginSyntax.MatchString(o.Admin) {
		return fmt.Errorf("%q is no login name; letters, digits, dots, - and _ can be in one", o.Admin)
	}
	if o.Listen == (Listen{}) {
		o.Listen = Unprivileged()
		if os.Geteuid() == 0 {
			o.Listen = Standard()
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return err
	}
	if strings.ContainsAny(folder, "\n\r") || strings.Contains(folder, " /") {
		return fmt.Errorf("the path %q cannot be written into settings; choose another folder", folder)
	}
	if len(filepath.Join(folder, socketFile)) > longestSocket {
		return fmt.Errorf("the path %s is too long for a Unix socket in it; choose a folder nearer to the root", folder)
	}
	o.Folder = folder
	return nil
}

// longestSocket is how long the path of a Unix socket may be (sun_path has 108 bytes with the 0 at its end).
const longestSocket = 107

// Run makes the folder and writes to out what is to be done next, with the password if it was made up here.
func Run(ctx context.Context, o Options, out io.Writer) error {
	if err := o.complete(); err != nil {
		return err
	}
	path := filepath.Join(o.Folder, serve.ServerFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already; \"zarafa serve %s\" starts it, and another folder can be made beside it", path, o.Folder)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	made := o.Password == ""
	if made {
		o.Password = rand.Text()
	}
	for _, dir := range []struct {
		name string
		mode fs.FileMode
	}{{"", 0o755}, {dataFolder, 0o700}, {runFolder, 0o755}, {tlsFolder, 0o700}} {
		if err := os.MkdirAll(filepath.Join(o.Folder, dir.name), dir.mode); err != nil {
			return err
		}
	}
	if err := o.makeCertificate(); err != nil {
		return fmt.Errorf("making a certificate: %w", err)
	}
	files, err := o.settings()
	if err != nil {
		return err
	}
	if err := o.makeAdmin(ctx, files[len(files)-1].text); err != nil {
		return fmt.Errorf("making the first administrator: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(o.Folder, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return o.explain(out, made)
}
