package imapwire

// SelectArgs are what SELECT and EXAMINE have behind their names.
type SelectArgs struct {
	Mailbox   string
	CondStore bool     // RFC 7162 3.1.8
	QResync   *QResync // RFC 7162 3.2.5
}

// QResync is what a client knows of a mailbox.
type QResync struct {
	UIDValidity uint32
	ModSeq      uint64
	Known       NumSet // UIDs; empty if it was left out
	// MatchSeq and MatchUID say which message had which UID; both empty if they were left out. Match counts them in pairs.
	MatchSeq, MatchUID NumSet
}

// CreateArgs are what CREATE has behind its name.
type CreateArgs struct {
	Mailbox string
	Use     []string // special uses with their backslashes, as \Sent (RFC 6154 3)
}

// ListArgs are what LIST has behind its name (RFC 9051 6.3.9, RFC 5258).
type ListArgs struct {
	// Extended says that there are selection options, several patterns or RETURN: the answer is another one then (RFC 5258 3).
	Extended bool
	// The selection options.
	Subscribed, Remote, RecursiveMatch, SpecialUse bool
	Reference                                      string
	Patterns                                       []string // with % and *; names in UTF-8
	Return                                         ListReturn
}

// ListReturn are the options of RETURN.
type ListReturn struct {
	Subscribed, Children, SpecialUse, MyRights bool
	Status                                     []StatusItem // STATUS (…) (RFC 5819); nil if it is not there
}

// StatusItem is an item of STATUS.
type StatusItem uint8

// The items of STATUS (RFC 9051 6.3.11 and, where noted, others).
const (
	StatusMessages StatusItem = iota
	StatusRecent              // RFC 3501
	StatusUIDNext
	StatusUIDValidity
	StatusUnseen
	StatusDeleted
	StatusSize
	StatusHighestModSeq  // RFC 7162
	StatusAppendLimit    // RFC 7889
	StatusMailboxID      // RFC 8474
	StatusDeletedStorage // RFC 9208
)

// StatusArgs are what STATUS has behind its name.
type StatusArgs struct {
	Mailbox string
	Items   []StatusItem
}

// Select reads the arguments of SELECT and EXAMINE.
func (d *Decoder) Select() (a SelectArgs) {
	d.SP()
	a.Mailbox = d.Mailbox()
	if d.TrySP() {
		d.nonEmptyList(func() {
			switch string(d.keyword()) {
			case "CONDSTORE":
				a.CondStore = true
			case "QRESYNC":
				d.SP()
				a.QResync = d.qresync()
			default:
				d.failWord("Parameter of SELECT expected")
			}
		})
	}
	return a
}

// qresync reads (uidvalidity modseq [known] [(seqs uids)]). It is no list of equals, and so is not read by List.
func (d *Decoder) qresync() *QResync {
	q := new(QResync)
	if !d.take('(') {
		d.fail("( expected")
	}
	q.UIDValidity = d.NonZero()
	d.SP()
	q.ModSeq = d.Number64()
	for d.err == nil && d.take(' ') {
		if d.peek() != '(' {
			if !q.Known.Empty() {
				d.fail(") expected")
			}
			q.Known = d.KnownSet()
			continue
		}
		d.advance(1)
		q.MatchSeq = d.KnownSet()
		d.SP()
		q.MatchUID = d.KnownSet()
		if !d.take(')') {
			d.fail(") expected")
		}
		break
	}
	if !d.take(')') {
		d.fail(") expected")
	}
	return q
}

// Create reads the arguments of CREATE.
func (d *Decoder) Create() (a CreateArgs) {
	d.SP()
	a.Mailbox = d.Mailbox()
	if d.TrySP() {
		d.nonEmptyList(func() {
			if string(d.keyword()) != "USE" {
				d.failWord("Parameter of CREATE expected")
			}
			d.SP()
			a.Use = d.FlagList()
		})
	}
	return a
}

