package dagent

import (
	"context"
	"fmt"
	"strings"

	"zarafa/agents/connection"
	"zarafa/mapi"
	"zarafa/rules"
)

// sorted delivers to the inbox, or to where rules say. The mail is stored first; what rules send, and answers, follow, so that a mail
// that could not be stored, and comes again, is answered and forwarded once.
//
// If the program is killed between the two, the sender has no answer and tries again: where the mail is known again ([Mail.identify]), it is not
// stored a second time, and what rules send goes out then. If it is killed between sending and the answer, what rules forward goes out twice;
// replies are given once in any case. A mail that comes by command line and not by LMTP is stored twice then.
func (v *delivery) sorted(ctx context.Context) error {
	if consumed, err := v.meeting(ctx); consumed || err != nil {
		return err
	}
	plan, err := v.plan(ctx)
	if err != nil {
		return err
	}
	v.mark(&plan)
	stored, err := v.store(ctx, &plan)
	if err != nil {
		return err
	}
	if sent := v.sendForRules(ctx, &plan); !sent && !stored {
		// What a rule deletes because it sends it on stays if that was not possible.
		if err := v.save(ctx, v.folder, v.m, !v.target.Silent); err != nil {
			return err
		}
	}
	v.answerAbsence(ctx)
	v.disable(ctx, plan.Failures)
	return nil
}

// plan is what the user's rules ask for. Rules that cannot be read keep nobody's mail, but it waits for a server that is away.
func (v *delivery) plan(ctx context.Context) (rules.Plan, error) {
	rows, err := v.box.Rules(ctx)
	if connection.Away(err) {
		return rules.Plan{}, err
	}
	if err != nil {
		v.log.Error("the rules of a mailbox cannot be read; its mail goes to the inbox", "user", v.to.Account, "error", err)
	}
	if len(rows) == 0 {
		return rules.Plan{Keep: true}, nil
	}
	list := make([]rules.Rule, len(rows))
	for i := range rows {
		list[i] = rules.FromRow(rows[i])
	}
	away, err := v.box.OutOfOffice(ctx)
	if connection.Away(err) {
		return rules.Plan{}, err
	}
	if err != nil {
		v.log.Error("it cannot be read whether a user is away", "user", v.to.Account, "error", err)
	}
	if v.propNames, err = v.namesOf(ctx, rules.NamedIDs(list)); err != nil {
		return rules.Plan{}, err
	}
	return rules.Evaluate(list, v.m, rules.Options{Away: away.Away(v.now()), Alike: v.alike, Names: v.propNames}), nil
}

// namesOf are the names behind property ids that the server gave. The error is that of a server that is away.
func (v *delivery) namesOf(ctx context.Context, ids []uint16) (map[uint16]mapi.PropName, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := v.box.Store.Session.PropNames(ctx, ids...)
	if connection.Away(err) {
		return nil, err
	}
	if err != nil {
		v.log.Error("the names of properties in rules cannot be read", "user", v.to.Account, "error", err)
		return nil, nil
	}
	return found, nil
}

// alike gives the search keys of one user, which may have his login name or his address, one form.
func (v *delivery) alike(key []byte) []byte {
	typ, address, ok := cutKey(key)
	if !ok || typ == "SMTP" {
		return key
	}
	if typ == addressType || typ == "EX" {
		for _, e := range v.names {
			if e.Account != "" && strings.EqualFold(e.Account, address) {
				return mapi.AddressSearchKey("SMTP", e.SMTP)
			}
		}
		return mapi.AddressSearchKey("SMTP", address)
	}
	return key
}

