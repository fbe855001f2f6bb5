package spooler

import (
	"context"

	"zarafa/agents/spooler/config"
	"zarafa/client"
	"zarafa/mapi"
)

// finish takes the message out of the queue, after others have their copies, and puts it where its sender wants it.
func (j *job) finish(ctx context.Context) error {
	moved := false
	if len(j.state.accepted) > 0 {
		var err error
		if moved, err = j.copyToRepresented(ctx); err != nil {
			return err
		}
	}
	if err := j.s.FinishSubmit(ctx, j.id); err != nil {
		return err
	}
	j.d.log.Info("a mail has left the queue", "owner", j.task.Owner, "id", j.m.Props.Str(mapi.PrInternetMessageID),
		"accepted", len(j.state.accepted), "refused", len(j.state.refused))
	if err := j.unlock(ctx); err != nil {
		return err
	}
	j.putAway(ctx, moved)
	return nil
}

// copyToRepresented puts a copy of what was sent for somebody else into his Sent Items, once, and reports whether the sender is to keep none.
func (j *job) copyToRepresented(ctx context.Context) (only bool, err error) {
	mode := j.cfg.Rules.CopyDelegateMails
	if mode == config.CopyNone || j.author.capacity != onBehalf && j.author.capacity != sendAs || !j.author.known {
		return false, nil
	}
	st, err := j.d.group.Admin().UserStore(ctx, j.author.from.Account, mapi.StorePrivate)
	if none(err) {
		return false, nil // a group has no mailbox
	}
	if err != nil {
		return false, err
	}
	store, err := st.Session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return false, err
	}
	sent := store.Props.Bytes(mapi.PrIPMSentmailEntryID)
	if len(sent) == 0 {
		return false, nil
	}
	id := j.idFor(st.GUID, "copy")
	if exists, err := exists(ctx, st.Session, id); err != nil || exists {
		return mode == config.CopyMove, err
	}
	_, err = st.Session.SaveMessage(ctx, sent, embeddable(j.m), client.SaveOptions{ID: id})
	if mapi.CodeOf(err) == mapi.StoreFull {
		j.d.log.Warn("no copy of a mail that was sent for somebody else is kept: his mailbox is full", "owner", j.task.Owner, "for", j.author.from.Account)
		return false, nil
	}
	return err == nil && mode == config.CopyMove, err
}

// putAway moves a message that has left the queue into the folder for sent mail, or deletes it. It is sent whatever becomes of that.
func (j *job) putAway(ctx context.Context, copied bool) {
	drop, _ := j.m.Props.Get(mapi.PrDeleteAfterSubmit)
	folder := j.m.Props.Bytes(mapi.PrSentmailEntryID)
	var err error
	switch {
	case drop.Bool(), copied:
		err = j.s.DeleteMessages(ctx, true, j.id)
	case len(folder) > 0:
		err = j.s.MoveMessages(ctx, folder, j.id)
	}
	if err != nil {
		j.d.log.Warn("a mail was sent, but stays where it was", "owner", j.task.Owner, "error", err)
	}
}
