package ldap

import (
	"fmt"
	"math"
	"strings"
	"time"

	"zarafa/daemon/settings"
)

// Sections is the table of settings. Names, defaults and meanings come from agents.md section 10; what is ours is marked so.
func (s *Settings) Sections() []settings.Section {
	return []settings.Section{
		s.connection(), s.older.section(), s.search(), s.users(), s.contacts(), s.groups(), s.companies(), s.lists(), s.servers(), s.quota(), obsolete(),
	}
}

func (s *Settings) connection() settings.Section {
	return settings.Section{Title: "Connection", Options: []settings.Option{
		{
			Name: "ldap_uri", Default: "ldap://localhost:389/", Value: settings.Words(&s.URIs),
			Doc: "The LDAP servers. The first one that answers is used; the others must have the same content.",
		},
		{
			Name: "ldap_starttls", Default: "no", Value: settings.Bool(&s.StartTLS),
			Doc: "Whether connections with ldap:// change to TLS.",
		},
		{
			Name: "ldap_ca_file", Value: settings.Text(&s.CAFile),
			Doc: "A file with the certificates (PEM) that the LDAP server's certificate must be signed by. Empty means those that the system trusts. This setting is ours.",
		},
		{
			Name: "ldap_server_charset", Default: "UTF-8", Value: settings.Text(&s.Charset),
			Doc: "The character set of texts in the directory. LDAP prescribes UTF-8.",
		},
		{
			Name: "ldap_bind_user", Value: settings.Text(&s.BindUser),
			Doc: "The DN that reads the directory. Empty reads as nobody.",
		},
		{
			Name: "ldap_bind_passwd", Value: settings.SecretText(&s.BindPassword),
			Doc: "The password of ldap_bind_user.",
		},
		{
			Name: "ldap_network_timeout", Default: "30", Value: settings.Duration(&s.NetworkTimeout, time.Second, 1, 3600),
			Doc: "How long to wait for a connection, and for the answer to a request.",
		},
		{
			Name: "ldap_authentication_method", Default: "bind", Value: settings.Choice(&s.Authentication, "bind", "password"),
			Doc: "How passwords are checked: bind logs on to the LDAP server as the user; password reads ldap_password_attribute as ldap_bind_user and compares.",
		},
	}}
}

// older holds the spellings of one server's address in three settings.
type older struct {
	host, protocol string
	port           int
}

func (o *older) section() settings.Section {
	const instead = "write ldap_uri"
	return settings.Section{Title: "Connection, in older spellings", Options: []settings.Option{
		{Name: "ldap_host", Default: "localhost", Value: settings.Text(&o.host), Deprecated: instead, Doc: "The LDAP server."},
		{Name: "ldap_port", Default: "389", Value: settings.Int(&o.port, 1, 65535), Deprecated: instead, Doc: "Its port."},
		{Name: "ldap_protocol", Default: "ldap", Value: settings.Choice(&o.protocol, "ldap", "ldaps"), Deprecated: instead, Doc: "Whether the connection uses TLS from the start."},
	}}
}

// apply translates the older spellings, unless the later one is there.
func (o *older) apply(set *settings.Set, s *Settings) error {
	if !set.Given("ldap_host") && !set.Given("ldap_port") && !set.Given("ldap_protocol") {
		return nil
	}
	if set.Given("ldap_uri") {
		set.Warnf("ldap_uri is set, so ldap_host, ldap_port and ldap_protocol have no effect; delete them")
		return nil
	}
	host := o.host
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	s.URIs = []string{fmt.Sprintf("%s://%s:%d/", o.protocol, host, o.port)}
	set.Warnf("the older settings mean ldap_uri = %s; write that", s.URIs[0])
	return nil
}

