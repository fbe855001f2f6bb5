package api

// Sort is what rows are sorted by; with a minus in front of it downwards.
type Sort string

// Orders. Within equal values rows stand by date, the newest first.
const (
	ByDate           Sort = "date"
	ByDateDown       Sort = "-date"
	ByFrom           Sort = "from"
	ByFromDown       Sort = "-from"
	ByTo             Sort = "to"
	ByToDown         Sort = "-to"
	BySubject        Sort = "subject"
	BySubjectDown    Sort = "-subject"
	BySize           Sort = "size"
	BySizeDown       Sort = "-size"
	ByFlag           Sort = "flag"
	ByFlagDown       Sort = "-flag"
	ByImportance     Sort = "importance"
	ByImportanceDown Sort = "-importance"
)

// Filter is which rows are shown.
type Filter string

// Filters.
const (
	All         Filter = ""
	Unread      Filter = "unread"
	Flagged     Filter = "flagged"
	Attachments Filter = "attachments"
)

// RowsQuery are the parameters of GET /api/rows. Of at, key and date one says where the window begins; without any it begins at the first row.
type RowsQuery struct {
	Folder ID     `json:"folder"`
	Sort   Sort   `json:"sort,omitempty"`
	Filter Filter `json:"filter,omitempty"`
	// At is the number of the first row.
	At int `json:"at,omitempty"`
	// Key is that of a row which the window shall show, with Before rows in front of it; if the server has not had the list open there may be none in front.
	// If the row is gone the window begins at At.
	Key string `json:"key,omitempty"`
	// Before is how many rows to show in front of the one with Key.
	Before int `json:"before,omitempty"`
	// Date begins the window with the first row at or behind an instant, for rows sorted by date.
	Date Time `json:"date,omitempty"`
	// N is how many rows are wanted.
	N int `json:"n"`
	// Keep are messages that a filter must show although they have ceased to meet it: mails that were read under "unread". At most 50.
	Keep []ID `json:"keep,omitempty"`
}

// Rows is a window of a folder.
type Rows struct {
	// Total is how many rows there are.
	Total int `json:"total"`
	// At is the number of the first row here.
	At   int   `json:"at"`
	Rows []Row `json:"rows"`
}

// FlagState is whether something is to be done about a message.
type FlagState string

// States of flags.
const (
	FlagNone     FlagState = ""
	FlagSet      FlagState = "flagged"
	FlagComplete FlagState = "complete"
)

// Importance of a message.
type Importance string

// Degrees of importance.
const (
	Low    Importance = "low"
	Normal Importance = "normal"
	High   Importance = "high"
)

// Row is a message in a list.
type Row struct {
	// ID is the message's, Key the row's: in a search folder the same message may be in several.
	ID  ID     `json:"id"`
	Key string `json:"key"`
	// Class is PR_MESSAGE_CLASS, such as "IPM.Note".
	Class   string `json:"class"`
	Subject string `json:"subject"`
	From    Who    `json:"from"`
	// To are the names of the recipients, as the sender's program wrote them.
	To      string `json:"to"`
	Date    Time   `json:"date"`
	Size    int    `json:"size"`
	Preview string `json:"preview"`
	Read    bool   `json:"read"`
	// Draft: it was not sent yet. Queued: it waits to be sent.
	Draft       bool       `json:"draft"`
	Queued      bool       `json:"queued"`
	Answered    bool       `json:"answered"`
	Forwarded   bool       `json:"forwarded"`
	Attachments bool       `json:"attachments"`
	Flag        FlagState  `json:"flag"`
	Due         Time       `json:"due,omitempty"`
	Importance  Importance `json:"importance"`
	Categories  []string   `json:"categories"`
	// Topic is the subject without Re: and the like, which the messages of a conversation share.
	Topic string `json:"topic"`
}

// Who is somebody with a name and an address, either of which may be empty.
type Who struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}
