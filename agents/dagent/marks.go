package dagent

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"zarafa/mail/convert"
	"zarafa/mapi"
	"zarafa/rules"
)

// addressType is that of users of the server.
const addressType = "ZARAFA"

// cutKey takes a search key, TYPE:ADDRESS with a NUL, apart.
func cutKey(key []byte) (typ, address string, ok bool) {
	return strings.Cut(string(bytes.TrimRight(key, "\x00")), ":")
}

// Follow-up flags (MS-OXOFLAG 2.2.1).
const (
	flagFollowUp = 2
	flagRed      = 6
)

// flag marks a message for follow-up.
func flag(m *mapi.Message, f *rules.FollowUp, now time.Time) {
	m.Props.Set(mapi.Long(mapi.PrFlagStatus, flagFollowUp))
	m.Props.Set(mapi.Long(mapi.PrFollowupIcon, flagRed))
	set := func(id uint32, v mapi.PropValue) { m.SetNamed(mapi.PropName{Set: mapi.PsetidCommon, ID: id}, v) }
	if f.Text != "" {
		set(0x8530, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), f.Text)) // PidLidFlagRequest
	}
	if f.Days > 0 && f.Days < 36_500 {
		due := mapi.FileTimeOf(now.Truncate(24*time.Hour).AddDate(0, 0, int(f.Days)))
		set(0x8517, mapi.Time(mapi.MakeTag(0, mapi.PtSysTime), due)) // PidLidCommonEnd
		set(0x8516, mapi.Time(mapi.MakeTag(0, mapi.PtSysTime), due)) // PidLidCommonStart
	}
}

// categorise adds categories to those that a message has, or to none.
func categorise(m *mapi.Message, add []string, anew bool) {
	tag := mapi.MakeTag(0, mapi.PtUnicode|mapi.MVFlag)
	var words []string
	if old, ok := m.GetNamed(convert.Keywords(), tag.Type()); ok && !anew {
		for _, w := range old.Values() {
			words = append(words, w.Str())
		}
	}
	for _, w := range add {
		if !slices.ContainsFunc(words, func(have string) bool { return strings.EqualFold(have, w) }) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		m.Named = slices.DeleteFunc(m.Named, func(n mapi.NamedValue) bool { return n.Name == convert.Keywords() })
		return
	}
	m.SetNamed(convert.Keywords(), mapi.Strings(tag, words...))
}
