package ics

import (
	"zarafa/mapi"
	"zarafa/storage"
)

// history is what is recorded of one item of a folder, as a client sees it that has the state of an earlier change id.
type history struct {
	created     uint32 // id of the record of its creation, 0 if there is none
	createdHere bool   // by the very sync that asks
	later       bool   // it was created after the state that the answer brings the client to
	deleted     uint32 // id of the record of its latest deletion, 0 if there is none
	// Records after the client's state, up to that of the answer, that are not of its own making.
	changed  uint32 // newest creation or change
	flagged  uint32 // newest change of the read flag
	newFlags uint32
}

// histories reads the records of a folder's messages, by source key.
func (s *Service) histories(r request, folder storage.Ref) (map[string]*history, error) {
	list, err := s.store.Changes(r.Context, folder.SourceKey, 0)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*history)
	for _, ch := range list { // ascending ids
		if ch.Type&mapi.ChangeObjectMask != mapi.ChangeMessage {
			continue
		}
		h := out[string(ch.SourceKey)]
		if h == nil {
			h = new(history)
			out[string(ch.SourceKey)] = h
		}
		h.add(r, ch)
	}
	return out, nil
}

func (h *history) add(r request, ch storage.Change) {
	if ch.ID > r.until {
		h.later = h.later || ch.Type&mapi.ChangeEventMask == mapi.ChangeNew
		return
	}
	own := ch.Sync == r.sync.ID && ch.Sync != 0
	foreign := ch.ID > r.after && !own
	switch ch.Type & mapi.ChangeEventMask {
	case mapi.ChangeNew:
		h.created, h.createdHere = ch.ID, own
		if foreign {
			h.changed = ch.ID
		}
	case mapi.ChangeModified:
		if foreign {
			h.changed = ch.ID
		}
	case mapi.ChangeFlag:
		if foreign {
			h.flagged, h.newFlags = ch.ID, ch.Flags
		}
	case mapi.ChangeSoftDelete, mapi.ChangeHardDelete:
		h.deleted = ch.ID
	}
}

// seenBy reports whether a client without a restriction has the item at its state. What was deleted and came back has a
// record of its creation that is newer than the one of its deletion.
func (h *history) seenBy(after uint32) bool {
	here := !h.later && h.created <= after || h.createdHere
	gone := h.deleted != 0 && h.deleted <= after && h.created < h.deleted
	return here && !gone
}
