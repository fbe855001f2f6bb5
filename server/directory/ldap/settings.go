package ldap

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/directory/charset"
)

// Settings are those of ldap.cfg. They are read once and never changed.
type Settings struct {
	URIs           []string
	StartTLS       bool
	CAFile         string // PEM; empty: the system's
	Charset        string
	BindUser       string
	BindPassword   settings.Secret
	NetworkTimeout time.Duration
	PageSize       int // entries; 0: all at once
	SearchBase     string
	Authentication string // bind or password

	ModificationAttribute string
	FilterCutoff          int

	TypeAttribute string
	User          User
	Contact       Kind
	Group         Group
	Company       Company
	AddressList   List
	DynamicGroup  List
	Server        Servers
	Quota         Quota

	// Properties are further attributes by property tag (!propmap), tags with the 8-bit type of strings.
	Properties map[mapi.PropTag]string

	older older
}

// Kind says which entries are of a kind.
type Kind struct {
	Types      []string // values of the type attribute, all of which an entry must have; none: there are no such objects
	Filter     string
	Unique     string // the attribute that becomes the external id
	UniqueType string // text or binary
}

// Reference is an attribute that names other entries: by their DN (dn), or by the value that they have in the attribute Relation (text,
// binary); without Relation in their unique attribute.
type Reference struct {
	Attribute, Type, Relation string
}

// User has the attributes of users; those that groups and contacts share are here too.
type User struct {
	Kind
	FullName, Login, Password   string
	Email, Aliases              string
	Admin, NonActive            string
	ResourceType, Capacity      string
	Certificate, Hidden, Server string
	SendAs                      Reference
}

// Group has the attributes of groups.
type Group struct {
	Kind
	Name                   string
	Members                Reference
	Security, SecurityType string
}

// Company has the attributes of companies.
type Company struct {
	Kind
	Name, Server            string
	View, Admin, SystemUser Reference
}

// List has the attributes of address lists and dynamic groups: their members are what a filter finds below a base.
type List struct {
	Kind
	Name, FilterAttribute, BaseAttribute string
}

// Servers has the attributes of the servers of an installation.
type Servers struct {
	Kind
	Address, HTTPPort, SSLPort, FilePath, ProxyURL, ContainsPublic string
}

// Quota has the attributes of limits.
type Quota struct {
	Override, Warn, Soft, Hard                      string
	UserOverride, UserWarn, UserSoft, UserHard      string
	UserWarningRecipients, CompanyWarningRecipients Reference
	Multiplier                                      int64
}

// ReadSettings reads ldap.cfg. Warnings are for the log.
func ReadSettings(path string) (Settings, []string, error) {
	var s Settings
	set, err := settings.New(s.Sections())
	if err != nil {
		return s, nil, err
	}
	s.Properties = make(map[mapi.PropTag]string)
	err = set.ReadFile(path, settings.Source{Directives: map[string]func(string) error{
		"propmap": func(path string) error { return readPropmap(path, s.Properties) },
	}})
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil, fmt.Errorf("user_plugin_config: %w; create the file, see docs/ldap.md", err)
	}
	if err != nil {
		return s, nil, err
	}
	if err := set.Apply(); err != nil {
		return s, nil, err
	}
	err = s.check(set)
	return s, set.Warnings(), err
}

// check refuses what cannot work.
func (s *Settings) check(set *settings.Set) error {
	if err := s.older.apply(set, s); err != nil {
		return err
	}
	if len(s.URIs) == 0 {
		return set.Problem("ldap_uri", "no LDAP server is named", "write ldap_uri = ldap://host:389/")
	}
	for _, uri := range s.URIs {
		if err := checkURI(uri); err != nil {
			return set.Problem("ldap_uri", err.Error(), "write ldap://host:389/, ldaps://host:636/ or ldapi://%2Fpath%2Fof%2Fsocket")
		}
	}
	if s.SearchBase == "" {
		return set.Problem("ldap_search_base", "no entry is named below which users are searched for", "write the DN of the directory, such as dc=example,dc=com")
	}
	for name, k := range map[string]*Kind{"user": &s.User.Kind, "group": &s.Group.Kind} {
		if len(k.Types) == 0 {
			return set.Problem("ldap_"+name+"_type_attribute_value", "nothing says which entries are "+name+"s", "write the object class, such as "+name+" for Active Directory")
		}
	}
	if _, err := charset.New(s.Charset); err != nil {
		return set.Problem("ldap_server_charset", err.Error(), "write the name of a character set, such as UTF-8")
	}
	for name, k := range s.kinds() {
		if _, err := compile(k.Filter); err != nil {
			return set.Problem("ldap_"+name+"_search_filter", err.Error(), "write a filter such as (mail=*)")
		}
	}
	return nil
}

// kinds are all kinds of entries by their word in the settings' names.
func (s *Settings) kinds() map[string]*Kind {
	return map[string]*Kind{
		"user": &s.User.Kind, "contact": &s.Contact, "group": &s.Group.Kind, "company": &s.Company.Kind,
		"addresslist": &s.AddressList.Kind, "dynamicgroup": &s.DynamicGroup.Kind, "server": &s.Server.Kind,
	}
}
