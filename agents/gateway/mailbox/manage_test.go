package mailbox

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

const standardNames = "INBOX subscribed\nDeleted Items \\Trash subscribed\nDrafts \\Drafts subscribed\nJunk E-mail \\Junk subscribed\n" +
	"Outbox subscribed\nSent Items \\Sent subscribed\n"

func TestManage(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	for _, name := range []string{"Archive/2026/May", "Archive/2026/June", "Zebra"} {
		id, err := a.Create(t.Context(), name, "")
		ok(t, err)
		want(t, "the id of "+name, a.id(name), id)
	}
	want(t, "made", a.names()[:len("INBOX subscribed\nArchive\nArchive/2026\n")], "INBOX subscribed\nArchive\nArchive/2026\n")
	ok(t, a.Subscribe(t.Context(), "Archive/2026/May", true))
	ok(t, a.Subscribe(t.Context(), "nowhere", false))
	wantCode(t, "subscribing to what no mailbox can be", a.Subscribe(t.Context(), "a//b", true), mailstore.Cannot)
	_, err := a.Create(t.Context(), "Sent", "Sent")
	wantCode(t, "a second mailbox for sent mail", err, mailstore.UseAttr)
	wantCode(t, "unsubscribing from the inbox", a.Subscribe(t.Context(), "inbox", false), mailstore.Cannot)
	may := a.id("Archive/2026/May")
	ok(t, a.Rename(t.Context(), "Archive/2026", "Old/Years"))
	want(t, "the id after renaming", a.id("Old/Years/May"), may)
	ok(t, a.Rename(t.Context(), "zebra", "ZEBRA"))
	want(t, "renamed", a.names(), "INBOX subscribed\nArchive\nDeleted Items \\Trash subscribed\nDrafts \\Drafts subscribed\nJunk E-mail \\Junk subscribed\n"+
		"Old\nOld/Years\nOld/Years/June\nOld/Years/May subscribed\nOutbox subscribed\nSent Items \\Sent subscribed\nZEBRA\n")
	for name, code := range map[string]mailstore.Code{
		"": mailstore.Cannot, "a//b": mailstore.Cannot, "a/": mailstore.Cannot, "a\x01": mailstore.Cannot, "Inbox": mailstore.AlreadyExists, "old/years": mailstore.AlreadyExists,
	} {
		_, err := a.Create(t.Context(), name, "")
		wantCode(t, "creating "+name, err, code)
	}
	wantCode(t, "renaming into itself", a.Rename(t.Context(), "Old", "Old/Years/Old"), mailstore.Cannot)
	wantCode(t, "renaming onto another", a.Rename(t.Context(), "Old", "ZEBRA"), mailstore.AlreadyExists)
	wantCode(t, "renaming nothing", a.Rename(t.Context(), "nothing", "something"), mailstore.Nonexistent)
	wantCode(t, "renaming a standard folder", a.Rename(t.Context(), "Drafts", "x"), mailstore.Cannot)
	wantCode(t, "deleting a standard folder", a.Delete(t.Context(), "Sent Items"), mailstore.Cannot)
	wantCode(t, "deleting the inbox", a.Delete(t.Context(), "INBOX"), mailstore.Cannot)
	wantCode(t, "deleting one with others", a.Delete(t.Context(), "Old"), mailstore.HasChildren)
	ok(t, a.Subscribe(t.Context(), "Old/Years/May", false))
	for _, name := range []string{"Old/Years/May", "Old/Years/June", "Old/Years", "Old", "Archive", "ZEBRA"} {
		ok(t, a.Delete(t.Context(), name))
	}
	want(t, "deleted", a.names(), standardNames)
}

func TestRenameInbox(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	a.append("INBOX", newMessage(mail("one"), view.Seen), newMessage(mail("two"), 0))
	ok(t, a.Rename(t.Context(), "INBOX", "Before"))
	want(t, "the inbox", inbox.shown(), "")
	want(t, "where all is", a.open("Before").shown(), "1 0000001 \n2 0000000 \n")
}

