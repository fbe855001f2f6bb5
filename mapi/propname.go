package mapi

// NamedBase is from where a server counts the ids that it gives to named properties by itself: the name with the number n, as
// getIDsFromNames answers it, has the id NamedBase + n (objects.md section 6). Ids from 0x8000 to NamedBase are fixed, see [PropName.Tag].
const NamedBase = 0x8500

// PropName names a property that has no id of its own: by a number, or, if Name is not empty, by a text, each within a property
// set (MS-OXCDATA 2.6.1; objects.md section 6). Texts are compared byte by byte.
type PropName struct {
	Set  GUID
	ID   uint32
	Name string
}

// NamedValue is a property with a name for which [PropName.Tag] knows no id. The id in the value's tag is 0, the type counts.
type NamedValue struct {
	Name  PropName
	Value PropValue
}

// Property sets (MS-OXPROPS 1.3.2).
var (
	PsetidAppointment = outlookSet(0x00062002)
	PsetidTask        = outlookSet(0x00062003)
	PsetidAddress     = outlookSet(0x00062004)
	PsetidCommon      = outlookSet(0x00062008)
	PsetidLog         = outlookSet(0x0006200A)
	PsetidNote        = outlookSet(0x0006200E)
	PsetidMeeting     = GUID{0x90, 0xDA, 0xD8, 0x6E, 0x0B, 0x45, 0x1B, 0x10, 0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05}
	PsetidKC          = GUID{0xC8, 0xD8, 0xAE, 0x63, 0x49, 0x40, 0x75, 0x4B, 0xBC, 0x88, 0x96, 0xDF, 0x9D, 0x72, 0x3F, 0x2F}
	PsPublicStrings   = outlookSet(0x00020329)
	PsInternetHeaders = outlookSet(0x00020386)
)

// outlookSet is {n-0000-0000-C000-000000000046}.
func outlookSet(n uint32) GUID {
	return GUID{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 8: 0xC0, 15: 0x46}
}

// fixedNames are the numeric names whose ids every client knows without asking (objects.md section 6).
var fixedNames = [...]struct {
	set         GUID
	first, last uint32
	id          uint16
}{
	{PsetidAppointment, 0x8200, 0x826F, 0x8000},
	{PsetidTask, 0x8100, 0x813F, 0x8070},
	{PsetidAddress, 0x8000, 0x80EF, 0x80B0},
	{PsetidCommon, 0x8500, 0x85FF, 0x81A0},
	{PsetidLog, 0x8700, 0x871F, 0x82A0},
	{outlookSet(0x0006200B), 0x8800, 0x881F, 0x82C0},
	{PsetidNote, 0x8B00, 0x8B1F, 0x82E0},
	{outlookSet(0x00062013), 0x8D00, 0x8D1F, 0x8300},
	{outlookSet(0x00062014), 0x8F00, 0x8F1F, 0x8320},
	{PsetidMeeting, 0, 0x3F, 0x8340},
	{PsetidKC, 2, 2, 0x8380},
}

// Tag is the tag of a name that has the same id on every server. ok is false for all others, whose ids a server gives
// (getIDsFromNames).
func (n PropName) Tag(t PropType) (tag PropTag, ok bool) {
	if n.Name != "" {
		return 0, false
	}
	for i := range fixedNames {
		f := &fixedNames[i]
		if n.ID >= f.first && n.ID <= f.last && n.Set == f.set {
			return MakeTag(f.id+uint16(n.ID-f.first), t), true
		}
	}
	return 0, false
}

// FixedName is the name behind an id that is the same on every server; ok is false for all other ids.
func FixedName(id uint16) (n PropName, ok bool) {
	for i := range fixedNames {
		f := &fixedNames[i]
		if id >= f.id && uint32(id-f.id) <= f.last-f.first {
			return PropName{Set: f.set, ID: f.first + uint32(id-f.id)}, true
		}
	}
	return PropName{}, false
}
