package mapi

import "time"

// FileTime is a PT_SYSTIME: units of 100 ns since 1601-01-01 UTC (MS-DTYP 2.3.3).
type FileTime uint64

// epochDelta is the distance of the two epochs, 1601 and 1970, in 100 ns units.
const epochDelta = 116444736000000000

// FileTimeOf converts a time; times before 1601 become 0.
func FileTimeOf(t time.Time) FileTime {
	ticks := t.Unix()*1e7 + int64(t.Nanosecond()/100) + epochDelta
	if ticks < 0 {
		return 0
	}
	return FileTime(ticks)
}

// Time converts back, in UTC.
func (f FileTime) Time() time.Time {
	ticks := int64(f) - epochDelta
	sec, rest := ticks/1e7, ticks%1e7
	return time.Unix(sec, rest*100).UTC()
}

// Hi is the high half, as the wire carries it (signed).
func (f FileTime) Hi() int32 { return int32(f >> 32) }

// Lo is the low half.
func (f FileTime) Lo() uint32 { return uint32(f) }

// FileTimeParts joins the two halves of the wire's hiloLong.
func FileTimeParts(hi int32, lo uint32) FileTime {
	return FileTime(uint64(uint32(hi))<<32 | uint64(lo))
}
