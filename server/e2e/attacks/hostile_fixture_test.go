package attacks_test

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// mailbox is one that is attacked, or whose owner attacks.
type mailbox struct {
	*e2e.Mailbox
	blobs   [][]byte // instance ids of large values, see keepBlob
	company client.Company
}

func addMailbox(t *testing.T, i *servertest.Instance, name string) *mailbox {
	t.Helper()
	return &mailbox{Mailbox: e2e.AddMailbox(t, i, name)}
}

// mend brings back what requests have destroyed, if need be with a new user.
func (m *mailbox) mend(t *testing.T, i *servertest.Instance) {
	t.Helper()
	if m.Whole(t.Context()) || m.Fill(t.Context()) == nil {
		return
	}
	bare, company, _ := strings.Cut(m.User.Name, "@")
	successor := addMailbox(t, i, strings.TrimSuffix(bare+"+@"+company, "@"))
	successor.company = m.company
	if successor.User.AdminLevel = m.User.AdminLevel; m.User.AdminLevel != 0 {
		admin := e2e.LogOn(t, i.Endpoint(), "SYSTEM")
		defer admin.Close(t.Context())
		if err := admin.SetUser(t.Context(), successor.User); err != nil {
			t.Fatal(err)
		}
	}
	*m = *successor
}

// marks are the texts by which requests name what is in the mailbox, always in the same order.
func (m *mailbox) marks(session uint64) []string {
	marks := []string{
		number(session), fmt.Sprintf("<ulTableId>%d<", m.Table), fmt.Sprintf("<ulSyncId>%d<", m.Sync),
		fmt.Sprintf("<ulServerId>%d<", m.Object.ServerID),
	}
	for _, id := range [][]byte{m.Folder, m.Search, m.Message, m.Fresh, m.Object.Props.Bytes(mapi.PrSourceKey), m.Object.Props.Bytes(mapi.PrParentSourceKey), m.User.EntryID} {
		marks = append(marks, b64(id))
	}
	return marks
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// aboutFolders are the operations whose sEntryId is a folder, aboutStores those where it is a store.
var (
	aboutFolders = map[string]bool{
		"getRights": true, "setRights": true, "emptyFolder": true, "deleteFolder": true, "copyFolder": true, "tableOpen": true, "resetFolderCount": true,
		"tableMulti": true,
	}
	aboutStores = map[string]bool{"getStoreName": true, "getStoreType": true, "getStore": true}
)

// value gives the members of a request their meaning; session is the caller's.
func (m *mailbox) value(session uint64) valueOf {
	return func(op *operation, f member) string {
		if f.Name == op.Session {
			return number(session)
		}
		if id := m.idOf(op, f.Name); id != nil && f.Type == "base64Binary" {
			return b64(id)
		}
		if n := m.numberOf(op, f.Name); n != 0 {
			return number(n)
		}
		switch f.Name {
		case "szUserName", "lpszUsername", "szUsername":
			if op.Name != "createUser" && op.Name != "setUser" {
				return m.User.Name
			}
			return op.Name + " of " + m.User.Name
		case "lpszGroupname", "lpszCompanyname":
			if op.Name == "resolveGroupname" {
				return m.Group.Name
			}
			return op.Name + " of " + m.User.Name
		case "lpszPseudoUrl":
			return "pseudo://Unknown"
		case "fOpenIfExists", "open-if-exists", "bIsNew":
			return "1"
		}
		return ""
	}
}

// numberOf is the value of a member that is a number, 0 for any.
func (m *mailbox) numberOf(op *operation, name string) uint64 {
	switch name {
	case "ulTableId":
		return uint64(m.Table)
	case "ulSyncId":
		if op.Name == "getChanges" || op.Name == "setSyncStatus" {
			return uint64(m.Sync)
		}
	case "ulUserId", "ulUserid", "ulSenderId", "ulRecipientId":
		return uint64(m.User.ID)
	case "ulGroupId":
		return uint64(m.Group.ID)
	case "ulCompanyId", "ulCompanyid", "ulSetCompanyId":
		return uint64(m.company.ID)
	case "ulAdministrator":
		return uint64(m.User.ID)
	case "ulServerId":
		return uint64(m.Object.ServerID)
	case "ulTableType":
		return uint64(mapi.TableMS)
	case "ulType", "ulChangeType", "type", "lRowCount", "ulRowCount", "ulCount", "ulDays":
		if op.Name == "tableOpen" || op.Name == "tableMulti" {
			return uint64(mapi.TypeMessage)
		}
		return 1
	case "ulPropTag", "ulPropId", "item":
		if op.Name == "exportMessageChangesAsStream" {
			return uint64(mapi.PrSourceKey)
		}
		return uint64(mapi.PrSubject)
	case "ulFlags":
		if op.Name == "deleteFolder" {
			return uint64(mapi.DelMessages | mapi.DelFolders)
		}
	case "ulObjClass":
		return uint64(mapi.ClassActiveUser)
	case "ulEventMask":
		return uint64(mapi.EventModified)
	case "ulEventType":
		return uint64(mapi.EventNewMail)
	case "ulCapabilities", "clientCaps":
		return 0xFFFF
	}
	return 0
}

// idOf is the value of a member that is an identifier.
func (m *mailbox) idOf(op *operation, name string) []byte {
	switch name {
	case "sUserId", "sSenderId", "sRecipientId":
		return m.User.EntryID
	case "sGroupId":
		return m.Group.EntryID
	case "sCompanyId", "sSetCompanyId":
		return m.company.EntryID
	case "lpsEntryId":
		if op.Name == "getStore" {
			return m.Store.EntryID
		}
		return m.Folder
	case "sStoreId", "store":
		return m.Store.EntryID
	case "sStoreGuid":
		g := m.Store.EntryID.StoreGUID()
		return g[:]
	case "sRootId":
		return m.Store.RootID
	case "sParentId", "parent-eid", "sParentEntryId", "pParentId", "folder":
		return m.Folder
	case "sDestFolderId":
		return m.Inbox
	case "sInstanceKey", "sBookmark":
		return m.Header
	case "sCollapseState":
		return m.State
	case "item", "sKey", "pEntryId", "message":
		if op.Name == "tableSetSearchCriteria" {
			return m.Folder
		}
		return m.Message
	case "sEntryId":
		switch {
		case op.Name == "readABProps":
			return m.User.EntryID
		case op.Name == streamed:
			return m.Fresh
		case aboutStores[op.Name]:
			return m.Store.EntryID
		case aboutFolders[op.Name]:
			return m.Folder
		case op.Name == "tableSetSearchCriteria" || op.Name == "tableGetSearchCriteria":
			return m.Search
		}
		return m.Message
	case "sObjectKey", "messageSourceKey":
		return m.Object.Props.Bytes(mapi.PrSourceKey)
	case "sParentKey", "folderSourceKey", "sSourceKeyFolder":
		return m.Object.Props.Bytes(mapi.PrParentSourceKey)
	}
	return nil
}
