package mapi

// Action types of rules (objects.md section 15).
const (
	ActMove       uint32 = 1
	ActCopy       uint32 = 2
	ActReply      uint32 = 3
	ActOOFReply   uint32 = 4
	ActDefer      uint32 = 5
	ActBounce     uint32 = 6
	ActForward    uint32 = 7
	ActDelegate   uint32 = 8
	ActTag        uint32 = 9
	ActDelete     uint32 = 10
	ActMarkAsRead uint32 = 11
)

// Action is one action of a rule. Store and Folder serve ActMove and ActCopy, Message
// and GUID the replies, Data ActDefer, Code ActBounce, Recipients ActForward and
// ActDelegate, Prop ActTag.
type Action struct {
	Type       uint32
	Flavor     uint32
	Flags      uint32
	Store      []byte
	Folder     []byte
	Message    []byte
	GUID       []byte
	Data       []byte
	Code       uint32
	Recipients [][]PropValue
	Prop       *PropValue
}

func cloneActions(list []Action) []Action {
	if list == nil {
		return nil
	}
	out := make([]Action, len(list))
	for i, a := range list {
		for _, b := range []*[]byte{&a.Store, &a.Folder, &a.Message, &a.GUID, &a.Data} {
			if *b != nil {
				*b = append([]byte{}, *b...)
			}
		}
		rows := make([][]PropValue, len(a.Recipients))
		for j := range a.Recipients {
			rows[j] = CloneProps(a.Recipients[j])
		}
		a.Recipients = rows
		if a.Prop != nil {
			v := a.Prop.Clone()
			a.Prop = &v
		}
		out[i] = a
	}
	return out
}