// Rename reads the arguments of RENAME.
func (d *Decoder) Rename() (from, to string) {
	d.SP()
	from = d.Mailbox()
	d.SP()
	return from, d.Mailbox()
}

// MailboxArg reads the argument of DELETE, SUBSCRIBE and all others that have the name of a mailbox alone.
func (d *Decoder) MailboxArg() string {
	d.SP()
	return d.Mailbox()
}

// Copy reads the arguments of COPY and MOVE.
func (d *Decoder) Copy() (set NumSet, mailbox string) {
	d.SP()
	set = d.NumSet()
	d.SP()
	return set, d.Mailbox()
}

// LSub reads the arguments of LSUB (RFC 3501 6.3.9).
func (d *Decoder) LSub() (reference, pattern string) {
	d.SP()
	reference = d.decodePattern(d.AString())
	d.SP()
	return reference, d.pattern()
}

// ListCommand reads the arguments of LIST.
func (d *Decoder) ListCommand() (a ListArgs) {
	d.SP()
	if d.TryList(func() { d.listOption(&a) }) {
		a.Extended = true
		d.SP()
		if a.RecursiveMatch && !a.Subscribed && !a.SpecialUse {
			d.failWord("RECURSIVEMATCH needs another option") // RFC 5258 3
		}
	}
	a.Reference = d.decodePattern(d.AString())
	d.SP()
	if d.peek() == '(' {
		a.Extended = true
		d.nonEmptyList(func() { a.Patterns = append(a.Patterns, d.pattern()) })
	} else {
		a.Patterns = append(a.Patterns, d.pattern())
	}
	if d.TrySP() {
		a.Extended = true
		if string(d.keyword()) != "RETURN" {
			d.failWord("RETURN expected")
		}
		d.SP()
		d.List(func() { d.listReturn(&a.Return) })
	}
	return a
}

func (d *Decoder) listOption(a *ListArgs) {
	switch string(d.keyword()) {
	case "SUBSCRIBED":
		a.Subscribed = true
	case "REMOTE":
		a.Remote = true
	case "RECURSIVEMATCH":
		a.RecursiveMatch = true
	case "SPECIAL-USE":
		a.SpecialUse = true
	default:
		d.failWord("Selection option of LIST expected")
	}
}

func (d *Decoder) listReturn(r *ListReturn) {
	switch string(d.keyword()) {
	case "SUBSCRIBED":
		r.Subscribed = true
	case "CHILDREN":
		r.Children = true
	case "SPECIAL-USE":
		r.SpecialUse = true
	case "MYRIGHTS":
		r.MyRights = true
	case "STATUS":
		d.SP()
		r.Status = d.statusItems()
	default:
		d.failWord("Return option of LIST expected")
	}
}

// Status reads the arguments of STATUS.
func (d *Decoder) Status() (a StatusArgs) {
	d.SP()
	a.Mailbox = d.Mailbox()
	d.SP()
	a.Items = d.statusItems()
	return a
}

func (d *Decoder) statusItems() (items []StatusItem) {
	d.nonEmptyList(func() {
		word := d.keyword()
		for i, name := range statusNames {
			if string(word) == name {
				items = append(items, StatusItem(i))
				return
			}
		}
		d.failWord("Item of STATUS expected")
	})
	return items
}

// statusNames never change.
var statusNames = [...]string{
	StatusMessages: "MESSAGES", StatusRecent: "RECENT", StatusUIDNext: "UIDNEXT", StatusUIDValidity: "UIDVALIDITY", StatusUnseen: "UNSEEN",
	StatusDeleted: "DELETED", StatusSize: "SIZE", StatusHighestModSeq: "HIGHESTMODSEQ", StatusAppendLimit: "APPENDLIMIT",
	StatusMailboxID: "MAILBOXID", StatusDeletedStorage: "DELETED-STORAGE",
}

// String is the item's name.
func (i StatusItem) String() string { return statusNames[i] }
