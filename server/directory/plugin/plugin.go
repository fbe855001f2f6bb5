// Package plugin is the contract between the directory and the places that users, groups and companies come from
// (setting user_plugin; objects.md section 9).
//
// A plugin reads and checks passwords; the directory gives numbers, keeps a copy in the server's database and answers all
// look-ups from memory. So a plugin may be slow or out of reach without the server noticing.
//
// Methods of a plugin are called by many goroutines. Whatever a plugin gives away is never changed afterwards, by either
// side. A plugin that cannot read everything gives an error and nothing else: an incomplete answer would delete
// whom it leaves out.
package plugin

import (
	"context"

	"zarafa/mapi"
)

// Names of an object's properties (objects.md section 9, the db plugin's). All others are named by their tag, 0xTTTTTTTT,
// with the 8-bit type of strings and binaries in base64.
const (
	LoginName = "loginname"
	Password  = "password" // its stored form; known to the directory's own database alone
	FullName  = "fullname"
	Email     = "emailaddress"
	IsAdmin   = "isadmin" // 0, 1 or 2
	IsHidden  = "ishidden"
	GroupName = "groupname"
	// CompanyName is the name of a company.
	CompanyName = "companyname"
	// CompanyAdmin is the external id, in base64, of the user who is a company's system administrator.
	CompanyAdmin = "companyadmin"
	// HomeServer is the name of the server that has the object's store.
	HomeServer       = "servername"
	ResourceCapacity = "resourcecapacity"
	UseDefaultQuota  = "usedefaultquota"
	WarnQuota        = "warnquota" // in bytes, as the others
	SoftQuota        = "softquota"
	HardQuota        = "hardquota"
	Modified         = "modtime" // the signature
	// UserDefault begins the names of the limits that a company has for its users.
	UserDefault = "user"
)

// Key names an object: an external id is unique among the objects of a kind.
type Key struct {
	Kind mapi.ObjectClass
	ID   string
}

// KeyOf makes the key of an object of a class.
func KeyOf(class mapi.ObjectClass, externalID []byte) Key {
	return Key{class.Kind(), string(externalID)}
}

// Object is what a plugin says about a user, group, company or list.
type Object struct {
	ExternalID []byte // at most [MaxExternalID] bytes, not empty
	Class      mapi.ObjectClass
	// Signature differs whenever something about the object does.
	Signature string
	Props     map[string]string
	Multi     map[string][]string
	Company   []byte // external id of the company it belongs to, empty: none
}

// Key names the object.
func (o *Object) Key() Key { return KeyOf(o.Class, o.ExternalID) }

// MaxExternalID is how long an external id may be, in bytes: what fits into a key of the database.
const MaxExternalID = 200

// Relation links two objects; Type is one of storage.Relation….
type Relation struct {
	Parent, Child Key
	Type          uint32
}

// Server is one of several servers that stores are spread over.
type Server struct {
	Name              string
	Address           string // host name or IP address
	HTTPPort, SSLPort int    // 0: not there
	FilePath          string // of its Unix socket
	ProxyURL          string // for clients that come through a proxy
	ContainsPublic    bool   // whether it has the public store
}

// Content is everything a plugin knows.
type Content struct {
	Objects   []Object
	Relations []Relation
	Servers   []Server
}

// Writes is what administrators may change of a plugin's objects through this server. It is kept in the server's database and
// wins over what the plugin says.
type Writes struct {
	// Property reports whether a property may be changed; nil: none.
	Property func(name string) bool
	// Relations are the types that are kept in the server's database alone.
	Relations []uint32
}

// Plugin is a place that users come from.
type Plugin interface {
	// Name is the word for user_plugin, of letters alone.
	Name() string
	// Read reads everything. It may take long, but ends by itself. Unless full is set, the plugin may take over from the last time
	// what it has reason to believe unchanged.
	Read(ctx context.Context, full bool) (*Content, error)
	// Knows asks whether there is an object of a kind with a login or group name, for a name that the last Read did not
	// bring. The name comes from strangers.
	Knows(ctx context.Context, kind mapi.ObjectClass, name string) (bool, error)
	// Authenticate checks a user's password, which is not empty. A wrong one is LOGON_FAILED; any other error means that nobody
	// knows.
	Authenticate(ctx context.Context, user Key, name, password string) error
	// Writes says what can be changed from here.
	Writes() Writes
	// Close ends connections. No method is called after it.
	Close() error
}
