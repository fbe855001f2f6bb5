package api

// Credentials are the body of POST /api/logon.
type Credentials struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// User is who has logged on, and what the client has to know at the start. It answers POST /api/logon, and "session/get" after a reload.
type User struct {
	// Name is the login name.
	Name     string `json:"name"`
	FullName string `json:"fullName"`
	Address  string `json:"address"`
	// Store is the user's own store.
	Store ID `json:"store"`
	// Administrator: the user may administer the server or his company.
	Administrator bool   `json:"administrator"`
	Limits        Limits `json:"limits"`
	// Version is that of the program. A client that sees another one than it was loaded with suggests to reload.
	Version string `json:"version"`
}

// Limits are bounds that the server keeps; the client shows them before they are met.
type Limits struct {
	// Upload is the largest file, UploadTotal what may wait to be attached, both in bytes.
	Upload      int64 `json:"upload"`
	UploadTotal int64 `json:"uploadTotal"`
	// Rows is how many rows one request gets, Bulk how many messages one call changes before it answers.
	Rows int `json:"rows"`
	Bulk int `json:"bulk"`
	// Hold is how many seconds sending can be held back at most.
	Hold int `json:"hold"`
}

// OpenSession is a log-on of the user, in this browser or another.
type OpenSession struct {
	ID ID `json:"id"`
	// Current: it is the one that asks.
	Current bool `json:"current"`
	Since   Time `json:"since"`
	// Used is when something was last asked for.
	Used    Time   `json:"used"`
	Address string `json:"address"`
	// Browser is what the browser calls itself.
	Browser string `json:"browser"`
}

// SessionList is the result of "session/list".
type SessionList struct {
	List []OpenSession `json:"list"`
}

// SessionRevoke ends sessions of the user. Ids of others' are not found.
type SessionRevoke struct {
	IDs []ID `json:"ids"`
}

// Quota is the result of "quota/get", in bytes; 0 is no limit.
type Quota struct {
	Used int64 `json:"used"`
	// Warn is where a mail warns, Soft where nothing can be sent any more, Hard where nothing can be received or saved.
	Warn int64 `json:"warn"`
	Soft int64 `json:"soft"`
	Hard int64 `json:"hard"`
}
