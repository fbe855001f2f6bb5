package users

// Action is something that a user does, or that happens to him.
type Action string

// The actions that profiles count.
const (
	Receive       Action = "receive"     // a message is delivered into the inbox
	CheckInbox    Action = "check-inbox" // the list of the inbox is opened anew
	Page          Action = "page"        // another part of a list is read
	Read          Action = "read"        // a message is opened and marked as read
	MarkUnread    Action = "mark-unread"
	Send          Action = "send" // the draft in work, or a new message
	Reply         Action = "reply"
	Autosave      Action = "autosave" // of the draft in work; without one it is begun
	Move          Action = "move"
	Delete        Action = "delete"         // into the deleted items, or out of them for good
	Folders       Action = "folders"        // the tree of folders with its counters
	Calendar      Action = "calendar"       // the appointments of a week
	OtherCalendar Action = "other-calendar" // a week of another user, whose store is opened
	FreeBusy      Action = "free-busy"      // when others have time
	Appointment   Action = "appointment"
	Edit          Action = "edit" // an appointment is changed
	Contact       Action = "contact"
	Search        Action = "search"        // a list with a restriction
	SearchFolder  Action = "search-folder" // a search that the server keeps up to date
	LogOn         Action = "log-on"        // log off, log on again
	Sync          Action = "sync"          // cached mode: what is new is downloaded
	Conflict      Action = "conflict"      // cached mode: an appointment is changed here and on another device
)

// React is what a client does by itself when mail arrives: it reads the list and the message anew, or synchronises.
const React Action = "react"

// Actions lists all actions of profiles.
func Actions() []Action { return append(OnlineActions(), Sync, Conflict) }

// OnlineActions lists the actions of users without a copy of their mailbox.
func OnlineActions() []Action {
	return []Action{
		Receive, CheckInbox, Page, Read, MarkUnread, Send, Reply, Autosave, Move, Delete, Folders, Calendar, OtherCalendar, FreeBusy,
		Appointment, Edit, Contact, Search, SearchFolder, LogOn,
	}
}

// cachedActions lists the actions of users with a copy: what they look at they have, so the server does not see it.
func cachedActions() []Action {
	return []Action{
		Receive, Read, MarkUnread, Send, Reply, Autosave, Move, Delete, OtherCalendar, FreeBusy, Appointment, Edit, Contact, LogOn, Sync, Conflict,
	}
}
