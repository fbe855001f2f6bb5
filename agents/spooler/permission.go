package spooler

import (
	"context"
	"fmt"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// capacity is in which role the owner of a mailbox sends a mail.
type capacity int

const (
	himself    capacity = iota
	redirected          // a rule of his sends on somebody else's mail
	onBehalf            // as a delegate: both are named
	sendAs              // as another, who alone is named
	refused
)

// author is who sends a mail and in whose name.
type author struct {
	owner    client.Entry // of the mailbox
	from     client.Entry // in whose name, if the address book has him
	known    bool         // it has
	capacity capacity
}

// authorOf decides whether a message may go out as it is.
func (j *job) authorOf(ctx context.Context) (author, error) {
	a := author{}
	owner, ok, err := j.owner(ctx)
	if err != nil {
		return a, err
	}
	if !ok {
		return a, mapi.Errorf(mapi.NotFound, "sending", "the address book has no user %q", j.task.Owner)
	}
	a.owner = owner
	from := representedIn(j.m)
	if from == nil {
		a.from, a.known = owner, true
		return a, nil
	}
	if a.from, a.known, err = j.d.dir.who(ctx, from); err != nil {
		return a, err
	}
	a.capacity, err = j.capacityOf(ctx, &a)
	return a, err
}

func (j *job) owner(ctx context.Context) (client.Entry, bool, error) {
	if e, ok, err := j.d.dir.byID(ctx, j.box.Owner.EntryID); ok || err != nil {
		return e, ok, err
	}
	return j.d.dir.named(ctx, j.task.Owner)
}

// capacityOf goes through the ways to be allowed, the cheap ones first.
func (j *job) capacityOf(ctx context.Context, a *author) (capacity, error) {
	forwarded, _ := j.m.Props.Get(mapi.PrAutoForwarded)
	rules := &j.cfg.Rules
	switch {
	case a.known && sameEntry(a.from.EntryID, a.owner.EntryID):
		return himself, nil
	case forwarded.Bool() && rules.RedirectSpoofing:
		return redirected, nil
	case rules.AlwaysSendDelegates, rules.DelegateMeetings && isMeeting(j.m):
		return onBehalf, nil
	case !a.known:
		return refused, nil
	}
	delegate, err := j.isDelegate(ctx, a)
	if err != nil || delegate {
		return onBehalf, err
	}
	may, err := j.maySendAs(ctx, a)
	if err != nil || may {
		return sendAs, err
	}
	return refused, nil
}

// isMeeting reports whether a message is a meeting request or cancellation.
func isMeeting(m *mapi.Message) bool {
	class := strings.ToLower(m.Props.Str(mapi.PrMessageClass))
	return strings.HasPrefix(class, "ipm.schedule.meeting.request") || strings.HasPrefix(class, "ipm.schedule.meeting.canceled")
}

// localFreebusy is the place of the message LocalFreebusy in PR_FREEBUSY_ENTRYIDS.
const localFreebusy = 1

// isDelegate looks for the owner on the other's list of delegates, which is in his message LocalFreebusy.
func (j *job) isDelegate(ctx context.Context, a *author) (bool, error) {
	st, err := j.d.group.Admin().UserStore(ctx, a.from.Account, mapi.StorePrivate)
	if none(err) {
		return false, nil // a group, or a contact
	}
	if err != nil {
		return false, err
	}
	root, err := st.Session.LoadObject(ctx, st.RootID)
	if err != nil {
		return false, err
	}
	where, _ := root.Props.Get(mapi.PrFreebusyEntryIDs)
	if len(where.Values()) <= localFreebusy || len(where.Values()[localFreebusy].Data) == 0 {
		return false, nil
	}
	local, err := st.Session.LoadObject(ctx, where.Values()[localFreebusy].Data)
	if none(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return j.d.dir.includes(ctx, binaries(local.Props, mapi.PrSchdinfoDelegateEntryIDs), a.owner)
}

// maySendAs looks for the owner on the list of those who may send as the other, a user or a group.
func (j *job) maySendAs(ctx context.Context, a *author) (bool, error) {
	props, err := j.d.group.Admin().EntryProps(ctx, a.from.EntryID)
	if err != nil {
		return false, err
	}
	return j.d.dir.includes(ctx, binaries(props, mapi.PrECSendAsUserEntryIDs), a.owner)
}

// none reports whether an error means that there is no such thing.
func none(err error) bool {
	code := mapi.CodeOf(err)
	return code == mapi.NotFound || code == mapi.InvalidEntryID || code == mapi.ObjectDeleted
}

func binaries(props mapi.Props, tag mapi.PropTag) (list [][]byte) {
	v, _ := props.Get(tag)
	for _, b := range v.Values() {
		list = append(list, b.Data)
	}
	return list
}

// representedIn is in whose name a message says it is, by the properties of a recipient; nil if it says nothing.
func representedIn(m *mapi.Message) (who mapi.Props) {
	for _, p := range representing() {
		if v, ok := m.Props.Get(p.in); ok && len(v.Data) > 0 {
			v.Tag = p.row
			who = append(who, v)
		}
	}
	return who
}

// role is a property of a person in a role, and the same property in a row of recipients.
type role struct{ in, row mapi.PropTag }

func representing() []role {
	return []role{
		{mapi.PrSentRepresentingEntryID, mapi.PrEntryID}, {mapi.PrSentRepresentingName, mapi.PrDisplayName},
		{mapi.PrSentRepresentingAddrtype, mapi.PrAddrtype}, {mapi.PrSentRepresentingEmailAddress, mapi.PrEmailAddress},
		{mapi.PrSentRepresentingSearchKey, mapi.PrSearchKey}, {mapi.PrSentRepresentingSMTPAddress, mapi.PrSMTPAddress},
	}
}

func sending() []role {
	return []role{
		{mapi.PrSenderEntryID, mapi.PrEntryID}, {mapi.PrSenderName, mapi.PrDisplayName}, {mapi.PrSenderAddrtype, mapi.PrAddrtype},
		{mapi.PrSenderEmailAddress, mapi.PrEmailAddress}, {mapi.PrSenderSearchKey, mapi.PrSearchKey}, {mapi.PrSenderSMTPAddress, mapi.PrSMTPAddress},
	}
}

// as is somebody in a role.
func as(who client.Entry, roles []role) (props mapi.Props) {
	row := mapi.Props(who.Recipient(mapi.RecipientTo))
	for _, r := range roles {
		if v, ok := row.Get(r.row); ok && len(v.Data) > 0 {
			v.Tag = r.in
			props = append(props, v)
		}
	}
	return props
}

// stored are the properties by which the message says who has sent it: whatever the client wrote, PR_SENDER_* are the owner's.
func (a *author) stored(m *mapi.Message) mapi.Props {
	props := as(a.owner, sending())
	if representedIn(m) == nil {
		props = append(props, as(a.owner, representing())...)
	}
	return props
}

// outgoing changes the copy that goes out: who sends as another is not named in it.
func (a *author) outgoing(m *mapi.Message) {
	if a.capacity == sendAs {
		for _, v := range as(a.from, sending()) {
			m.Props.Set(v)
		}
	}
}

// refusal is what the owner is told who may not send in somebody's name.
func (a *author) refusal(m *mapi.Message) string {
	from := representedIn(m)
	name := from.Str(mapi.PrDisplayName)
	if name == "" {
		name = from.Str(mapi.PrEmailAddress)
	}
	return fmt.Sprintf("5.7.1 You are not allowed to send as user or group %q", name)
}
