package coherence_test

import (
	"fmt"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/wire"
)

func bob(w *world) *client.Session { return w.bob }

// grant gives bob rights on a folder, or takes them away.
func (m *metamorphic) grant() {
	folder := m.folder()
	rights := []mapi.Rights{mapi.RightsAll, mapi.RightFolderVisible, mapi.RightFolderVisible | mapi.RightReadAny, 0x41B, 0x463, mapi.RightReadAny, 0}[m.rng.IntN(7)]
	state := []uint32{mapi.ACEStateNew, mapi.ACEStateModify, mapi.ACEStateModify, mapi.ACEStateDeleted}[m.rng.IntN(4)]
	m.do(fmt.Sprintf("rights %#x (%d) on %d", rights, state, folder), func(w *world) wire.Request {
		return &wire.SetRightsRequest{EntryID: w.folders[folder], RightsArray: []wire.Rights{{
			UlUserID: w.bobUser.ID, SUserID: w.bobUser.EntryID, Type: mapi.ACEGrant, Rights: uint32(rights), State: state,
		}}}
	}, nil)
	m.do("get rights", func(w *world) wire.Request {
		return &wire.GetRightsRequest{EntryID: w.folders[folder], Type: int32(mapi.ACEGrant)}
	}, nil)
}

// visit has bob do something in alice's mailbox, as far as he may.
func (m *metamorphic) visit() {
	folder := m.folder()
	if n, ok := m.searchFolder(); ok && m.rng.IntN(3) == 0 {
		folder = n
	}
	switch m.rng.IntN(6) {
	case 0:
		m.doAs("bob lists folders", bob, func(w *world) wire.Request {
			return tableRequest(w.folders[0], mapi.TypeFolder, mapi.OpenConvenientDepth, mapi.PrEntryID, mapi.PrDisplayName, mapi.PrContentCount, mapi.PrAccess)
		}, nil)
	case 1:
		o := m.tree(0)
		unique := mapi.GUID(fmt.Appendf(nil, "of bob %09d", m.messages))
		m.doAs("bob creates a message", bob, func(w *world) wire.Request {
			copied := o
			return &wire.SaveObjectRequest{ParentEntryID: w.folders[folder], EntryID: mapi.MakeEntryID(w.box.Store.GUID, mapi.TypeMessage, unique), SaveObj: &copied}
		}, nil)
	case 2:
		m.doAs("bob loads a folder", bob, func(w *world) wire.Request {
			return &wire.LoadObjectRequest{EntryID: w.folders[folder], Flags: mapi.OpenUnicode}
		}, nil)
	default:
		m.visitMessages(folder)
	}
}

// visitMessages has bob do something with a message that he sees.
func (m *metamorphic) visitMessages(folder int) {
	code := m.doAs(fmt.Sprintf("bob lists %d", folder), bob, func(w *world) wire.Request {
		return tableRequest(w.folders[folder], mapi.TypeMessage, 0, mapi.PrEntryID, mapi.PrSubject, mapi.PrAccess, mapi.PrMessageFlags)
	}, func(w *world, resp wire.Response) {
		w.rows = nil
		for _, row := range resp.(*wire.TableMultiResponse).RowSet.Rows {
			w.rows = append(w.rows, mapi.CloneProps(row))
		}
	})
	if code != mapi.OK || len(m.worlds[0].rows) == 0 {
		return
	}
	i, flags := m.rng.IntN(len(m.worlds[0].rows)), uint32(m.rng.IntN(2))*mapi.DelHard
	id := func(w *world) []byte { return w.rows[i].Bytes(mapi.PrEntryID) }
	switch m.rng.IntN(4) {
	case 0:
		m.doAs("bob loads a message", bob, func(w *world) wire.Request { return &wire.LoadObjectRequest{EntryID: id(w), Flags: mapi.OpenUnicode} }, nil)
	case 1:
		m.doAs("bob deletes a message", bob, func(w *world) wire.Request {
			return &wire.DeleteObjectsRequest{Messages: [][]byte{id(w)}, Flags: flags}
		}, nil)
	case 2:
		m.doAs("bob reads a message", bob, func(w *world) wire.Request { return &wire.SetReadFlagsRequest{Messages: [][]byte{id(w)}} }, nil)
	case 3:
		m.doAs("bob copies a message", bob, func(w *world) wire.Request {
			return &wire.CopyObjectsRequest{Messages: [][]byte{id(w)}, DestFolderID: w.folders[folder]}
		}, nil)
	}
}