// Names that IMAP cannot show have one all the same, and always the same.
func TestOddNames(t *testing.T) {
	w := newWorld(t, "alice")
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	root := mapi.EntryID(box.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	for _, name := range []string{"a/b", "a,b", "x\ny", "Größe & mehr", "%*\"\\", "inbox.", "~x"} {
		_, err := s.CreateFolder(t.Context(), root, client.NewFolder{Name: name})
		ok(t, err)
	}
	_, err = s.CreateFolder(t.Context(), box.Inbox, client.NewFolder{Name: "below"})
	ok(t, err)
	calendar, err := s.CreateFolder(t.Context(), root, client.NewFolder{Name: "Dates"})
	ok(t, err)
	ok(t, s.SetProps(t.Context(), calendar, mapi.String(mapi.PrContainerClass, "IPF.Appointment")))
	_, err = s.CreateFolder(t.Context(), calendar, client.NewFolder{Name: "Invitations"})
	ok(t, err)
	_, err = s.CreateFolder(t.Context(), root, client.NewFolder{Name: "Public folders"})
	ok(t, err)
	a := w.logOn("alice")
	want(t, "names", a.names(), "INBOX subscribed\nINBOX/below\n%*\"\\\nDates \\Noselect\nDates/Invitations\nDeleted Items \\Trash subscribed\nDrafts \\Drafts subscribed\n"+
		"Größe & mehr\nJunk E-mail \\Junk subscribed\nOutbox subscribed\nPublic folders (2)\nSent Items \\Sent subscribed\na,b\na,b (2)\ninbox.\nx_y\n~x\n")
	ok(t, a.Delete(t.Context(), "a,b (2)"))
	list, err := s.Folders(t.Context(), root, false)
	ok(t, err)
	for _, f := range list {
		if f.Name == "a,b" {
			t.Error("the wrong folder was deleted")
		}
	}
}

// What others do to folders is seen at the next list.
func TestListIsCurrent(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	want(t, "at first", a.names(), standardNames)
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	id, err := s.CreateFolder(t.Context(), box.Props.Bytes(mapi.PrIPMSubtreeEntryID), client.NewFolder{Name: "aaa"})
	ok(t, err)
	u := a.Account.(*account).user
	w.untilStale(u)
	want(t, "created", a.names(), "INBOX subscribed\n"+"Deleted Items"+standardNames[len("INBOX subscribed\nDeleted Items"):]+"aaa\n")
	ok(t, s.SetProps(t.Context(), id, mapi.String(mapi.PrDisplayName, "bbb")))
	w.untilStale(u)
	want(t, "renamed", a.names(), standardNames+"bbb\n")
	ok(t, s.DeleteFolder(t.Context(), id, mapi.DelFolders|mapi.DelMessages))
	w.untilStale(u)
	want(t, "deleted", a.names(), standardNames)
}

func TestACL(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	a := w.logOn("alice")
	inbox := a.id("INBOX")
	mine, err := a.MyRights(t.Context(), inbox)
	ok(t, err)
	want(t, "the owner's rights", mine, "lrswikxtea")
	ok(t, a.SetACL(t.Context(), inbox, "bob", "lri"))
	ok(t, a.SetACL(t.Context(), inbox, "anyone", "l"))
	list, err := a.GetACL(t.Context(), inbox)
	ok(t, err)
	want(t, "the list", list, "[{alice lrswikxtea} {anyone l} {bob lrsi}]")
	ok(t, a.SetACL(t.Context(), inbox, "bob", ""))
	list, err = a.GetACL(t.Context(), inbox)
	ok(t, err)
	want(t, "without bob", list, "[{alice lrswikxtea} {anyone l}]")
	wantCode(t, "a right that there is not", a.SetACL(t.Context(), inbox, "bob", "lz"), mailstore.Cannot)
	wantCode(t, "somebody who is not there", a.SetACL(t.Context(), inbox, "carol", "l"), mailstore.Nonexistent)
}