func (s *Settings) search() settings.Section {
	return settings.Section{Title: "Search", Options: []settings.Option{
		{
			Name: "ldap_search_base", Value: settings.Text(&s.SearchBase),
			Doc: "The DN below which everything is. Must be set.",
		},
		{
			Name: "ldap_object_type_attribute", Default: "objectClass", Value: settings.Text(&s.TypeAttribute),
			Doc: "The attribute that tells what an entry is. The settings that end in type_attribute_value have its values: several with commas between, if an entry must have all of them. An entry of several kinds is of that for which it has more values.",
		},
		{
			Name: "ldap_last_modification_attribute", Default: "modifyTimestamp", Value: settings.Text(&s.ModificationAttribute),
			Doc: "The attribute that changes whenever the entry does. Entries in which it stayed the same are not read again. Empty reads everything each time.",
		},
		{
			Name: "ldap_page_size", Default: "1000", Value: settings.Int(&s.PageSize, 0, math.MaxInt32),
			Doc: "How many entries are asked for at a time. Must not be more than the LDAP server gives. 0 asks for all at once.",
		},
		{
			Name: "ldap_filter_cutoff_elements", Default: "1000", Value: settings.Int(&s.FilterCutoff, 0, math.MaxInt32),
			Doc: "If more entries than this have changed, all are read rather than each by name. 0 reads them by name, however many.",
		},
	}}
}

func attribute(name, value string, field *string, doc string, aliases ...string) settings.Option {
	return settings.Option{Name: name, Aliases: aliases, Default: value, Value: settings.Text(field), Doc: doc}
}

// kind are the settings that every kind of entries has.
func (k *Kind) options(word, plural string) []settings.Option {
	return []settings.Option{
		{
			Name: "ldap_" + word + "_type_attribute_value", Value: commaList{&k.Types},
			Doc: "The values of ldap_object_type_attribute that " + plural + " have.",
		},
		{
			Name: "ldap_" + word + "_search_filter", Value: settings.Text(&k.Filter),
			Doc: "A filter that " + plural + " must match as well.",
		},
	}
}

// unique are the settings of the attribute that identifies entries.
func (k *Kind) unique(word, value, what string) []settings.Option {
	return []settings.Option{
		attribute("ldap_"+word+"_unique_attribute", value, &k.Unique, "The attribute that identifies a "+what+". A change of it makes somebody else of the entry."),
		uniqueType("ldap_"+word+"_unique_attribute_type", &k.UniqueType),
	}
}

func uniqueType(name string, field *string) settings.Option {
	return settings.Option{Name: name, Default: "text", Value: settings.Choice(field, "text", "binary"), Doc: "Whether the attribute before is a text or binary."}
}

// options are the settings of an attribute that names other entries.
func (r *Reference) options(word, value, typ, relation, doc string, older ...string) []settings.Option {
	aliases := func(suffix string) (list []string) {
		for _, o := range older {
			list = append(list, "ldap_"+o+suffix)
		}
		return list
	}
	return []settings.Option{
		{Name: "ldap_" + word + "_attribute", Aliases: aliases("_attribute"), Default: value, Value: settings.Text(&r.Attribute), Doc: doc},
		{
			Name: "ldap_" + word + "_attribute_type", Aliases: aliases("_attribute_type"), Default: typ, Value: settings.Choice(&r.Type, "text", "dn", "binary"),
			Doc: "Whether the attribute before has the DN of entries, or a text or binary value of them.",
		},
		{
			Name: "ldap_" + word + "_relation_attribute", Aliases: aliases("_relation_attribute"), Default: relation, Value: settings.Text(&r.Relation),
			Doc: "For text and binary: the attribute of the other entries that has the value. Empty means their unique attribute.",
		},
	}
}

// commaList binds a list of words with commas between.
type commaList struct{ field *[]string }

func (v commaList) Set(text string) error {
	*v.field = nil
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*v.field = append(*v.field, word)
		}
	}
	return nil
}

func (v commaList) String() string { return strings.Join(*v.field, ", ") }
func (v commaList) Kind() string   { return "words with commas between" }

// obsolete are settings of caches that this server does not have: it keeps all users in memory.
func obsolete() settings.Section {
	var options []settings.Option
	for _, name := range []string{"ldap_object_search_filter", "ldap_membership_cache_size", "ldap_membership_cache_lifetime"} {
		options = append(options, settings.Option{Name: name, Obsolete: "names and memberships are looked up in memory"})
	}
	return settings.Section{Title: "Settings of older servers", Options: options}
}
