package meeting

import (
	"time"

	"zarafa/mapi"
)

// Named properties of items and meeting messages (MS-OXOCAL 2.2.1), all with ids that every server knows.
var (
	sequence       = appointment(0x8201)
	busyStatus     = appointment(0x8205)
	startWhole     = appointment(0x820D)
	endWhole       = appointment(0x820E)
	allDay         = appointment(0x8215)
	recurrence     = appointment(0x8216)
	stateFlags     = appointment(0x8217)
	responseStatus = appointment(0x8218)
	replyTime      = appointment(0x8220)
	recurring      = appointment(0x8223)
	intendedBusy   = appointment(0x8224)
	replyName      = appointment(0x8230)
	zoneRule       = appointment(0x8233)
	zoneName       = appointment(0x8234)
	clipEnd        = appointment(0x8236)
	counter        = appointment(0x8257)
	zoneStart      = appointment(0x825E)
	zoneRecur      = appointment(0x8260)

	reminderSet = mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8503}

	attendeeChange      = mapi.PropName{Set: mapi.PsetidMeeting, ID: 0x01}
	globalObjectID      = mapi.PropName{Set: mapi.PsetidMeeting, ID: 0x03}
	isException         = mapi.PropName{Set: mapi.PsetidMeeting, ID: 0x0A}
	cleanGlobalObjectID = mapi.PropName{Set: mapi.PsetidMeeting, ID: 0x23}
	meetingType         = mapi.PropName{Set: mapi.PsetidMeeting, ID: 0x26}
)

func appointment(id uint32) mapi.PropName {
	return mapi.PropName{Set: mapi.PsetidAppointment, ID: id}
}

// processed is PidTagProcessed: the message's item is in the calendar, and no client has to put it there (MS-OXOCAL 2.2.5.7).
const processed mapi.PropTag = 0x7D01000B

// delegatedByRule marks a copy for somebody who acts for the one it was sent to (PR_DELEGATED_BY_RULE, MS-OXORULE 2.2.5.1.2.4.1).
const delegatedByRule mapi.PropTag = 0x3FE3000B

// Values of properties.
const (
	responseTentative uint32 = 2 // PidLidResponseStatus, PR_RECIPIENT_TRACKSTATUS (MS-OXOCAL 2.2.1.11)
	responseAccepted  uint32 = 3
	responseDeclined  uint32 = 4

	outOfDate uint32 = 0x80000 // PidLidMeetingType (MS-OXOCAL 2.2.6.5)
)

// tag is the tag of a named property.
func tag(n mapi.PropName, t mapi.PropType) mapi.PropTag {
	out, _ := n.Tag(t)
	return out
}

func longOf(m *mapi.Message, n mapi.PropName) uint32 {
	v, _ := m.GetNamed(n, mapi.PtLong)
	return v.Uint32()
}

func isSet(m *mapi.Message, n mapi.PropName) bool {
	v, _ := m.GetNamed(n, mapi.PtBoolean)
	return v.Bool()
}

func boolOf(props mapi.Props, t mapi.PropTag) bool {
	v, _ := props.Get(t)
	return v.Bool()
}

func binaryOf(m *mapi.Message, n mapi.PropName) []byte {
	v, _ := m.GetNamed(n, mapi.PtBinary)
	return v.Data
}

// timeOf is a time, the zero time if it is missing.
func timeOf(m *mapi.Message, n mapi.PropName) time.Time {
	v, ok := m.GetNamed(n, mapi.PtSysTime)
	if !ok || v.Num == 0 {
		return time.Time{}
	}
	return v.Time().Time()
}

func setLong(m *mapi.Message, n mapi.PropName, v uint32) {
	m.SetNamed(n, mapi.Long(mapi.MakeTag(0, mapi.PtLong), v))
}

func setTime(m *mapi.Message, n mapi.PropName, t time.Time) {
	m.SetNamed(n, mapi.Time(mapi.MakeTag(0, mapi.PtSysTime), mapi.FileTimeOf(t)))
}

// globalID is an item's GlobalObjectId with the day of an instance, or what it has in its place.
func globalID(m *mapi.Message) []byte {
	if id := binaryOf(m, globalObjectID); len(id) > 0 {
		return id
	}
	return binaryOf(m, cleanGlobalObjectID)
}
