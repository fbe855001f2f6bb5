package wire

import "zarafa/mapi"

// actions reads the actions of a rule.
func (d *Decoder) actions() []mapi.Action {
	p, h := &d.pools.action, d.array("action")
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		p.push(d.action())
	}
	return endArray(d, p, mark, h)
}

// action reads one action. The first member of its union wins.
func (d *Decoder) action() (a mapi.Action) {
	d.typed("action")
	var seen uint32
	var member bool
	for d.child() {
		switch string(d.name) {
		case "acttype":
			if d.first(&seen, 1) {
				a.Type = d.uint32()
			}
		case "flavor":
			if d.first(&seen, 2) {
				a.Flavor = d.uint32()
			}
		case "flags":
			if d.first(&seen, 4) {
				a.Flags = d.uint32()
			}
		default:
			if member {
				d.skip()
				continue
			}
			member = d.actionMember(&a)
		}
	}
	return a
}

// actionMember reads the current element if it is a member of the union.
func (d *Decoder) actionMember(a *mapi.Action) bool {
	switch string(d.name) {
	case "moveCopy":
		d.binaryPair("store", &a.Store, "folder", &a.Folder)
	case "reply":
		d.binaryPair("message", &a.Message, "guid", &a.GUID)
	case "defer":
		d.binaryPair("bin", &a.Data, "", nil)
	case "bouncecode":
		a.Code = d.uint32()
	case "adrlist":
		a.Recipients = present(d.rows())
	case "prop":
		a.Prop = d.propValPointer()
	default:
		d.skip()
		return false
	}
	return true
}

// binaryPair reads a structure of one or two binary values.
func (d *Decoder) binaryPair(first string, a *[]byte, second string, b *[]byte) {
	var seen uint32
	for d.child() {
		switch {
		case string(d.name) == first:
			if d.first(&seen, 1) {
				*a = d.binary()
			}
		case b != nil && string(d.name) == second:
			if d.first(&seen, 2) {
				*b = d.binary()
			}
		default:
			d.skip()
		}
	}
}

// appendActions appends the actions of a rule.
func appendActions(dst []byte, list []mapi.Action) []byte {
	dst = append(dst, "<actions"...)
	if list != nil {
		dst = appendArrayType(dst, "action", len(list))
	}
	dst = append(dst, '>')
	for i := range list {
		dst = appendAction(dst, &list[i])
	}
	return append(dst, "</actions>"...)
}

func appendAction(dst []byte, a *mapi.Action) []byte {
	dst = append(dst, "<item>"...)
	dst = appendUint(dst, "<acttype>", "</acttype>", uint64(a.Type))
	dst = appendUint(dst, "<flavor>", "</flavor>", uint64(a.Flavor))
	dst = appendUint(dst, "<flags>", "</flags>", uint64(a.Flags))
	switch a.Type {
	case mapi.ActMove, mapi.ActCopy:
		dst = append(dst, "<moveCopy>"...)
		dst = appendBinary(dst, "<store>", "</store>", a.Store)
		dst = appendBinary(dst, "<folder>", "</folder>", a.Folder)
		dst = append(dst, "</moveCopy>"...)
	case mapi.ActReply, mapi.ActOOFReply:
		dst = append(dst, "<reply>"...)
		dst = appendBinary(dst, "<message>", "</message>", a.Message)
		dst = appendBinary(dst, "<guid>", "</guid>", a.GUID)
		dst = append(dst, "</reply>"...)
	case mapi.ActDefer:
		dst = appendBinary(dst, "<defer><bin>", "</bin></defer>", a.Data)
	case mapi.ActBounce:
		dst = appendUint(dst, "<bouncecode>", "</bouncecode>", uint64(a.Code))
	case mapi.ActForward, mapi.ActDelegate:
		if a.Recipients != nil {
			dst = append(dst, "<adrlist"...)
			dst = appendRows(dst, &RowSet{Rows: a.Recipients})
			dst = append(dst, "</adrlist>"...)
		}
	case mapi.ActTag:
		if a.Prop != nil {
			dst = append(dst, "<prop>"...)
			dst = appendPropValContent(dst, a.Prop)
			dst = append(dst, "</prop>"...)
		}
	}
	return append(dst, "</item>"...)
}
