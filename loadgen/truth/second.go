package truth

import (
	"math"

	"zarafa/mapi"
)

// second is the time of an item, in whole seconds since 1970: the four bytes that this takes less, five hundred times for each user, are
// worth more than to know what lies between. An item is missed in a part of a list only if all of its second is in that part.
type second uint32

// perSecond are the units of a FileTime in a second.
const perSecond = 1e7

// epoch is 1970, when seconds begin to be counted.
const epoch mapi.FileTime = 11644473600 * perSecond

// secondOf is the second of a time. What is before 1970 is in the first, what is after 2106 in the last.
func secondOf(at mapi.FileTime) second {
	if at < epoch {
		return 0
	}
	return second(min((at-epoch)/perSecond, math.MaxUint32))
}

// span is from when to when an item's time may be, the end not included.
func (s second) span() (from, to mapi.FileTime) {
	from, to = epoch+mapi.FileTime(s)*perSecond, epoch+(mapi.FileTime(s)+1)*perSecond
	if s == 0 {
		from = 0
	}
	if s == math.MaxUint32 {
		to = math.MaxUint64
	}
	return from, to
}
