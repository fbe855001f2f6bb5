package rules

import (
	"fmt"

	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/mapi/restrict"
)

// Options say in what situation rules are evaluated.
type Options struct {
	// Away is set while the user is out of office.
	Away bool
	// Locale compares texts; nil compares by code points.
	Locale *collation.Locale
	// Alike gives search keys (TYPE:ADDRESS) of the same person one form, since a user of this server has several; nil leaves them.
	Alike func(key []byte) []byte
	// Names are the names behind the property ids that the server gave, of those that [NamedIDs] lists.
	Names map[uint16]mapi.PropName
}

func (o *Options) alike(key []byte) []byte {
	if o.Alike == nil {
		return key
	}
	return o.Alike(key)
}

// Plan is what the matching rules ask for.
type Plan struct {
	// Keep is false if the message does not go to the inbox: it was moved, deleted or refused.
	Keep bool
	// Changes are properties that each stored copy of the message gets. Ids above 0x8500 are those of the server that has the rules.
	Changes mapi.Props
	// Categories are added to those the message has; with ClearCategories it loses these first.
	Categories      []string
	ClearCategories bool
	// FollowUp flags the message, unless nil; ClearFlag takes a flag away.
	FollowUp  *FollowUp
	ClearFlag bool
	// Read is set if the message is to be stored as read.
	Read     bool
	Copies   []Copy
	Forwards []Forward
	Replies  []Reply
	// Bounce is set if the sender is to be told that the message was refused.
	Bounce   *Bounce
	Failures []Failure
	// LeftAlone are matching rules that only Outlook itself can carry out.
	LeftAlone []*Rule
}

// FollowUp is a flag for follow-up.
type FollowUp struct {
	Text string
	Days uint32 // until it is due, 0 for no date
}

// Copy is a folder that gets the message.
type Copy struct {
	Rule   *Rule
	Store  []byte // entry id, as clients wrap it
	Folder []byte
}

// Forward sends the message on.
type Forward struct {
	Rule       *Rule
	Recipients [][]mapi.PropValue
	Flavor     uint32
	// Delegate marks what goes to a delegate, as it is.
	Delegate bool
}

// Reply answers the sender with a template.
type Reply struct {
	Rule     *Rule
	Template []byte // entry id of the template
	GUID     []byte // PR_REPLY_TEMPLATE_ID
	// OOF marks an out-of-office answer.
	OOF bool
}

// Bounce refuses the message. Code is 13 (too large), 31 (cannot be shown) or 38 (denied) (MS-OXORULE 2.2.5.1.4).
type Bounce struct {
	Rule *Rule
	Code uint32
}

// Failure is a rule that cannot be carried out. It is to be switched off, and its owner told.
type Failure struct {
	Rule *Rule
	Err  error
}

// Evaluate says what rules ask for a message that was not saved yet. Conditions see the message as it came, whatever earlier rules
// changed. Rules run in their order until one that matches ends it. A rule without a condition is passed over: Outlook keeps its
// own texts for absence in such rules.
func Evaluate(list []Rule, m *mapi.Message, o Options) Plan {
	plan := Plan{Keep: true}
	c := newCandidate(m, &o)
	sorted := append([]Rule(nil), list...)
	Sort(sorted)
	for i := range sorted {
		r := &sorted[i]
		if !r.runs(o.Away) || r.Condition == nil {
			continue
		}
		filter, err := restrict.Compile(o.canonical(r.Condition), o.Locale)
		if err != nil {
			plan.fail(r, fmt.Errorf("its condition: %w", err))
			continue
		}
		if !filter.Match(c) {
			continue
		}
		stop := plan.apply(r)
		if stop || r.State&StateExitLevel != 0 {
			break
		}
	}
	return plan
}

func (p *Plan) fail(r *Rule, err error) { p.Failures = append(p.Failures, Failure{r, err}) }

