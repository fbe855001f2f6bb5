package mailbox

import (
	"context"
	"fmt"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// alike are messages that the same is done to.
type alike struct {
	change client.FlagChange
	list   []target
}

// changeTogether has the server change messages by one call for all that the same is done to: mostly these are all, since only a reply that was sent before
// or categories of their own make messages differ. It returns those that were changed, some also beside an error, with their new numbers, and the UIDs of
// those that have changed since c.UnchangedSince.
func (o *openFolder) changeTogether(ctx context.Context, list []target, c *mailstore.FlagChange) (done []target, late []view.UID, err error) {
	for _, group := range o.groups(list, c) {
		ids := make([]mapi.EntryID, len(group.list))
		for i := range group.list {
			ids[i] = group.list[i].id
		}
		answers, err := o.session().ChangeFlags(ctx, o.folder.entryID, ids, group.change)
		if err != nil {
			o.index.outdated.Store(true) // some may have been changed
			return done, late, err
		}
		for i, a := range answers {
			t := group.list[i]
			switch a.State {
			case mapi.MessageNewer:
				late = append(late, t.row.message.UID)
			case mapi.MessageChanged, mapi.MessageSame:
				t.row.message.ModSeq = view.ModSeq(a.Number)
				done = append(done, t)
			}
		}
	}
	return done, late, nil
}

// groups are the messages by what is done to them.
func (o *openFolder) groups(list []target, c *mailstore.FlagChange) []*alike {
	now := o.user.server.settings.Now()
	var groups []*alike
	known := make(map[string]*alike)
	for _, t := range list {
		change := client.FlagChange{Conditional: c.Conditional, UnchangedSince: uint32(c.UnchangedSince), StatusMask: t.old.status ^ t.new.status}
		change.Status = t.new.status & change.StatusMask
		if t.new.read != t.old.read {
			change.Read = mapi.ReadClear
			if t.new.read {
				change.Read = mapi.ReadSet
			}
		}
		change.Set, change.Delete = t.new.changes(o.user.tags, &t.old, now)
		change.Set.Delete(mapi.PrMsgStatus.ID())
		key := fmt.Sprint(change)
		g := known[key]
		if g == nil {
			g = &alike{change: change}
			known[key] = g
			groups = append(groups, g)
		}
		g.list = append(g.list, t)
	}
	return groups
}
