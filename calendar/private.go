package calendar

import (
	"slices"

	"zarafa/calendar/recur"
	"zarafa/mapi"
)

// Viewer is who looks into a calendar.
type Viewer struct {
	// Owner is true for the one whose store it is.
	Owner bool
	// SeesPrivate is true for a delegate with that flag (PR_DELEGATE_FLAGS, MS-OXODLGT 2.2.2.2.6).
	SeesPrivate bool
}

// Sees reports whether somebody sees an item as it is. Who does not see it may not change it either: he would write back
// what he was shown in its place.
func (v Viewer) Sees(m *mapi.Message) bool {
	return v.Owner || v.SeesPrivate || !IsPrivate(m)
}

// Values of PR_SENSITIVITY (MS-OXCMSG 2.2.1.13).
const (
	sensitivityPrivate      = 2
	sensitivityConfidential = 3
)

// privateFlag is PidLidPrivate (MS-OXCMSG 2.2.1.15).
var privateFlag = mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8506}

// recurrenceName is PidLidAppointmentRecur.
var recurrenceName = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8216}

// IsPrivate reports whether an item is for its owner alone. Programs write the sensitivity, the flag, or both.
func IsPrivate(m *mapi.Message) bool {
	s := m.Props.Uint32(mapi.PrSensitivity)
	flag, _ := m.GetNamed(privateFlag, mapi.PtBoolean)
	return s == sensitivityPrivate || s == sensitivityConfidential || flag.Bool()
}

// shownTags are the properties of a private item that a stranger sees: which item it is, when it is, and that it is private.
var shownTags = []mapi.PropTag{
	mapi.PrMessageClass, mapi.PrObjectType, mapi.PrSensitivity, mapi.PrIconIndex, mapi.PrMessageFlags, mapi.PrStartDate, mapi.PrEndDate,
	mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrStoreRecordKey, mapi.PrRecordKey, mapi.PrSourceKey, mapi.PrParentSourceKey,
	mapi.PrChangeKey, mapi.PrPredecessorChangeList, mapi.PrCreationTime, mapi.PrLastModificationTime,
}

// shownNames are the numbers of the named properties of the same kind.
var shownNames = []struct {
	set mapi.GUID
	ids []uint32
}{
	// busy status, start, end, duration, all-day, recurrence, recurring, original start, recurrence type, zone, clip range, zones
	{mapi.PsetidAppointment, []uint32{
		0x8205, 0x820D, 0x820E, 0x8213, 0x8215, 0x8216, 0x8223, 0x8228, 0x8231, 0x8233, 0x8234, 0x8235, 0x8236, 0x825E, 0x825F, 0x8260,
	}},
	{mapi.PsetidCommon, []uint32{0x8506, 0x8516, 0x8517}}, // private, start, end
	{mapi.PsetidMeeting, []uint32{0x03, 0x0A, 0x23}},      // identity, is an exception, identity of the series
	{mapi.PsetidTask, []uint32{0x8104, 0x8105, 0x8116, 0x8126}},
}

// Censor is what a stranger sees in place of a private item: that its owner is busy. subject is the text that he sees, in his language, as
// "Private Appointment". Whatever is not known to be harmless is left out; modified instances of a series keep their times alone.
func Censor(m *mapi.Message, subject string) *mapi.Message {
	out := &mapi.Message{}
	for _, tag := range shownTags {
		if v, ok := m.Props.Get(tag); ok {
			out.Props.Set(v.Clone())
		}
	}
	for _, s := range shownNames {
		for _, id := range s.ids {
			if tag, ok := (mapi.PropName{Set: s.set, ID: id}).Tag(mapi.PtUnspecified); ok {
				if v, ok := m.Props.ByID(tag.ID()); ok {
					out.Props.Set(v.Clone())
				}
			}
		}
	}
	out.Props.Set(mapi.String(mapi.PrSubject, subject))
	censorSeries(out)
	return out
}

// censorSeries takes the texts of modified instances out of a recurrence. One that cannot be read is left out: nobody knows what it holds.
func censorSeries(m *mapi.Message) {
	tag, ok := recurrenceName.Tag(mapi.PtBinary)
	v, has := m.Props.Get(tag)
	if !ok || !has {
		return
	}
	rec, err := recur.Parse(v.Data)
	if err != nil {
		m.Props.Delete(tag.ID())
		return
	}
	const shown = recur.HasBusyStatus | recur.HasSubType
	clean := *rec
	clean.Exceptions = nil
	for _, e := range rec.Exceptions {
		clean.Exceptions = append(clean.Exceptions, recur.Exception{
			Start: e.Start, End: e.End, Original: e.Original, Flags: e.Flags & shown, BusyStatus: e.BusyStatus, SubType: e.SubType,
		})
	}
	clean.ClearReserved()
	m.Props.Set(mapi.Binary(tag, clean.Append(nil)))
}

// CanReplace reports whether somebody may put one item in place of another: he must see what is there, and still see what he puts there, as
// he would lose it otherwise.
func (v Viewer) CanReplace(old, fresh *mapi.Message) bool {
	return !slices.ContainsFunc([]*mapi.Message{old, fresh}, func(m *mapi.Message) bool { return m != nil && !v.Sees(m) })
}
