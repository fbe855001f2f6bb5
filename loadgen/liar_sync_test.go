package loadgen_test

import (
	"bytes"
	"slices"

	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/profiles/users"
	"zarafa/wire"
)

// inChanges makes a lie about the changes of folders' contents.
func inChanges(lie func(session uint64, changes []wire.ICSChange) []wire.ICSChange) func(wire.Request, wire.Response) {
	return func(req wire.Request, resp wire.Response) {
		asked, ok := req.(*wire.GetChangesRequest)
		if r, is := resp.(*wire.ICSChangeResponse); is && ok && asked.ChangeType == 1 && len(r.ChangesArray) > 0 {
			r.ChangesArray = lie(req.Session(), r.ChangesArray)
		}
	}
}

// Kinds of changes, as the protocol has them.
const (
	newMessage    = 0x1001
	changed       = 0x1002
	deletedFolder = 0x2005
)

// syncLiars are the lies about what clients in cached mode download and upload, by name.
func syncLiars() map[string]lie {
	var held []byte // a stream of another mailbox
	var holder uint64
	var folder []byte
	versions, states := map[string]wire.GetChangeInfoResponse{}, map[uint32]uint32{}
	return map[string]lie{
		"drops new items": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			return slices.DeleteFunc(list, func(c wire.ICSChange) bool { return c.ChangeType == newMessage })
		})}, []truth.Kind{truth.Lost}, nil},
		"drops changes of items": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			return slices.DeleteFunc(list, func(c wire.ICSChange) bool { return c.ChangeType == changed })
		})}, []truth.Kind{truth.Stale}, []users.Action{users.Conflict}},
		"drops all but deletions": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			return slices.DeleteFunc(list, func(c wire.ICSChange) bool { return c.ChangeType <= changed })
		})}, []truth.Kind{truth.Lost, truth.Stale}, nil},
		"doubles changes": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			return append(list, list[0])
		})}, []truth.Kind{truth.Doubled}, nil},
		"says new again": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			for i := range list {
				if list[i].ChangeType == changed {
					list[i].ChangeType = newMessage
				}
			}
			return list
		})}, []truth.Kind{truth.Doubled}, []users.Action{users.Conflict}},
		"deletes what is there": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			list[0].ChangeType = 0x1005
			return list
		})}, []truth.Kind{truth.Lost}, nil},
		"shows changes of other folders": {&liar{twist: inChanges(func(_ uint64, list []wire.ICSChange) []wire.ICSChange {
			list[0].ParentSourceKey = bytes.Repeat([]byte{1}, 22)
			return list
		})}, []truth.Kind{truth.Foreign}, nil},
		"deletes folders": {&liar{twist: func(req wire.Request, resp wire.Response) {
			asked, ok := req.(*wire.GetChangesRequest)
			if !ok {
				return
			}
			r := resp.(*wire.ICSChangeResponse)
			if asked.ChangeType == 1 && len(r.ChangesArray) > 0 {
				folder = slices.Clone(r.ChangesArray[0].ParentSourceKey)
			}
			if asked.ChangeType == 2 && folder != nil {
				r.ChangesArray = append(r.ChangesArray, wire.ICSChange{SourceKey: folder, ParentSourceKey: []byte{1}, ChangeType: deletedFolder})
			}
		}}, []truth.Kind{truth.Lost}, []users.Action{users.Sync}},
		"leaves messages out": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.ExportMessageChangesAsStreamResponse); ok {
				r.MsgStreams = r.MsgStreams[:0]
			}
		}}, []truth.Kind{truth.Lost}, nil},
		"mixes up source keys": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.ExportMessageChangesAsStreamResponse); ok && len(r.MsgStreams) > 1 {
				a, b := &r.MsgStreams[0], &r.MsgStreams[1]
				a.PropVals, b.PropVals = b.PropVals, a.PropVals
			}
		}}, []truth.Kind{truth.Mixed}, nil},
		"mixes up streams": {&liar{twistStreams: func(_ uint64, streams [][]byte) {
			slices.Reverse(streams)
		}}, []truth.Kind{truth.Mixed}, nil},
		"changes bodies": {&liar{twistStreams: func(_ uint64, streams [][]byte) {
			for i, s := range streams {
				streams[i] = bytes.Replace(s, []byte(".\r\n"), []byte("!\r\n"), 1)
			}
		}}, []truth.Kind{truth.Mixed, truth.Stale}, []users.Action{users.Sync, users.Conflict}},
		"shows messages of others": {&liar{twistStreams: func(session uint64, streams [][]byte) {
			for i := range streams {
				if held == nil {
					held, holder = streams[i], session
				}
				if session != holder {
					streams[i] = held
				}
			}
		}}, []truth.Kind{truth.Mixed, truth.Foreign}, nil},
		"turns read flags in copies": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.ExportMessageChangesAsStreamResponse); ok {
				for _, m := range r.MsgStreams {
					m.PropVals[mapi.Props(m.PropVals).Index(mapi.PrMessageFlags.ID())].Num ^= uint64(mapi.MsgRead)
				}
			}
		}}, []truth.Kind{truth.Stale}, nil},
		"says that nothing is new": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			switch r := resp.(type) {
			case *wire.GetSyncStatesReponse:
				for i := range r.SyncStates {
					s := &r.SyncStates[i]
					if old, ok := states[s.SyncID]; ok {
						s.ChangeID = old
					}
					states[s.SyncID] = s.ChangeID
				}
			case *wire.ICSChangeResponse:
				r.ChangesArray = nil
			}
		}}, []truth.Kind{truth.Lost, truth.Stale}, []users.Action{users.Sync}},
		"shows old versions": {&liar{twist: func(req wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.GetChangeInfoResponse); ok {
				id := string(req.(*wire.GetChangeInfoRequest).EntryID)
				if old, ok := versions[id]; ok {
					*r = old
				}
				versions[id] = wire.GetChangeInfoResponse{PropPCL: r.PropPCL.Clone(), PropCK: r.PropCK.Clone()}
			}
		}}, []truth.Kind{truth.Stale}, []users.Action{users.Conflict}},
		"forgets uploads": {&liar{swallow: swallowing(wire.OpImportMessageFromStream)}, []truth.Kind{truth.Lost, truth.Stale, truth.Mixed}, nil},
	}
}
