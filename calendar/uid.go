// Package calendar is calendars without a store and without a network: what is pure in them lies in its packages. This package owns
// the identity of calendar items, GlobalObjectId and UID. It keeps no state; all of it may be used concurrently.
package calendar

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// MaxUID is the longest UID that is taken, in bytes (RFC 7986 5.3).
const MaxUID = 255

// globalPrefix begins every GlobalObjectId (MS-OXOCAL 2.2.1.27).
var globalPrefix = [16]byte{0x04, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08}

// foreignMark begins the data of an id that wraps a UID of another program.
const foreignMark = "vCal-Uid"

// Places in a GlobalObjectId.
const (
	dayAt     = 16 // year, big-endian, month, day
	lengthAt  = 36
	dataAt    = 40
	foreignAt = dataAt + len(foreignMark) + 4
)

// GlobalID is the GlobalObjectId for a UID (PidLidCleanGlobalObjectId). A UID that is such an id in hexadecimal digits of either case
// is that id, without its day; any other is wrapped.
func GlobalID(uid string) []byte {
	if len(uid) >= 2*dataAt && len(uid)%2 == 0 {
		if id, err := hex.DecodeString(uid); err == nil && wellFormed(id) {
			return CleanGlobalID(id)
		}
	}
	id := make([]byte, lengthAt, foreignAt+len(uid)+1)
	copy(id, globalPrefix[:])
	id = binary.LittleEndian.AppendUint32(id, uint32(len(foreignMark)+4+len(uid)+1))
	id = append(id, foreignMark...)
	id = binary.LittleEndian.AppendUint32(id, 1)
	id = append(id, uid...)
	return append(id, 0)
}

// UID is the UID for a GlobalObjectId with or without a day: what it wraps, or the id without its day in capital hexadecimal
// digits. It is empty for an empty id.
func UID(id []byte) string {
	if wellFormed(id) && len(id) > foreignAt && string(id[dataAt:dataAt+len(foreignMark)]) == foreignMark {
		uid, _, _ := bytes.Cut(id[foreignAt:], []byte{0})
		if len(uid) > 0 {
			return strings.ToValidUTF8(string(uid), "\uFFFD")
		}
	}
	return strings.ToUpper(hex.EncodeToString(CleanGlobalID(id)))
}

// wellFormed reports whether bytes are a GlobalObjectId whose length is what it says.
func wellFormed(id []byte) bool {
	return len(id) >= dataAt && bytes.Equal(id[:dayAt], globalPrefix[:]) &&
		uint64(binary.LittleEndian.Uint32(id[lengthAt:])) == uint64(len(id)-dataAt)
}

// CleanGlobalID is an id without its day: the id of a series (PidLidCleanGlobalObjectId). The result is a copy.
func CleanGlobalID(id []byte) []byte {
	id = bytes.Clone(id)
	if len(id) >= dayAt+4 {
		clear(id[dayAt : dayAt+4])
	}
	return id
}

// WithDay is the id of the instance that the series has on a day, of which the date in its own location counts (PidLidGlobalObjectId
// of an exception). The result is a copy.
func WithDay(id []byte, day time.Time) []byte {
	id = bytes.Clone(id)
	if len(id) >= dayAt+4 {
		binary.BigEndian.PutUint16(id[dayAt:], uint16(day.Year()))
		id[dayAt+2], id[dayAt+3] = byte(day.Month()), byte(day.Day())
	}
	return id
}

// Day is the day of the instance that an id names, as a midnight in UTC; ok is false for the id of a series or of a single item.
func Day(id []byte) (day time.Time, ok bool) {
	if len(id) < dayAt+4 {
		return day, false
	}
	year, month, date := int(binary.BigEndian.Uint16(id[dayAt:])), time.Month(id[dayAt+2]), int(id[dayAt+3])
	day = time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
	return day, year != 0 && day.Year() == year && day.Month() == month && day.Day() == date
}

// SameUID compares UIDs: byte by byte, but for those that are GlobalObjectIds in hexadecimal digits, whose case does not count.
func SameUID(a, b string) bool {
	return a == b || strings.EqualFold(a, b) && bytes.Equal(GlobalID(a), GlobalID(b))
}
