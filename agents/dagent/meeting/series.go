package meeting

import (
	"bytes"

	"zarafa/calendar/recur"
	"zarafa/mapi"
)

// stampSeries has the modified instances of a series show as the series does.
func stampSeries(item *mapi.Message, busy uint32) {
	data := binaryOf(item, recurrence)
	rec, err := recur.Parse(data)
	if err != nil {
		return // no series, or one that stays as it came
	}
	for i := range rec.Exceptions {
		if e := &rec.Exceptions[i]; e.Flags&recur.HasBusyStatus != 0 {
			e.BusyStatus = busy
		}
	}
	if out := rec.Append(nil); !bytes.Equal(out, data) {
		item.SetNamed(recurrence, mapi.Binary(mapi.MakeTag(0, mapi.PtBinary), out))
	}
}

// isEmpty reports whether an item is a series all instances of which are gone.
func isEmpty(item *mapi.Message) bool {
	rec, err := recur.Parse(binaryOf(item, recurrence))
	if err != nil {
		return false
	}
	instances, err := rec.Instances(0, recur.NoEnd)
	if err != nil {
		return false
	}
	for range instances {
		return false
	}
	return true
}

// is reports whether an id is the entry's.
func (e entry) is(id mapi.EntryID) bool { return bytes.Equal(e.id, id) }