// apply adds what a matching rule asks for, all of it or nothing, and reports whether its actions end the evaluation.
func (p *Plan) apply(r *Rule) (stop bool) {
	next := *p
	for i := range r.Actions {
		a := &r.Actions[i]
		if a.Type == mapi.ActDefer {
			ended, understood := next.applyClientSide(a.Data)
			if !understood {
				p.LeftAlone = append(p.LeftAlone, r)
				return false
			}
			stop = stop || ended
			continue
		}
		if err := next.applyAction(r, a); err != nil {
			p.fail(r, err)
			return false
		}
	}
	*p = next
	return stop
}

func (p *Plan) applyAction(r *Rule, a *mapi.Action) error {
	switch a.Type {
	case mapi.ActMove, mapi.ActCopy:
		if len(a.Folder) == 0 {
			return fmt.Errorf("it names no folder")
		}
		p.Copies = append(p.Copies, Copy{r, a.Store, a.Folder})
		p.Keep = p.Keep && a.Type == mapi.ActCopy
	case mapi.ActDelete:
		p.Keep = false
	case mapi.ActMarkAsRead:
		p.Read = true
	case mapi.ActTag:
		if a.Prop == nil {
			return fmt.Errorf("it sets a property and names none")
		}
		p.change(*a.Prop)
	case mapi.ActForward, mapi.ActDelegate:
		if len(a.Recipients) == 0 {
			return fmt.Errorf("it forwards to nobody")
		}
		p.Forwards = append(p.Forwards, Forward{r, a.Recipients, a.Flavor, a.Type == mapi.ActDelegate})
	case mapi.ActReply, mapi.ActOOFReply:
		if len(a.Message) == 0 {
			return fmt.Errorf("it replies with no template")
		}
		p.Replies = append(p.Replies, Reply{r, a.Message, a.GUID, a.Type == mapi.ActOOFReply})
	case mapi.ActBounce:
		p.Bounce = &Bounce{r, a.Code}
		p.Keep = false
	default:
		return fmt.Errorf("there is no action of type %d", a.Type)
	}
	return nil
}

// change sets a property; the list of the plan before stays as it is, should the rule fail later on.
func (p *Plan) change(v mapi.PropValue) {
	p.Changes = append(make(mapi.Props, 0, len(p.Changes)+1), p.Changes...)
	p.Changes.Set(v)
}

// canonical is the restriction with search keys in the form that Alike makes.
func (o *Options) canonical(r *mapi.Restriction) *mapi.Restriction {
	c := r.Clone()
	if o.Alike != nil {
		o.rewrite(c, false)
	}
	return c
}

func (o *Options) rewrite(r *mapi.Restriction, recipient bool) {
	if r == nil {
		return
	}
	if r.Type == mapi.ResProperty && r.Value != nil && r.Op != mapi.RelRE && namesSomebody(r.Tag, recipient) {
		r.Value.Data = o.Alike(r.Value.Data)
	}
	inside := recipient || r.Type == mapi.ResSub && r.Tag.ID() == mapi.PrMessageRecipients.ID()
	for _, sub := range r.Sub {
		o.rewrite(sub, inside)
	}
}

func namesSomebody(tag mapi.PropTag, recipient bool) bool {
	keys := senderKeys()
	if recipient {
		keys = recipientKeys()
	}
	for _, k := range keys {
		if k == tag {
			return true
		}
	}
	return false
}

// NamedIDs lists the property ids in the rules' conditions that only the server can tell the names of, each once.
func NamedIDs(list []Rule) []uint16 {
	var ids []uint16
	seen := make(map[uint16]bool)
	add := func(tag mapi.PropTag) {
		if id := tag.ID(); id > mapi.NamedBase && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	var walk func(r *mapi.Restriction, depth int)
	walk = func(r *mapi.Restriction, depth int) {
		if r == nil || depth > restrict.MaxDepth {
			return
		}
		add(r.Tag)
		add(r.Tag2)
		for _, sub := range r.Sub {
			walk(sub, depth+1)
		}
	}
	for i := range list {
		walk(list[i].Condition, 0)
		for _, a := range list[i].Actions {
			if a.Prop != nil {
				add(a.Prop.Tag)
			}
		}
	}
	return ids
}
