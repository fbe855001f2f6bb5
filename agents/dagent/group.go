package dagent

import (
	"context"
	"errors"
	"fmt"

	"zarafa/agents/dagent/lmtp"
	"zarafa/client"
	"zarafa/mapi"
)

// isUser reports whether an entry of the address book is somebody who may have a mailbox, which contacts have not.
func isUser(e *client.Entry) bool { return e.ObjectType == mapi.TypeMailUser && e.Account != "" }

// group finds the users in a group and in the groups in it. Members without an account get nothing: bringing mail to other addresses is the
// mail server's business.
func (d *Deliverer) group(ctx context.Context, e *client.Entry) (recipient, error) {
	members, err := d.session.ExpandGroup(ctx, e.EntryID)
	if err != nil {
		return recipient{}, fmt.Errorf("the members of group %s: %w", e.Account, err)
	}
	r := recipient{group: e.Account}
	for i := range members {
		if !isUser(&members[i]) {
			d.log.Warn("a member of a group has no mailbox here and gets no mail", "group", e.Account, "member", members[i].Name)
			continue
		}
		r.users = append(r.users, members[i])
	}
	if len(r.users) == 0 {
		return recipient{}, errNobody
	}
	return r, nil
}

// answer is what the sender is told of a recipient. For a group it is one answer: as long as a member is to be tried again all are, and
// those who have the mail do not get it twice if the sender can be known again (identify). After that it is told if somebody did not get the mail. Members without
// a mailbox are not waited for, since nobody else would get mail without delay then.
func (d *Deliverer) answer(r *recipient, results []error) error {
	if r.group == "" {
		return results[0]
	}
	var refused *lmtp.Status
	var taken error // of the members who got it, or for whom it has expired
	absent, missed := 0, 0
	for i, err := range results {
		status, ok := errors.AsType[*lmtp.Status](err)
		switch {
		case err == nil, ok && status.Code/100 == 2:
			taken = err
		case status == errNoMailbox:
			d.log.Warn("a member of a group has no mailbox and gets no mail", "group", r.group, "member", r.users[i].Account)
			absent++
		case !ok || status.Temporary():
			return err
		default:
			d.log.Warn("a member of a group did not get a mail", "group", r.group, "member", r.users[i].Account, "error", err)
			refused = status
			missed++
		}
	}
	switch {
	case absent == len(results):
		return errNobody
	case refused != nil:
		return &lmtp.Status{Code: refused.Code, Enhanced: refused.Enhanced, Text: fmt.Sprintf("%d of %d members of the group did not get the mail: %s", missed, len(results), refused.Text)}
	}
	return taken
}
