package ldap

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
	"zarafa/server/directory/charset"
	"zarafa/server/directory/plugin"
)

// Plugin is the LDAP directory as a place that users come from.
type Plugin struct {
	settings *Settings
	pool     *pool
	text     charset.Decoder
	log      *slog.Logger
	hashing  chan struct{} // how many passwords may be compared at a time

	mu      sync.Mutex // one reading at a time
	last    *reading
	aliases aliases // nil until they were read

	dnMu sync.RWMutex
	dns  map[plugin.Key]string // where users' entries are, from the last reading
}

var _ plugin.Plugin = (*Plugin)(nil)

// New makes the plugin; nothing connects yet. Hosted says whether there are companies; without, the settings about them have no effect.
func New(s Settings, hosted bool, log *slog.Logger, now func() time.Time) (*Plugin, error) {
	if !hosted {
		s.Company.Types = nil
	} else if len(s.Company.Types) == 0 {
		return nil, fmt.Errorf("ldap_company_type_attribute_value: nothing says which entries are companies; write the object class, such as organizationalUnit, or set enable_hosted_zarafa = no")
	}
	text, err := charset.New(s.Charset)
	if err != nil {
		return nil, err
	}
	p := &Plugin{
		settings: &s, text: text, log: log, hashing: make(chan struct{}, runtime.GOMAXPROCS(0)), last: &reading{}, dns: make(map[plugin.Key]string),
	}
	p.pool, err = newPool(p.settings, now)
	return p, err
}

// Name implements [plugin.Plugin].
func (p *Plugin) Name() string { return "ldap" }

// Writes implements [plugin.Plugin]: everything is changed in the LDAP directory.
func (p *Plugin) Writes() plugin.Writes { return plugin.Writes{} }

// Close implements [plugin.Plugin].
func (p *Plugin) Close() error { return p.pool.close() }

// Read implements [plugin.Plugin].
func (p *Plugin) Read(ctx context.Context, full bool) (*plugin.Content, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, err := p.read(ctx, p.last, full)
	if err != nil {
		return nil, err
	}
	t := &translator{
		plugin: p, settings: p.settings, text: p.text, entries: now.entries,
		objects: make(map[string]plugin.Object, len(now.entries)), indexes: make(map[string]map[string][]*entry),
	}
	for _, key := range t.order() {
		if o, ok := t.object(now.entries[key]); ok {
			t.objects[key] = o
		}
	}
	t.companies()
	t.systemAdmins()
	content := &plugin.Content{Relations: t.relations(), Servers: t.servers()}
	lists, err := p.listMembers(ctx, t)
	if err != nil {
		return nil, err
	}
	content.Relations = append(content.Relations, lists...)
	dns := make(map[plugin.Key]string, len(t.objects))
	for _, key := range slices.Sorted(maps.Keys(t.objects)) {
		o := t.objects[key]
		content.Objects = append(content.Objects, o)
		dns[o.Key()] = now.entries[key].rawDN
	}
	p.last = now
	p.dnMu.Lock()
	p.dns = dns
	p.dnMu.Unlock()
	return content, nil
}

// maxName is longer than any name that somebody has.
const maxName = 256

// Knows implements [plugin.Plugin].
func (p *Plugin) Knows(ctx context.Context, kind mapi.ObjectClass, name string) (bool, error) {
	if name == "" || len(name) > maxName {
		return false, nil
	}
	var filters []string
	for cat := range categories {
		attribute := map[category]string{catUser: p.settings.User.Login, catGroup: p.settings.Group.Name, catDynamicGroup: p.settings.DynamicGroup.Name,
			catCompany: p.settings.Company.Name, catAddressList: p.settings.AddressList.Name}[cat]
		k := p.settings.kind(cat)
		if attribute != "" && len(k.Types) > 0 && cat.class() == kind {
			filters = append(filters, all(p.settings.filterOf(k), equals(attribute, p.text.Encode(name))))
		}
	}
	if len(filters) == 0 {
		return false, nil
	}
	found := false
	err := p.pool.with(ctx, func(c *goldap.Conn) error {
		raw, err := p.search(c, p.settings.SearchBase, anyOf(filters...))
		found = len(raw) > 0
		return err
	})
	return found, err
}
