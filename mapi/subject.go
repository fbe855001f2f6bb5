package mapi

import "bytes"

// NormalizedSubject is a subject without one prefix of two or three bytes, such as "Re: ", that is more than a number: what
// servers show as PR_NORMALIZED_SUBJECT in tables (tables.md section 4). The result aliases subject.
func NormalizedSubject(subject []byte) []byte {
	i := bytes.IndexByte(subject, ':')
	if (i == 2 || i == 3) && len(bytes.Trim(subject[:i], "0123456789")) > 0 {
		return bytes.TrimPrefix(subject[i+1:], []byte(" "))
	}
	return subject
}
