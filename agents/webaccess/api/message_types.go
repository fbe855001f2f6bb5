package api

// MessagesGet asks for messages, at most 20 at a time.
type MessagesGet struct {
	IDs []ID `json:"ids"`
	// Part asks for a message within each of them instead: numbers of attachments, with dots between them, such as "2" or "2.1".
	Part string `json:"part,omitempty"`
}

// Messages is the result of "messages/get".
type Messages struct {
	List   []Message `json:"list"`
	Failed Failures  `json:"failed"`
}

// RecipientKind is where a mail names a recipient.
type RecipientKind string

// Kinds of recipients.
const (
	To  RecipientKind = "to"
	Cc  RecipientKind = "cc"
	Bcc RecipientKind = "bcc"
)

// Recipient gets a mail.
type Recipient struct {
	Kind    RecipientKind `json:"kind"`
	Name    string        `json:"name"`
	Address string        `json:"address"`
}

// Message is a message as the reader shows it.
type Message struct {
	ID     ID     `json:"id"`
	Part   string `json:"part,omitempty"`
	Folder ID     `json:"folder"`
	// State changes with every change of the message but that of being read.
	State   State  `json:"state"`
	Class   string `json:"class"`
	Subject string `json:"subject"`
	From    Who    `json:"from"`
	// Sender is who has sent it for From, if that is somebody else.
	Sender *Who `json:"sender,omitempty"`
	// ReplyTo are those who get answers, if that is not From.
	ReplyTo    []Who       `json:"replyTo"`
	Recipients []Recipient `json:"recipients"`
	// Received is when it came, Sent when it was sent.
	Received   Time       `json:"received"`
	Sent       Time       `json:"sent"`
	Size       int        `json:"size"`
	Read       bool       `json:"read"`
	Draft      bool       `json:"draft"`
	Queued     bool       `json:"queued"`
	Answered   bool       `json:"answered"`
	Forwarded  bool       `json:"forwarded"`
	Flag       FlagState  `json:"flag"`
	Due        Time       `json:"due,omitempty"`
	Importance Importance `json:"importance"`
	Categories []string   `json:"categories"`
	Topic      string     `json:"topic"`
	// Body is what the reader shows.
	Body Body `json:"body"`
	// Files are the attachments, without pictures that the body shows.
	Files []Attachment `json:"files"`
	// ReceiptWanted: the sender wants to know when it is read.
	ReceiptWanted bool `json:"receiptWanted"`
	// External: the sender is not in the address book of this server.
	External bool `json:"external"`
	// Unsubscribe is an https address or mailto of List-Unsubscribe (RFC 2369), empty if there is none.
	Unsubscribe string `json:"unsubscribe,omitempty"`
}

// Body is the text of a message.
type Body struct {
	// Format is html if Frame is the address of a page for a frame; then Text is the same as plain text, for previews and readers of screens.
	Format Format `json:"format"`
	// Frame is an address relative to the base path, empty without HTML.
	Frame string `json:"frame,omitempty"`
	Text  string `json:"text"`
	// Cut: the text is longer than what is here, 256 KiB at most.
	Cut bool `json:"cut"`
	// Blocked is how many remote pictures the page leaves out.
	Blocked int `json:"blocked"`
	// Plain: the page was too large or too deep to be made harmless, so that only the text is shown.
	Plain bool `json:"plain"`
	// Links are those of the page, by the attribute data-link of its elements.
	Links []Link `json:"links"`
	// Light: the page has colours of its own, so that it belongs on light paper in dark mode as well.
	Light bool `json:"light"`
}

// Link is a link of a page: what is shown before it is followed.
type Link struct {
	Address string `json:"address"`
	// Host is the host that is really reached, as it should be shown; empty for other kinds of addresses.
	Host string `json:"host"`
	// Suspicious: the reader should be asked before it is opened, since it looks like another one.
	Suspicious bool `json:"suspicious"`
}

// Attachment is a file or a message in a message.
type Attachment struct {
	// Path is the attachment's number, behind those of the messages that it is in: "3", "2.1".
	Path string `json:"path"`
	// Name has no path, no control characters and none that turn the direction of writing.
	Name string `json:"name"`
	// Type is the media type that the sender gave it.
	Type string `json:"type"`
	Size int64  `json:"size"`
	// Address saves it; relative to the base path.
	Address string `json:"address"`
	// Show is the address that shows it in the browser, empty if that is not safe.
	Show string `json:"show,omitempty"`
	// ContentID is what a page names it by, without brackets.
	ContentID string `json:"contentId,omitempty"`
	// Message: it is a message, which "messages/get" reads with Path as its part.
	Message bool `json:"message"`
	// Deceptive: the name pretends to be of another kind.
	Deceptive bool `json:"deceptive"`
}

// RowRange is some rows of a list, in its order.
type RowRange struct {
	At int `json:"at"`
	N  int `json:"n"`
}

// MessageSelection says which messages a call is about: ids, or rows of a list that the browser need not have loaded.
type MessageSelection struct {
	IDs []ID `json:"ids,omitempty"`
	// Folder is where all of them are shown; Sort and Filter are those of the list there, of which Ranges are meant, or without any Ranges all of it.
	Folder ID         `json:"folder"`
	Sort   Sort       `json:"sort,omitempty"`
	Filter Filter     `json:"filter,omitempty"`
	Ranges []RowRange `json:"ranges,omitempty"`
	// Except are ids that are left out of the rows.
	Except []ID `json:"except,omitempty"`
}

// MessagesSet changes messages.
type MessagesSet struct {
	Of MessageSelection `json:"of"`
	// Cursor is Next of the answer before, empty in the first call.
	Cursor string `json:"cursor,omitempty"`
	Read   *bool  `json:"read,omitempty"`
	// Flag, with Due if it is set.
	Flag *FlagState `json:"flag,omitempty"`
	Due  Time       `json:"due,omitempty"`
	// AddCategories and RemoveCategories change the categories.
	AddCategories    []string `json:"addCategories,omitempty"`
	RemoveCategories []string `json:"removeCategories,omitempty"`
}

// MessagesMove moves messages to another folder, or copies them.
type MessagesMove struct {
	Of     MessageSelection `json:"of"`
	Cursor string           `json:"cursor,omitempty"`
	To     ID               `json:"to"`
	Copy   bool             `json:"copy,omitempty"`
}

// MessagesDelete moves messages to the deleted items of their store; those that are there already are deleted, and can be restored by
// "recover deleted items" alone.
type MessagesDelete struct {
	Of     MessageSelection `json:"of"`
	Cursor string           `json:"cursor,omitempty"`
	// Final deletes them wherever they are.
	Final bool `json:"final,omitempty"`
}

// Bulk is the result of changes of many messages. One call does at most Limits.bulk of them.
type Bulk struct {
	// Done is how many messages this call has changed.
	Done   int      `json:"done"`
	Failed Failures `json:"failed"`
	// Next, if not empty, is the cursor with which the call is to be made again for the rest; not doing so cancels it.
	Next string `json:"next,omitempty"`
	// Left is about how many there are still to do.
	Left int `json:"left"`
	// Moved are the new ids of what was moved, by the old ones. To undo, they are moved back to From.
	Moved map[ID]ID `json:"moved"`
	From  ID        `json:"from,omitempty"`
}

// MessageRef names one message.
type MessageRef struct {
	ID   ID     `json:"id"`
	Part string `json:"part,omitempty"`
}

// MessageHeaders is the result of "messages/headers": the header of a mail as it came, empty for messages that never were a mail.
type MessageHeaders struct {
	Text string `json:"text"`
}
