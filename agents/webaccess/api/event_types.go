package api

// EventKinds are the events of GET /api/events: the name of each member is an event's name, its type that of the data. The stream begins with
// "hello". Events have ids; a stream that is resumed with Last-Event-ID goes on behind that one, if the server still has what came since, and begins with
// "reset" otherwise. Lines that begin with a colon come every 25 seconds to keep the connection alive.
type EventKinds struct {
	// Hello is the first event of every stream.
	Hello EventHello `json:"hello"`
	// Reset: whatever the client shows may be out of date, and has to be asked for again.
	Reset None `json:"reset"`
	// Stale: what is in a folder has changed; the client asks for the rows that it shows again. At most one each 100 ms for each folder.
	Stale EventStale `json:"stale"`
	// Counts: numbers of folders have changed.
	Counts EventCounts `json:"counts"`
	// Folders: the tree of folders has changed, other than in its numbers.
	Folders EventFolders `json:"folders"`
	// Mail: a new mail has come.
	Mail EventMail `json:"mail"`
	// Settings: they were changed in another window.
	Settings EventSettings `json:"settings"`
	// End: the session has ended; nothing more comes.
	End None `json:"end"`
}

// EventHello tells the version of the program.
type EventHello struct {
	Version string `json:"version"`
}

// EventStale names a folder.
type EventStale struct {
	Folder ID `json:"folder"`
}

// EventCounts are the numbers of folders.
type EventCounts struct {
	Folders []FolderCount `json:"folders"`
}

// FolderCount are the numbers of one folder.
type FolderCount struct {
	ID     ID  `json:"id"`
	Total  int `json:"total"`
	Unread int `json:"unread"`
}

// EventFolders names the store whose tree has changed.
type EventFolders struct {
	Store ID `json:"store"`
}

// EventMail tells of a new mail, for a notification.
type EventMail struct {
	ID      ID     `json:"id"`
	Folder  ID     `json:"folder"`
	From    Who    `json:"from"`
	Subject string `json:"subject"`
}

// EventSettings tells the new state.
type EventSettings struct {
	State State `json:"state"`
}
