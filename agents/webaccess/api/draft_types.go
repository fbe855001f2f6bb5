package api

// DraftKind is what a draft begins as.
type DraftKind string

// Kinds of drafts.
const (
	DraftNew      DraftKind = "new"
	DraftReply    DraftKind = "reply"
	DraftReplyAll DraftKind = "replyAll"
	DraftForward  DraftKind = "forward"
	// DraftForwardAttached has the message as an attachment.
	DraftForwardAttached DraftKind = "forwardAttached"
	// DraftCopy is a new mail with all that another one has.
	DraftCopy DraftKind = "copy"
)

// DraftCreate makes a draft, in the folder of drafts.
type DraftCreate struct {
	Kind DraftKind `json:"kind"`
	// About is the message that is answered, sent on or copied.
	About *MessageRef `json:"about,omitempty"`
	// Format is how it is written; empty is as the settings say, or for answers as the message is.
	Format  Format      `json:"format,omitempty"`
	To      []Recipient `json:"to,omitempty"`
	Subject string      `json:"subject,omitempty"`
	Text    string      `json:"text,omitempty"`
	// Heading is the text above what is quoted, in the user's language; empty is English.
	Heading string `json:"heading,omitempty"`
}

// Draft is a mail that is being written.
type Draft struct {
	ID ID `json:"id"`
	// State changes with each change; autosave gives it back as ifInState, and a stateMismatch says that another window or program has changed the draft.
	State         State       `json:"state"`
	Recipients    []Recipient `json:"recipients"`
	Subject       string      `json:"subject"`
	Format        Format      `json:"format"`
	Importance    Importance  `json:"importance"`
	ReceiptWanted bool        `json:"receiptWanted"`
	// HTML is the part that the user writes, made harmless; a picture of the mail is shown by "cid:" and the contentId of a file. Quote is the quoted message behind it, which stays as it is until the user edits it: then the
	// client puts it into HTML and sends an empty Quote.
	HTML  string `json:"html"`
	Quote string `json:"quote"`
	// Text is the whole, for drafts of the format text.
	Text  string       `json:"text"`
	Files []Attachment `json:"files"`
	// Queued: it waits to be sent, until Until.
	Queued bool `json:"queued"`
	Until  Time `json:"until,omitempty"`
	Saved  Time `json:"saved"`
}

// DraftGet asks for a draft.
type DraftGet struct {
	ID ID `json:"id"`
}

// DraftUpdate saves a draft. What it does not name stays.
type DraftUpdate struct {
	ID        ID    `json:"id"`
	IfInState State `json:"ifInState,omitempty"`
	// Recipients take the place of all.
	Recipients    *[]Recipient `json:"recipients,omitempty"`
	Subject       *string      `json:"subject,omitempty"`
	Format        *Format      `json:"format,omitempty"`
	Importance    *Importance  `json:"importance,omitempty"`
	ReceiptWanted *bool        `json:"receiptWanted,omitempty"`
	HTML          *string      `json:"html,omitempty"`
	Quote         *string      `json:"quote,omitempty"`
	Text          *string      `json:"text,omitempty"`
	// Attach are uploads that become attachments; they are gone from the list of uploads then.
	Attach []ID `json:"attach,omitempty"`
	// Detach are paths of attachments that are taken away.
	Detach []string `json:"detach,omitempty"`
}

// DraftSaved is the result of "drafts/update".
type DraftSaved struct {
	State State `json:"state"`
	Saved Time  `json:"saved"`
	// Files are all attachments now; there if some were added or taken away.
	Files []Attachment `json:"files,omitempty"`
}

// DraftDestroy deletes drafts for good.
type DraftDestroy struct {
	IDs []ID `json:"ids"`
}

// DraftSend sends a draft.
type DraftSend struct {
	ID        ID    `json:"id"`
	IfInState State `json:"ifInState,omitempty"`
	// Hold is for how many seconds the server keeps it back, so that "drafts/hold" can get it back.
	Hold int `json:"hold"`
	// At, if not empty, sends it then and not before.
	At Time `json:"at,omitempty"`
}

// DraftSent is the result of "drafts/send".
type DraftSent struct {
	// Until is when it goes out; until then "drafts/hold" gets it back.
	Until Time `json:"until"`
}

// Upload is the result of POST /api/uploads: a file that waits to be attached. It is gone after an hour, or with the session.
type Upload struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// UploadsDestroy throws uploads away.
type UploadsDestroy struct {
	IDs []ID `json:"ids"`
}
