package client

import (
	"bytes"
	"context"
	"slices"

	"zarafa/mapi"
)

// Delegate is somebody who acts for the owner of a mailbox (MS-OXODLGT).
type Delegate struct {
	EntryID []byte // address-book entry id
	Name    string // display name; only read
	// Rights are what he may do in the owner's default folders, 0 takes away what he had. Of folders that are not named his rights stay.
	Rights map[DefaultFolder]mapi.Rights
	// SeesPrivate lets clients show him private items; it is no right that the server checks.
	SeesPrivate bool
	// Meetings sends him the meeting messages that the owner gets.
	Meetings bool
}

// delegateFlags is PidTagDelegateFlags: 1 for each delegate who sees private items.
const delegateFlags mapi.PropTag = 0x686B1003

// delegatedByRule marks what a delegate rule has sent on already.
const delegatedByRule mapi.PropTag = 0x3FE3000B

// delegateProvider is PR_RULE_PROVIDER of the rule that sends meeting messages on.
const delegateProvider = "Schedule+ EMS Interface"

// delegateRights are what a delegate needs on the folder of free/busy data, to see who acts for whom.
const delegateRights = mapi.RightReadAny | mapi.RightCreate | mapi.RightEditAny | mapi.RightFolderVisible

// private is PR_SENSITIVITY of items that delegates are not sent.
const private = 2

// Delegates lists who acts for the owner of a store; Rights are not filled in.
func (s *Session) Delegates(ctx context.Context, st Store) ([]Delegate, error) {
	d, err := s.delegation(ctx, st)
	return d.list, err
}

// delegation is what a store says of delegates.
type delegation struct {
	folders FolderIDs
	local   *Object // the LocalFreebusy message
	localID mapi.EntryID
	data    mapi.EntryID // folder of free/busy data
	list    []Delegate
}

func (s *Session) delegation(ctx context.Context, st Store) (d delegation, err error) {
	if d.folders, err = s.DefaultFolders(ctx, st); err != nil {
		return d, err
	}
	inbox, err := s.LoadObject(ctx, d.folders[Inbox])
	if err != nil {
		return d, err
	}
	v, _ := inbox.Props.Get(mapi.PrFreebusyEntryIDs)
	where := v.Values()
	if len(where) <= freebusyFolder || len(where[freebusyLocal].Data) == 0 {
		return d, mapi.Errorf(mapi.NotFound, "delegates", "the store has no message LocalFreebusy")
	}
	d.localID, d.data = where[freebusyLocal].Data, where[freebusyFolder].Data
	if d.local, err = s.LoadObject(ctx, d.localID); err != nil {
		return d, err
	}
	rows, err := s.Rules(ctx, d.folders[Inbox])
	if err != nil {
		return d, err
	}
	ids, _ := d.local.Props.Get(mapi.PrSchdinfoDelegateEntryIDs)
	names := stringsOf(d.local.Props, mapi.PrSchdinfoDelegateNames)
	flags, _ := d.local.Props.Get(delegateFlags)
	for i, id := range ids.Values() {
		one := Delegate{EntryID: id.Data, Meetings: isSentMeetings(rows, id.Data)}
		if i < len(names) {
			one.Name = names[i]
		}
		if i < len(flags.Values()) {
			one.SeesPrivate = flags.Values()[i].Uint32()&1 != 0
		}
		d.list = append(d.list, one)
	}
	return d, nil
}

// isSentMeetings reports whether the delegate rule names somebody.
func isSentMeetings(rows []mapi.Props, id []byte) bool {
	for _, row := range rows {
		v, _ := row.Get(mapi.PrRuleActions)
		if !isDelegateRule(row) || v.More == nil {
			continue
		}
		for _, a := range v.More.Actions {
			if slices.ContainsFunc(a.Recipients, func(r []mapi.PropValue) bool { return bytes.Equal(mapi.Props(r).Bytes(mapi.PrEntryID), id) }) {
				return true
			}
		}
	}
	return false
}

func isDelegateRule(row mapi.Props) bool { return row.Str(mapi.PrRuleProvider) == delegateProvider }

