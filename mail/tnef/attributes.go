package tnef

import (
	"strings"
	"time"

	"zarafa/mapi"
)

// signature begins a stream.
const signature = 0x223E9F78

// Levels of attributes.
const (
	levelMessage    = 1
	levelAttachment = 2
)

// Attributes (MS-OXTNEF 2.1.3.3).
const (
	attOwner                   = 0x00060000
	attSentFor                 = 0x00060001
	attDelegate                = 0x00060002
	attDateStart               = 0x00030006
	attDateEnd                 = 0x00030007
	attAidOwner                = 0x00050008
	attRequestRes              = 0x00040009
	attOriginalMessageClass    = 0x00070006
	attFrom                    = 0x00008000
	attSubject                 = 0x00018004
	attDateSent                = 0x00038005
	attDateRecd                = 0x00038006
	attMessageStatus           = 0x00068007
	attMessageClass            = 0x00078008
	attMessageID               = 0x00018009
	attParentID                = 0x0001800A
	attConversationID          = 0x0001800B
	attBody                    = 0x0002800C
	attPriority                = 0x0004800D
	attAttachData              = 0x0006800F
	attAttachTitle             = 0x00018010
	attAttachMetaFile          = 0x00068011
	attAttachCreateDate        = 0x00038012
	attAttachModifyDate        = 0x00038013
	attDateModified            = 0x00038020
	attAttachTransportFilename = 0x00069001
	attAttachRenddata          = 0x00069002
	attMsgProps                = 0x00069003
	attRecipTable              = 0x00069004
	attAttachment              = 0x00069005
	attTnefVersion             = 0x00089006
	attOemCodepage             = 0x00069007
)

// Properties that only TNEF's attributes need.
const (
	prConversationKey = mapi.PropTag(0x000B0102)
	prParentKey       = mapi.PropTag(0x00250102)
	prDelegation      = mapi.PropTag(0x007E0102)
	prAttachTransport = mapi.PropTag(0x370C001F)
)

// Types of attachments in attAttachRenddata (MS-OXTNEF 2.1.3.3.15).
const (
	rendFile = 1
	rendOLE  = 2
)

// classes are the message classes of Microsoft Mail, which attMessageClass has in place of MAPI's (MS-OXTNEF 2.1.3.3.5).
var classes = [...]struct{ mail, mapi string }{
	{"IPM.Microsoft Mail.Note", "IPM.Note"},
	{"IPM.Microsoft Mail.Read Receipt", "Report.IPM.Note.IPNRN"},
	{"IPM.Microsoft Mail.Non-Delivery", "Report.IPM.Note.NDR"},
	{"IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"},
	{"IPM.Microsoft Schedule.MtgRespP", "IPM.Schedule.Meeting.Resp.Pos"},
	{"IPM.Microsoft Schedule.MtgRespN", "IPM.Schedule.Meeting.Resp.Neg"},
	{"IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"},
	{"IPM.Microsoft Schedule.MtgCncl", "IPM.Schedule.Meeting.Canceled"},
}

func classToMAPI(class string) string {
	for _, c := range classes {
		if strings.EqualFold(class, c.mail) {
			return c.mapi
		}
	}
	return class
}

func classFromMAPI(class string) string {
	for _, c := range classes {
		if strings.EqualFold(class, c.mapi) {
			return c.mail
		}
	}
	return class
}

// flags are the bits of attMessageStatus and PR_MESSAGE_FLAGS (MS-OXTNEF 2.1.3.3.9). fmsModified is the opposite of MSGFLAG_UNMODIFIED.
var flags = [...]struct {
	status byte
	flag   uint32
}{{0x20, 0x01}, {0x04, 0x04}, {0x02, 0x08}, {0x80, 0x10}}

const (
	fmsModified       = 0x01
	msgflagUnmodified = 0x02
)

func flagsToMAPI(status byte) uint32 {
	var out uint32
	if status&fmsModified == 0 {
		out = msgflagUnmodified
	}
	for _, f := range flags {
		if status&f.status != 0 {
			out |= f.flag
		}
	}
	return out
}

func flagsFromMAPI(flag uint32) byte {
	var out byte
	if flag&msgflagUnmodified == 0 {
		out = fmsModified
	}
	for _, f := range flags {
		if flag&f.flag != 0 {
			out |= f.status
		}
	}
	return out
}

// dateSize is the size of a DTR structure: seven numbers of 16 bits.
const dateSize = 14

// date reads a DTR structure, which has no zone; the writers of today mean UTC.
func date(data []byte) (mapi.FileTime, bool) {
	if len(data) < dateSize {
		return 0, false
	}
	n := func(i int) int { return int(data[2*i]) | int(data[2*i+1])<<8 }
	if n(0) < 1601 || n(0) > 9999 || n(1) < 1 || n(1) > 12 || n(2) < 1 || n(2) > 31 || n(3) > 23 || n(4) > 59 || n(5) > 59 {
		return 0, false
	}
	return mapi.FileTimeOf(time.Date(n(0), time.Month(n(1)), n(2), n(3), n(4), n(5), 0, time.UTC)), true
}

func dateOf(f mapi.FileTime) []byte {
	t := f.Time()
	out := make([]byte, 0, dateSize)
	for _, n := range [...]int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday())} {
		out = append(out, byte(n), byte(n>>8))
	}
	return out
}
