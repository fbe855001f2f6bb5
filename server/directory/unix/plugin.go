package unix

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/server/directory/charset"
	"zarafa/server/directory/crypthash"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// Plugin is the system's list of accounts as a place that users come from.
type Plugin struct {
	settings Settings
	files    files
	text     charset.Decoder
	now      func() time.Time
	hashing  chan struct{} // how many passwords may be compared at a time
}

var _ plugin.Plugin = (*Plugin)(nil)

// New makes the plugin for the lists below a root folder, normally "/".
func New(s Settings, root string, now func() time.Time) (*Plugin, error) {
	text, err := charset.New(s.FullNameCharset)
	if err != nil {
		return nil, fmt.Errorf("fullname_charset: %w", err)
	}
	return &Plugin{settings: s, files: files{root}, text: text, now: now, hashing: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Name implements [plugin.Plugin].
func (p *Plugin) Name() string { return "unix" }

// Close implements [plugin.Plugin]: nothing is open.
func (p *Plugin) Close() error { return nil }

// Writes implements [plugin.Plugin]: what the system's lists have no place for.
func (p *Plugin) Writes() plugin.Writes {
	fixed := []string{plugin.LoginName, plugin.FullName, plugin.Password, plugin.GroupName}
	return plugin.Writes{
		Property:  func(name string) bool { return !slices.Contains(fixed, name) },
		Relations: []uint32{storage.RelationSendAs, storage.RelationQuotaUserRecip, storage.RelationQuotaCompany},
	}
}

// Read implements [plugin.Plugin].
func (p *Plugin) Read(context.Context, bool) (*plugin.Content, error) {
	accounts, err := p.accounts()
	if err != nil {
		return nil, err
	}
	groups, err := p.files.groups()
	if err != nil {
		return nil, err
	}
	content := new(plugin.Content)
	byName := make(map[string]plugin.Key)
	for _, a := range accounts {
		o := p.user(&a)
		content.Objects = append(content.Objects, o)
		byName[a.name] = o.Key()
	}
	for _, g := range groups {
		if !p.settings.Groups.contains(g.gid) {
			continue
		}
		o := p.group(&g)
		content.Objects = append(content.Objects, o)
		members := make(map[plugin.Key]bool)
		for _, name := range g.members {
			if key, ok := byName[name]; ok {
				members[key] = true
			}
		}
		for _, a := range accounts {
			if key := byName[a.name]; a.gid == g.gid || members[key] {
				content.Relations = append(content.Relations, plugin.Relation{Parent: o.Key(), Child: key, Type: storage.RelationGroupMember})
			}
		}
	}
	return content, nil
}

// accounts are those that count. Of several with one number the first does.
func (p *Plugin) accounts() ([]account, error) {
	list, err := p.files.accounts()
	if err != nil {
		return nil, err
	}
	seen := make(map[uint32]bool)
	return slices.DeleteFunc(list, func(a account) bool {
		drop := seen[a.uid] || !p.settings.Users.contains(a.uid)
		seen[a.uid] = true
		return drop
	}), nil
}

func (p *Plugin) user(a *account) plugin.Object {
	o := plugin.Object{ExternalID: number(a.uid), Class: mapi.ClassActiveUser, Props: map[string]string{
		plugin.LoginName: a.name, plugin.FullName: p.fullName(a), plugin.Email: a.name + "@" + p.settings.DefaultDomain, plugin.IsAdmin: "0",
	}}
	if slices.Contains(p.settings.NonLoginShells, a.shell) {
		o.Class = mapi.ClassNonActiveUser
	}
	o.Signature = signature(a.name, o.Props[plugin.FullName], o.Props[plugin.Email], a.shell, strconv.Itoa(int(a.gid)))
	return o
}

func (p *Plugin) fullName(a *account) string {
	name := a.fullName()
	if len(name) == 0 {
		return a.name
	}
	if utf8.Valid(name) {
		return string(name)
	}
	return p.text.Text(name)
}

func (p *Plugin) group(g *group) plugin.Object {
	return plugin.Object{
		ExternalID: number(g.gid), Class: mapi.ClassSecurityGroup, Signature: signature(append([]string{g.name}, g.members...)...),
		Props: map[string]string{plugin.GroupName: g.name, plugin.FullName: g.name},
	}
}

func number(n uint32) []byte { return strconv.AppendUint(nil, uint64(n), 10) }

func signature(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Knows implements [plugin.Plugin].
func (p *Plugin) Knows(_ context.Context, kind mapi.ObjectClass, name string) (bool, error) {
	switch kind {
	case mapi.ClassActiveUser.Kind():
		list, err := p.accounts()
		return slices.ContainsFunc(list, func(a account) bool { return strings.EqualFold(a.name, name) }), err
	case mapi.ClassGroup.Kind():
		list, err := p.files.groups()
		return slices.ContainsFunc(list, func(g group) bool { return p.settings.Groups.contains(g.gid) && strings.EqualFold(g.name, name) }), err
	}
	return false, nil
}

// Authenticate implements [plugin.Plugin].
func (p *Plugin) Authenticate(_ context.Context, user plugin.Key, name, password string) error {
	list, err := p.accounts()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(a account) bool { return string(number(a.uid)) == user.ID })
	if i < 0 || password == "" {
		return mapi.Errorf(mapi.LogonFailed, "unix", "no account %q", name)
	}
	stored, reason, err := p.password(&list[i])
	if err != nil {
		return err
	}
	p.hashing <- struct{}{}
	ok, err := crypthash.Crypt(stored, password)
	<-p.hashing
	if err != nil {
		return fmt.Errorf("the password of %q in /etc/shadow: %w; set it anew, or use auth_method = pam", name, err)
	}
	if !ok {
		return mapi.Errorf(mapi.LogonFailed, "unix", "wrong password, or a locked account: %q", name)
	}
	if reason != "" { // told only to those who know the password
		return mapi.Errorf(mapi.LogonFailed, "unix", "%q: %s", name, reason)
	}
	return nil
}

// password is the stored form of an account's password, and why he may not log on in spite of knowing it.
func (p *Plugin) password(a *account) (stored, reason string, err error) {
	if a.password != "x" {
		return a.password, "", nil // from before there was /etc/shadow
	}
	s, ok, err := p.files.shadowOf(a.name)
	if errors.Is(err, fs.ErrPermission) {
		return "", "", fmt.Errorf("%w; run the server as a user in the group shadow (run_as_group), or use auth_method = pam", err)
	}
	if err != nil {
		return "", "", err
	}
	if !ok {
		return "!", "", nil
	}
	const day = 24 * 60 * 60
	return s.password, s.expired(p.now().Unix() / day), nil
}