// mark changes the message as rules want it: before it is stored, so that all copies have it.
func (v *delivery) mark(plan *rules.Plan) {
	v.change(plan)
	if plan.Read {
		markRead(v.m)
	}
	if plan.ClearFlag {
		v.m.Props.Delete(mapi.PrFlagStatus.ID())
		v.m.Props.Delete(mapi.PrFollowupIcon.ID())
	}
	if plan.FollowUp != nil {
		flag(v.m, plan.FollowUp, v.now())
	}
	if plan.ClearCategories || len(plan.Categories) > 0 {
		categorise(v.m, plan.Categories, plan.ClearCategories)
	}
	if len(plan.Forwards) > 0 {
		v.m.Props.Set(mapi.Long(mapi.PrIconIndex, iconForwarded))
		v.m.Props.Set(mapi.Long(mapi.PrLastVerbExecuted, verbForward))
		v.m.Props.Set(mapi.Time(mapi.PrLastVerbExecutionTime, mapi.FileTimeOf(v.now())))
	}
}

// PR_ICON_INDEX and PR_LAST_VERB_EXECUTED of a mail that was forwarded (MS-OXOMSG 2.2.1.8, 2.2.1.30).
const (
	iconForwarded = 262
	verbForward   = 104
)

// change sets properties. Those whose ids the server gave have names, which the plan's conditions asked for.
func (v *delivery) change(plan *rules.Plan) {
	for _, p := range plan.Changes {
		if p.Tag.ID() > mapi.NamedBase {
			name, ok := v.propNames[p.Tag.ID()]
			if !ok {
				v.log.Warn("a rule sets a property that has no name", "user", v.to.Account, "property", p.Tag)
				continue
			}
			v.m.SetNamed(name, p)
			continue
		}
		v.m.Props.Set(p)
	}
}

// store puts the message into all folders that it is for, and reports whether there are any. If no rule's folder takes it, it goes to the
// inbox: a rule never loses a mail. If the server goes away on the way, the sender is to try again, unless that would store a second time what
// is stored already.
func (v *delivery) store(ctx context.Context, plan *rules.Plan) (stored bool, err error) {
	if plan.Keep {
		if err := v.save(ctx, v.folder, v.m, !v.target.Silent); err != nil {
			return false, err
		}
	}
	stored = plan.Keep
	for _, c := range plan.Copies {
		err := v.copyTo(ctx, c, !stored && !v.target.Silent)
		if connection.Away(err) && (!stored || v.mail.identity != nil) {
			return stored, err
		}
		if err != nil {
			v.log.Error("a rule could not store a mail", "user", v.to.Account, "rule", c.Rule.Name, "error", err)
			if lasting(err) {
				plan.Failures = append(plan.Failures, rules.Failure{Rule: c.Rule, Err: err})
			}
			continue
		}
		stored = true
	}
	if stored || len(plan.Copies) == 0 {
		return stored, nil // deleted by a rule, where there is no copy
	}
	return true, v.save(ctx, v.folder, v.m, !v.target.Silent)
}

// lasting reports whether an error will come again with the next mail: the folder of a rule is gone, or its owner may not write there.
func lasting(err error) bool {
	switch mapi.CodeOf(err) {
	case mapi.NotFound, mapi.InvalidEntryID, mapi.NoAccess:
		return true
	}
	return false
}

// copyTo stores the message in a folder that a rule names. In somebody else's store the rule's owner needs the rights himself, so
// the mail is stored in his name there.
func (v *delivery) copyTo(ctx context.Context, c rules.Copy, announce bool) error {
	m := *v.m
	m.Props = append(mapi.Props(nil), v.m.Props...)
	guid := mapi.NewGUID()
	m.Props.Set(mapi.Binary(mapi.PrSearchKey, guid[:]))
	folder := mapi.EntryID(c.Folder)
	if folder.StoreGUID() == v.box.Store.GUID {
		return v.save(ctx, folder, &m, announce)
	}
	s, err := v.asUser(ctx)
	if err != nil {
		return err
	}
	defer v.closeSession(ctx, s)
	st, err := s.OpenStore(ctx, mapi.EntryID(c.Store).Unwrap())
	if err != nil {
		return fmt.Errorf("the store of a rule: %w", err)
	}
	return v.saveBy(ctx, st.Session, folder, &m, announce)
}
