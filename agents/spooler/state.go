package spooler

import (
	"slices"
	"strings"
	"time"

	"zarafa/mapi"
)

// state is what a message remembers of the attempts to send it, so that no restart and no other spooler begins anew.
type state struct {
	// submitted is PR_CLIENT_SUBMIT_TIME of the attempts: whoever submits the message again starts afresh.
	submitted mapi.FileTime
	first     time.Time // first attempt, zero before it
	told      bool      // the sender knows that it is late
	accepted  []string  // addresses that have got it
	refused   []refusal
	reported  int // how many of those refused the sender knows about
}

// refusal is an address that never gets the mail, with the reason.
type refusal struct{ address, reason string }

// spoolerSet is the property set of what is remembered.
func spoolerSet() mapi.GUID {
	return mapi.GUID{0x5B, 0x1C, 0x87, 0x60, 0x0E, 0x3A, 0x4F, 0x4D, 0x9A, 0x27, 0xC4, 0x13, 0x6D, 0x52, 0xB9, 0x08}
}

// The names of the properties.
func submittedName() mapi.PropName { return mapi.PropName{Set: spoolerSet(), Name: "submitted"} }
func firstName() mapi.PropName     { return mapi.PropName{Set: spoolerSet(), Name: "first-attempt"} }
func toldName() mapi.PropName      { return mapi.PropName{Set: spoolerSet(), Name: "delay-notice"} }
func acceptedName() mapi.PropName  { return mapi.PropName{Set: spoolerSet(), Name: "accepted"} }
func reportedName() mapi.PropName  { return mapi.PropName{Set: spoolerSet(), Name: "reported"} }
func refusedName() mapi.PropName   { return mapi.PropName{Set: spoolerSet(), Name: "refused"} }

// stateOf reads what a message remembers of its current submission.
func stateOf(m *mapi.Message) state {
	at, _ := m.Props.Get(mapi.PrClientSubmitTime)
	s := state{submitted: at.Time()}
	if v, ok := m.GetNamed(submittedName(), mapi.PtSysTime); !ok || v.Time() != s.submitted {
		return s
	}
	if v, ok := m.GetNamed(firstName(), mapi.PtSysTime); ok {
		s.first = v.Time().Time()
	}
	if v, ok := m.GetNamed(toldName(), mapi.PtBoolean); ok {
		s.told = v.Bool()
	}
	if v, ok := m.GetNamed(acceptedName(), mapi.PtUnicode|mapi.MVFlag); ok {
		for _, a := range v.Values() {
			s.accepted = append(s.accepted, a.Str())
		}
	}
	if v, ok := m.GetNamed(refusedName(), mapi.PtUnicode|mapi.MVFlag); ok {
		for _, r := range v.Values() {
			address, reason, _ := strings.Cut(r.Str(), "\t")
			s.refused = append(s.refused, refusal{address, reason})
		}
	}
	if v, ok := m.GetNamed(reportedName(), mapi.PtLong); ok {
		s.reported = min(int(v.Uint32()), len(s.refused))
	}
	return s
}

// named is the state as properties.
func (s *state) named() []mapi.NamedValue {
	list := []mapi.NamedValue{
		{Name: submittedName(), Value: mapi.Time(mapi.MakeTag(0, mapi.PtSysTime), s.submitted)},
		{Name: firstName(), Value: mapi.Time(mapi.MakeTag(0, mapi.PtSysTime), mapi.FileTimeOf(s.first))},
		{Name: reportedName(), Value: mapi.Long(mapi.MakeTag(0, mapi.PtLong), uint32(s.reported))},
		{Name: toldName(), Value: mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), s.told)},
		{Name: acceptedName(), Value: mapi.Strings(mapi.MakeTag(0, mapi.PtUnicode|mapi.MVFlag), s.accepted...)},
	}
	refused := make([]string, len(s.refused))
	for i, r := range s.refused {
		refused[i] = r.address + "\t" + r.reason
	}
	return append(list, mapi.NamedValue{Name: refusedName(), Value: mapi.Strings(mapi.MakeTag(0, mapi.PtUnicode|mapi.MVFlag), refused...)})
}

// settled reports whether nothing more is to be done for an address.
func (s *state) settled(address string) bool {
	same := func(a string) bool { return strings.EqualFold(a, address) }
	return slices.ContainsFunc(s.accepted, same) || slices.ContainsFunc(s.refused, func(r refusal) bool { return same(r.address) })
}

// refuse notes a refusal, once.
func (s *state) refuse(address, reason string) {
	if !s.settled(address) {
		s.refused = append(s.refused, refusal{address, reason})
	}
}
