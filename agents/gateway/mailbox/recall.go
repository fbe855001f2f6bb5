package mailbox

import (
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mapi"
)

// mostRecalled is of how many messages of a folder it is remembered where they are.
const mostRecalled = 1000

// recallable are the items that the mail tells, so that a message which is remembered need not be looked up first.
const recallable = mailstore.ItemMail | mailstore.ItemSize | mailstore.ItemDate | mailstore.ItemHeader | mailstore.ItemEntryID

// recalled remember the last messages that were looked up: programs read a list first, and then one mail after the other. Of what is
// remembered only the size of a mail can change, and that is taken from the mail.
type recalled struct {
	rows map[view.UID]mapi.Props
}

// remember keeps rows. The caller holds the index's mu.
func (r *recalled) remember(rows []mapi.Props) {
	for _, row := range rows[max(0, len(rows)-mostRecalled):] {
		if _, ok := row.Get(mapi.PrECIMAPEmailSize); !ok {
			continue // the mail is made now, and kept from then on
		}
		kept := make(mapi.Props, 0, 7)
		for _, tag := range []mapi.PropTag{
			mapi.PrECIMAPID, mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrECIMAPEmailSize, mapi.PrMessageDeliveryTime, mapi.PrClientSubmitTime, mapi.PrCreationTime,
		} {
			if v, ok := row.Get(tag); ok {
				kept = append(kept, v)
			}
		}
		if len(r.rows) >= mostRecalled {
			clear(r.rows)
		}
		if r.rows == nil {
			r.rows = make(map[view.UID]mapi.Props)
		}
		r.rows[uidOf(row)] = kept
	}
}

// remember keeps of rows what is needed to load their mails.
func (ix *index) remember(rows []mapi.Props) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.recalled.remember(rows)
}

// recall gives the rows of a few messages whose mails are wanted, if all are remembered with what is wanted.
func (ix *index) recall(uids []view.UID, want mailstore.Items) (rows []mapi.Props, ok bool) {
	if want&mailstore.ItemMail == 0 || want&^recallable != 0 || len(uids) > mostAtOnce {
		return nil, false
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for _, uid := range uids {
		row, known := ix.recalled.rows[uid]
		if !known || want&mailstore.ItemDate != 0 && dateOf(row).IsZero() {
			return nil, false
		}
		rows = append(rows, row)
	}
	return rows, true
}
