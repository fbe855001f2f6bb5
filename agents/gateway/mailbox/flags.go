package mailbox

import (
	"slices"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mapi"
)

// Bits of PR_MSG_STATUS. Those from 0x10000 on are for programs to use.
const (
	statusDraft    uint32 = 0x100
	statusAnswered uint32 = 0x200
	statusMDNSent  uint32 = 0x20000
)

// Values of PR_FLAG_STATUS, PR_FOLLOWUP_ICON, PR_LAST_VERB_EXECUTED and PR_ICON_INDEX (MS-OXOFLAG 2.2.1, MS-OXOMSG 2.2.1.4).
const (
	flagStatusSet uint32 = 2
	iconRed       uint32 = 6
	verbReply     uint32 = 102
	verbReplyAll  uint32 = 103
	verbForward   uint32 = 104
	iconRead      uint32 = 0x100
	iconReplied   uint32 = 0x105
	iconForwarded uint32 = 0x106
)

// agreedKeywords are keywords that have a flag here, in whatever way they are set.
func agreedKeywords() map[string]view.Flags {
	return map[string]view.Flags{"$forwarded": view.Forwarded, "$mdnsent": view.MDNSent}
}

// state is what the server keeps of a message's flags.
type state struct {
	read                     bool
	flagStatus, verb, status uint32
	categories               []string
}

// stateOf reads the columns of tags.state.
func (t *tags) stateOf(row mapi.Props) state {
	s := state{
		read: row.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0, flagStatus: row.Uint32(mapi.PrFlagStatus),
		verb: row.Uint32(mapi.PrLastVerbExecuted), status: row.Uint32(mapi.PrMsgStatus),
	}
	if v, ok := row.Get(t.keywords); ok {
		for _, c := range v.Values() {
			if text := c.Str(); text != "" && !hasFold(s.categories, text) {
				s.categories = append(s.categories, text)
			}
		}
	}
	return s
}

// flags are the flags and keywords of a state.
func (s *state) flags() (f view.Flags, keywords []string) {
	for flag, set := range map[view.Flags]bool{
		view.Seen: s.read, view.Flagged: s.flagStatus == flagStatusSet, view.Deleted: s.status&mapi.MsgStatusDelMarked != 0,
		view.Draft: s.status&statusDraft != 0, view.MDNSent: s.status&statusMDNSent != 0, view.Forwarded: s.verb == verbForward,
		view.Answered: s.verb == verbReply || s.verb == verbReplyAll || s.status&statusAnswered != 0,
	} {
		if set {
			f |= flag
		}
	}
	agreed := agreedKeywords()
	for _, c := range s.categories {
		if flag, ok := agreed[strings.ToLower(c)]; ok {
			f |= flag
		} else {
			keywords = append(keywords, keywordOf(c))
		}
	}
	slices.Sort(keywords)
	return f, keywords
}

// apply is the state after a change of flags.
func (s *state) apply(c *mailstore.FlagChange, categories []string) state {
	old, _ := s.flags()
	want := c.Flags
	for _, text := range categories {
		want |= agreedKeywords()[strings.ToLower(text)]
	}
	next := *s
	var f view.Flags
	switch c.Mode {
	case mailstore.AddFlags:
		f = old | want
		next.categories = append(slices.Clone(s.categories), withoutFold(categories, s.categories)...)
	case mailstore.RemoveFlags:
		f = old &^ want
		next.categories = withoutFold(s.categories, categories)
	case mailstore.ReplaceFlags:
		f = want
		next.categories = categories
	}
	next.categories = slices.DeleteFunc(slices.Clone(next.categories), func(text string) bool {
		return agreedKeywords()[strings.ToLower(text)] != 0
	})
	next.setFlags(f)
	return next
}

// setFlags has the state show flags. What shows them already stays as it is: which of the two replies it was, and bits of others.
func (s *state) setFlags(f view.Flags) {
	old, _ := s.flags()
	s.read = f&view.Seen != 0
	if (old^f)&view.Flagged != 0 {
		s.flagStatus = 0
		if f&view.Flagged != 0 {
			s.flagStatus = flagStatusSet
		}
	}
	setBit := func(flag view.Flags, bit uint32) {
		s.status &^= bit
		if f&flag != 0 {
			s.status |= bit
		}
	}
	setBit(view.Deleted, mapi.MsgStatusDelMarked)
	setBit(view.Draft, statusDraft)
	setBit(view.MDNSent, statusMDNSent)
	if (old^f)&(view.Answered|view.Forwarded) == 0 {
		return
	}
	// The last verb tells one of the two; of a message that was answered and forwarded the status tells the other.
	setBit(view.Answered, statusAnswered)
	switch {
	case f&view.Forwarded != 0:
		s.verb = verbForward
	case f&view.Answered != 0:
		if s.verb != verbReplyAll {
			s.verb = verbReply
		}
	default:
		s.verb = 0
	}
}

// changes are the properties to set so that a message of the state old has the state s, but for the read flag, which properties do not change.
func (s *state) changes(t *tags, old *state, now time.Time) (set mapi.Props, remove []mapi.PropTag) {
	if s.flagStatus != old.flagStatus {
		icon := uint32(0)
		if s.flagStatus == flagStatusSet {
			icon = iconRed
		}
		set = append(set, mapi.Long(mapi.PrFlagStatus, s.flagStatus), mapi.Long(mapi.PrFollowupIcon, icon))
	}
	if s.status != old.status {
		set = append(set, mapi.Long(mapi.PrMsgStatus, s.status))
	}
	if s.verb != old.verb {
		icon := map[uint32]uint32{verbReply: iconReplied, verbReplyAll: iconReplied, verbForward: iconForwarded, 0: iconRead}[s.verb]
		set = append(set, mapi.Long(mapi.PrLastVerbExecuted, s.verb), mapi.Long(mapi.PrIconIndex, icon),
			mapi.Time(mapi.PrLastVerbExecutionTime, mapi.FileTimeOf(now)))
	}
	switch {
	case slices.Equal(s.categories, old.categories):
	case len(s.categories) == 0:
		remove = append(remove, t.keywords)
	default:
		set = append(set, mapi.Strings(t.keywords, s.categories...))
	}
	return set, remove
}
