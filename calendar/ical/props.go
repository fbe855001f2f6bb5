package ical

import (
	"time"

	"zarafa/mapi"
)

// Named properties by their numbers (MS-OXPROPS 2). The sets are those of the functions below.
const (
	// PSETID_Appointment
	idSendAsICS       = 0x8200
	idSequence        = 0x8201
	idBusyStatus      = 0x8205
	idLocation        = 0x8208
	idStart           = 0x820D
	idEnd             = 0x820E
	idDuration        = 0x8213
	idAllDay          = 0x8215
	idRecur           = 0x8216
	idStateFlags      = 0x8217
	idResponseStatus  = 0x8218
	idReplyTime       = 0x8220
	idRecurring       = 0x8223
	idIntendedBusy    = 0x8224
	idExceptionOrig   = 0x8228
	idInvited         = 0x8229
	idReplyName       = 0x8230
	idRecurrenceType  = 0x8231
	idZoneStruct      = 0x8233
	idZoneName        = 0x8234
	idClipStart       = 0x8235
	idClipEnd         = 0x8236
	idAllAttendees    = 0x8238
	idToAttendees     = 0x823B
	idCcAttendees     = 0x823C
	idProposedStart   = 0x8250
	idProposedEnd     = 0x8251
	idProposedMinutes = 0x8256
	idCounter         = 0x8257
	idNoCounter       = 0x825A
	idZoneStart       = 0x825E
	idZoneEnd         = 0x825F
	idZoneRecur       = 0x8260
	// PSETID_Common
	idReminderMinutes = 0x8501
	idReminderTime    = 0x8502
	idReminderSet     = 0x8503
	idPrivate         = 0x8506
	idSideEffects     = 0x8510
	idCommonStart     = 0x8516
	idCommonEnd       = 0x8517
	idReminderSignal  = 0x8560
	// PSETID_Meeting
	idAttendeeChange = 0x01
	idWhere          = 0x02
	idGlobalID       = 0x03
	idIsException    = 0x0A
	idOwnerChange    = 0x1A
	idCleanGlobalID  = 0x23
	idMeetingType    = 0x26
	// PSETID_Task
	idTaskStatus    = 0x8101
	idTaskPercent   = 0x8102
	idTaskStart     = 0x8104
	idTaskDue       = 0x8105
	idTaskCompleted = 0x810F
	idTaskRecur     = 0x8116
	idTaskComplete  = 0x811C
	idTaskRecurring = 0x8126
)

// Values of PidLidAppointmentStateFlags (MS-OXOCAL 2.2.1.10).
const (
	stateMeeting  = 1
	stateReceived = 2
	stateCanceled = 4
)

// Values of PidLidResponseStatus and PR_RECIPIENT_TRACKSTATUS (MS-OXOCAL 2.2.1.11).
const (
	responseNone      = 0
	responseOrganized = 1
	responseTentative = 2
	responseAccepted  = 3
	responseDeclined  = 4
	responseUnknown   = 5
)

// Values of PR_ICON_INDEX (MS-OXOCAL 2.2.1.50, MS-OXOTASK 2.2.1.6).
const (
	iconAppointment   = 1024
	iconSeries        = 1025
	iconMeeting       = 1026
	iconMeetingSeries = 1027
	iconAccepted      = 1028
	iconDeclined      = 1029
	iconTentative     = 1030
	iconCanceled      = 1031
	iconTask          = 1280
)

// Message classes.
const (
	classAppointment = "IPM.Appointment"
	classTask        = "IPM.Task"
	classException   = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"
	classRequest     = "IPM.Schedule.Meeting.Request"
	classCanceled    = "IPM.Schedule.Meeting.Canceled"
	classAccepted    = "IPM.Schedule.Meeting.Resp.Pos"
	classDeclined    = "IPM.Schedule.Meeting.Resp.Neg"
	classTentative   = "IPM.Schedule.Meeting.Resp.Tent"
)

// defaultReminder is PidLidReminderDelta's value for the user's usual time, which is 15 minutes (MS-OXORMDR 2.2.1.3).
const defaultReminder = 0x5AE980E1

// keywords is the name of categories (MS-OXCMSG 2.2.1.17).
var keywords = mapi.PropName{Set: mapi.PsPublicStrings, Name: "Keywords"}

func appt(id uint32) mapi.PropName    { return mapi.PropName{Set: mapi.PsetidAppointment, ID: id} }
func common(id uint32) mapi.PropName  { return mapi.PropName{Set: mapi.PsetidCommon, ID: id} }
func meeting(id uint32) mapi.PropName { return mapi.PropName{Set: mapi.PsetidMeeting, ID: id} }
func task(id uint32) mapi.PropName    { return mapi.PropName{Set: mapi.PsetidTask, ID: id} }

func tagOf(t mapi.PropType) mapi.PropTag { return mapi.MakeTag(0, t) }

func setLong(m *mapi.Message, n mapi.PropName, v uint32) {
	m.SetNamed(n, mapi.Long(tagOf(mapi.PtLong), v))
}

func setBool(m *mapi.Message, n mapi.PropName, v bool) {
	m.SetNamed(n, mapi.Bool(tagOf(mapi.PtBoolean), v))
}

func setTime(m *mapi.Message, n mapi.PropName, t time.Time) {
	m.SetNamed(n, mapi.Time(tagOf(mapi.PtSysTime), mapi.FileTimeOf(t)))
}

func setText(m *mapi.Message, n mapi.PropName, v string) {
	m.SetNamed(n, mapi.String(tagOf(mapi.PtUnicode), v))
}

func setBinary(m *mapi.Message, n mapi.PropName, v []byte) {
	m.SetNamed(n, mapi.Binary(tagOf(mapi.PtBinary), v))
}

func getLong(m *mapi.Message, n mapi.PropName) uint32 {
	v, _ := m.GetNamed(n, mapi.PtLong)
	return v.Uint32()
}

func getBool(m *mapi.Message, n mapi.PropName) bool {
	v, _ := m.GetNamed(n, mapi.PtBoolean)
	return v.Bool()
}

// getTime is a time in UTC; it is zero if it is missing.
func getTime(m *mapi.Message, n mapi.PropName) time.Time {
	v, ok := m.GetNamed(n, mapi.PtSysTime)
	if !ok || v.Num == 0 {
		return time.Time{}
	}
	return v.Time().Time()
}

func getText(m *mapi.Message, n mapi.PropName) string {
	v, _ := m.GetNamed(n, mapi.PtUnicode)
	return v.Str()
}

func getBinary(m *mapi.Message, n mapi.PropName) []byte {
	v, _ := m.GetNamed(n, mapi.PtBinary)
	return v.Data
}

// timeOf is a time in UTC; it is zero if it is missing.
func timeOf(m *mapi.Message, tag mapi.PropTag) time.Time {
	v, ok := m.Props.Get(tag)
	if !ok || v.Num == 0 {
		return time.Time{}
	}
	return v.Time().Time()
}
