package api

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"zarafa/mapi"
)

// idOf is an entry id as clients see it; none is empty.
func idOf(id mapi.EntryID) ID { return ID(base64.RawURLEncoding.EncodeToString(id)) }

// entryID reads an id, which must be that of an object of a type.
func entryID(id ID, t mapi.ObjectType) (mapi.EntryID, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(id))
	if e := mapi.EntryID(raw); err == nil && e.Valid() && e.Type() == t {
		return e, nil
	}
	return nil, &Problem{Code: NotFound, Message: "that is the id of nothing of this kind"}
}

func folderID(id ID) (mapi.EntryID, error)  { return entryID(id, mapi.TypeFolder) }
func messageID(id ID) (mapi.EntryID, error) { return entryID(id, mapi.TypeMessage) }

// keyOf is a key of a row as clients see it.
func keyOf(key []byte) string { return base64.RawURLEncoding.EncodeToString(key) }

func rowKey(text string) ([]byte, error) {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(key) == 0 || len(key) > 64 {
		return nil, invalid("that is no key of a row")
	}
	return key, nil
}

// stateOf is what says that an object has changed.
func stateOf(change []byte) State { return State(hex.EncodeToString(change)) }

const timeFormat = "2006-01-02T15:04:05.000Z"

// timeOf is a time as JavaScript writes it.
func timeOf(t time.Time) Time {
	if t.IsZero() {
		return ""
	}
	return Time(t.UTC().Format(timeFormat))
}

// timeIn is a property's time.
func timeIn(props mapi.Props, tag mapi.PropTag) Time {
	v, ok := props.Get(tag)
	if !ok || v.Time() == 0 {
		return ""
	}
	return timeOf(v.Time().Time())
}

// instant reads a time; empty is the zero time.
func (t Time) instant() (time.Time, error) {
	if t == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, string(t))
	if err != nil || at.Year() < 1601 || at.Year() > 9999 {
		return at, invalid("%q is no time of RFC 3339", string(t))
	}
	return at, nil
}
