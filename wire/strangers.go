package wire

// Whoever reaches a port may send the operations that come before a session: nobody has logged on who could be held
// responsible for what they cost. Their fields are names, versions and tickets, so each of them has a longest size, and a longer
// one is a fault while it is decoded, before anything is made of it. The sizes are bytes as they stand in the message, once
// references are resolved, and far above what any client sends.
const (
	longestName     = 4 << 10
	longestPassword = 4 << 10
	longestTicket   = 128 << 10 // base64; a ticket of Kerberos has at most 64 KiB, and access tokens are smaller
	longestLicense  = 128 << 10 // base64
)

// forStrangers reports whether an operation is answered without a session.
func forStrangers(op Op) bool {
	switch op {
	case OpSSOLogon, OpRemoveAllObjects, OpGetUserClientUpdateStatus:
		return true
	}
	return !op.HasSession()
}

// longestOf is the longest text of a field of such an operation.
func longestOf(field []byte) int {
	switch string(field) {
	case "szPassword":
		return longestPassword
	case "lpInput":
		return longestTicket
	case "sLicenseReq":
		return longestLicense
	}
	return longestName
}

// bounded is the text of the current element, nil and a fault if it is longer than a stranger may send.
func (d *Decoder) bounded(text []byte) []byte {
	if d.stranger && len(text) > longestOf(d.name) {
		d.failOn("value too long")
		return nil
	}
	return text
}