// SetDelegates replaces those who act for the owner of a store, in all three places that say so: the message LocalFreebusy, the rule
// that sends meeting messages on, and the rights on the folders. Those who are no longer among them lose their rights on the default folders.
// Rights are taken first and given last; after an error the operation can be repeated.
func (s *Session) SetDelegates(ctx context.Context, st Store, list []Delegate) error {
	d, err := s.delegation(ctx, st)
	if err != nil {
		return err
	}
	entries := make([]Entry, len(list))
	for i := range list {
		if entries[i], err = s.Entry(ctx, list[i].EntryID); err != nil {
			return err
		}
	}
	for _, old := range d.list {
		if !slices.ContainsFunc(list, func(n Delegate) bool { return bytes.Equal(n.EntryID, old.EntryID) }) {
			if err := s.revokeAll(ctx, &d, old.EntryID); err != nil {
				return err
			}
		}
	}
	c := delegateProps(list, entries)
	c.Type, c.ServerID = d.local.Type, d.local.ServerID
	if _, err := s.SaveObject(ctx, d.local.Props.Bytes(mapi.PrParentEntryID), d.localID, &c, false); err != nil {
		return err
	}
	if err := s.ChangeRules(ctx, d.folders[Inbox], func(rows []mapi.Props) ([]mapi.Props, error) {
		return withDelegateRule(rows, list, entries), nil
	}); err != nil {
		return err
	}
	for i := range list {
		if err := s.grantAll(ctx, &d, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// revokeAll takes somebody's rights on the default folders.
func (s *Session) revokeAll(ctx context.Context, d *delegation, user []byte) error {
	for _, folder := range append(slices.Clone(d.folders[:]), d.data) {
		if folder == nil {
			continue
		}
		if err := s.Revoke(ctx, folder, Grant{EntryID: user}); err != nil {
			return err
		}
	}
	return nil
}

// grantAll gives a delegate his rights.
func (s *Session) grantAll(ctx context.Context, d *delegation, one *Delegate) error {
	for folder, rights := range one.Rights {
		set := s.Grant
		if rights == 0 {
			set = s.Revoke
		}
		if err := set(ctx, d.folders[folder], Grant{EntryID: one.EntryID, Rights: rights}); err != nil {
			return err
		}
	}
	return s.Grant(ctx, d.data, Grant{EntryID: one.EntryID, Rights: delegateRights})
}

// delegateProps are the properties of the message LocalFreebusy.
func delegateProps(list []Delegate, entries []Entry) Change {
	if len(list) == 0 {
		return Change{Delete: []mapi.PropTag{mapi.PrSchdinfoDelegateEntryIDs, mapi.PrSchdinfoDelegateNames, delegateFlags}}
	}
	ids, names, flags := make([]mapi.PropValue, len(list)), make([]string, len(list)), make([]mapi.PropValue, len(list))
	for i := range list {
		ids[i].Data, names[i] = list[i].EntryID, entries[i].Name
		if list[i].SeesPrivate {
			flags[i].Num = 1
		}
	}
	return Change{Set: []mapi.PropValue{
		mapi.Multi(mapi.PrSchdinfoDelegateEntryIDs, ids...), mapi.Strings(mapi.PrSchdinfoDelegateNames, names...), mapi.Multi(delegateFlags, flags...),
	}}
}

// withDelegateRule replaces the rule that sends meeting messages on, which is there only if somebody gets them.
func withDelegateRule(rows []mapi.Props, list []Delegate, entries []Entry) []mapi.Props {
	rows = slices.DeleteFunc(rows, isDelegateRule)
	var recipients [][]mapi.PropValue
	for i := range list {
		if list[i].Meetings {
			recipients = append(recipients, entries[i].Recipient(mapi.RecipientTo))
		}
	}
	if recipients == nil {
		return rows
	}
	class, sensitivity := mapi.String(mapi.PrMessageClass, "IPM.Schedule.Meeting"), mapi.Long(mapi.PrSensitivity, private)
	not := func(r *mapi.Restriction) *mapi.Restriction {
		return &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{r}}
	}
	condition := &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
		{Type: mapi.ResContent, Op: mapi.FuzzyPrefix | mapi.FuzzyIgnoreCase, Tag: mapi.PrMessageClass, Value: &class},
		not(&mapi.Restriction{Type: mapi.ResExist, Tag: delegatedByRule}),
		{Type: mapi.ResOr, Sub: []*mapi.Restriction{
			not(&mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSensitivity}),
			{Type: mapi.ResProperty, Op: mapi.RelNE, Tag: mapi.PrSensitivity, Value: &sensitivity},
		}},
	}}
	return append(rows, mapi.Props{
		mapi.Long(mapi.PrRuleSequence, 0), mapi.Long(mapi.PrRuleState, 1), {Tag: mapi.PrRuleCondition, More: &mapi.More{Restriction: condition}},
		{Tag: mapi.PrRuleActions, More: &mapi.More{Actions: []mapi.Action{{Type: mapi.ActDelegate, Recipients: recipients}}}},
		mapi.String(mapi.PrRuleProvider, delegateProvider), mapi.String(mapi.PrRuleName, ""), mapi.Long(mapi.PrRuleLevel, 0),
	})
}
