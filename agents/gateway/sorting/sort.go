package sorting

import (
	"cmp"
	"slices"
	"time"
)

// Message is what SORT and THREAD look at. Only what the criteria or the algorithm need has to be there.
type Message struct {
	Number  uint32    // what the answer has for it: its sequence number or UID
	Arrival time.Time // INTERNALDATE
	Sent    time.Time // the Date field; zero if there is none that is valid: Arrival counts then (RFC 5256 2.2)
	Size    int64
	Subject string // decoded
	// From, To and Cc are the local part of the first address (addr-mailbox of ENVELOPE).
	From, To, Cc string
	// DisplayFrom and DisplayTo are the name of the first address, or the address if it has none (RFC 5957).
	DisplayFrom, DisplayTo string
	// MessageID and References are ids as they are compared; empty if there are none. See References.
	MessageID  string
	References []string
}

// sent is the date that counts, in seconds.
func (m *Message) sent() int64 {
	if m.Sent.IsZero() {
		return m.Arrival.Unix()
	}
	return m.Sent.Unix()
}

// References are the ids that THREAD goes by: those of the References field, or, if it has none, the first one of In-Reply-To (RFC 5256 2.2, 3).
func References(references, inReplyTo []string) []string {
	if len(references) == 0 && len(inReplyTo) > 0 {
		return inReplyTo[:1]
	}
	return references
}

// Key is what messages are ordered by.
type Key uint8

// The keys (RFC 5256 3 and, for the last two, RFC 5957).
const (
	Arrival Key = iota
	Cc
	Date
	From
	Size
	Subject
	To
	DisplayFrom
	DisplayTo
)

// Criterion is a key, or its reverse.
type Criterion struct {
	Key     Key
	Reverse bool
}

// value is what is compared of a message by one criterion.
type value struct {
	number int64
	text   string
}

// Sort gives the numbers of messages in the order of the criteria. Messages that they do not tell apart stay in their order, which has to be that of
// the mailbox, REVERSE or not (RFC 5256 3).
func Sort(messages []Message, criteria []Criterion) []uint32 {
	n := len(criteria)
	values := make([]value, 0, n*len(messages))
	order := make([]int, len(messages))
	for i := range messages {
		order[i] = i
		for _, c := range criteria {
			values = append(values, messages[i].value(c.Key))
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		for i, c := range criteria {
			v, w := &values[a*n+i], &values[b*n+i]
			if d := cmp.Or(cmp.Compare(v.number, w.number), cmp.Compare(v.text, w.text)); d != 0 && c.Reverse {
				return -d
			} else if d != 0 {
				return d
			}
		}
		return cmp.Compare(a, b)
	})
	numbers := make([]uint32, len(order))
	for i, o := range order {
		numbers[i] = messages[o].Number
	}
	return numbers
}

func (m *Message) value(k Key) value {
	switch k {
	case Arrival:
		return value{number: m.Arrival.Unix()}
	case Date:
		return value{number: m.sent()}
	case Size:
		return value{number: m.Size}
	case Subject:
		base, _ := BaseSubject(m.Subject)
		return value{text: CaseMap(base)}
	case From:
		return value{text: CaseMap(m.From)}
	case To:
		return value{text: CaseMap(m.To)}
	case Cc:
		return value{text: CaseMap(m.Cc)}
	case DisplayFrom:
		return value{text: CaseMap(m.DisplayFrom)}
	case DisplayTo:
		return value{text: CaseMap(m.DisplayTo)}
	}
	return value{}
}
