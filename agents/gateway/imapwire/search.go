package imapwire

import "time"

// SearchArgs are what SEARCH has behind its name (RFC 9051 6.4.4, RFC 3501 6.4.4).
type SearchArgs struct {
	Return  *SearchReturn // nil without RETURN: the answer is * SEARCH, in rev1
	Charset string        // as it was written; "" is none. The strings of the keys are in it, see SearchKey.Texts
	Key     SearchKey     // all keys, as one; SearchAnd if they are several
}

// SearchReturn are the options of RETURN (RFC 9051 6.4.4, RFC 5182, RFC 9394). Without any, All is set.
type SearchReturn struct {
	Min, Max, Count, All, Save bool
	// Partial is the range of RFC 9394, whose ends count from 1, or from the end if they are negative.
	Partial     bool
	First, Last int64
}

// SearchOp says what a SearchKey is about.
type SearchOp uint8

// The search keys (RFC 9051 6.4.4 and, where noted, others). UNANSWERED and so on are a SearchFlag with Not.
const (
	SearchAll     SearchOp = iota
	SearchAnd              // Keys: all of them
	SearchOr               // Keys: one of two
	SearchNot              // Keys: one
	SearchSeq              // Set of sequence numbers
	SearchUID              // Set of UIDs
	SearchFlag             // Text: a system flag with its backslash, or a keyword; Not turns it round. \Recent is RECENT and OLD
	SearchNew              // RECENT UNSEEN
	SearchHeader           // Field, Text
	SearchSubject          // Text, and so on
	SearchFrom
	SearchTo
	SearchCc
	SearchBcc
	SearchBody
	SearchText
	SearchBefore // Date, and so on
	SearchOn
	SearchSince
	SearchSentBefore
	SearchSentOn
	SearchSentSince
	SearchSavedBefore // RFC 8514
	SearchSavedOn
	SearchSavedSince
	SearchSaveDateSupported // RFC 8514: true everywhere or nowhere
	SearchLarger            // Number of bytes
	SearchSmaller
	SearchYounger  // Number of seconds (RFC 5032)
	SearchOlder    //
	SearchModSeq   // Number (RFC 7162 3.1.5); the entry is in Field and disregarded
	SearchEmailID  // Text (RFC 8474)
	SearchThreadID // Text
)

// SearchKey is a key of SEARCH with those within it.
type SearchKey struct {
	Op     SearchOp
	Not    bool        // of SearchFlag
	Keys   []SearchKey // of SearchAnd, SearchOr, SearchNot
	Set    NumSet
	Field  string // the name of a header field, as it was written
	Text   string
	Date   time.Time // midnight UTC of the day
	Number uint64
}

// Texts calls f for each string of the key and those within it that is in the charset of the search, to put it into another one. It stops at the
// first error.
func (k *SearchKey) Texts(f func(*string) error) error {
	switch k.Op {
	case SearchHeader, SearchSubject, SearchFrom, SearchTo, SearchCc, SearchBcc, SearchBody, SearchText:
		return f(&k.Text)
	}
	for i := range k.Keys {
		if err := k.Keys[i].Texts(f); err != nil {
			return err
		}
	}
	return nil
}

// Search reads the arguments of SEARCH.
func (d *Decoder) Search() (a SearchArgs) {
	d.SP()
	a.Return = d.searchReturn()
	if c := d.peek(); c == 'C' || c == 'c' {
		word := d.keyword()
		if string(word) == "CHARSET" {
			d.SP()
			a.Charset = d.AString()
			d.SP()
		} else {
			a.Key = d.searchKeysAfter(d.searchKeyNamed(word))
			return a
		}
	}
	a.Key = d.searchKeys()
	return a
}

// searchReturn reads RETURN (…) and the blank behind it, if they are there.
func (d *Decoder) searchReturn() *SearchReturn {
	if c := d.peek(); c != 'R' && c != 'r' {
		return nil
	}
	// RECENT is a key; REFERENCES and REFS are algorithms of THREAD.
	if !equalFold(string(d.lookahead(len("RETURN"))), "RETURN") {
		return nil
	}
	d.advance(len("RETURN"))
	d.SP()
	r := new(SearchReturn)
	n := 0
	d.List(func() { n++; d.searchReturnOption(r) })
	d.SP()
	// RFC 9051 6.4.4: an empty list is ALL; RFC 5182 2.1: SAVE alone gives no result.
	r.All = r.All || n == 0
	return r
}

func (d *Decoder) searchReturnOption(r *SearchReturn) {
	switch string(d.keyword()) {
	case "MIN":
		r.Min = true
	case "MAX":
		r.Max = true
	case "ALL":
		r.All = true
	case "COUNT":
		r.Count = true
	case "SAVE":
		r.Save = true
	case "PARTIAL":
		d.SP()
		r.Partial = true
		r.First, r.Last = d.partialRange()
	default:
		d.failWord("Option of RETURN expected")
	}
}

// partialRange reads a range of RFC 9394: two numbers, both positive or both negative.
func (d *Decoder) partialRange() (first, last int64) {
	sign := int64(1)
	if d.take('-') {
		sign = -1
	}
	first = sign * int64(d.NonZero())
	if !d.take(':') || sign < 0 && !d.take('-') {
		d.fail("Range expected")
	}
	return first, sign * int64(d.NonZero())
}

// searchKeys reads keys until none follows.
func (d *Decoder) searchKeys() SearchKey { return d.searchKeysAfter(d.searchKey()) }

func (d *Decoder) searchKeysAfter(first SearchKey) SearchKey {
	var keys []SearchKey
	for d.TrySP() {
		if keys == nil {
			keys = append(keys, first)
		}
		keys = append(keys, d.searchKey())
	}
	if keys == nil {
		return first
	}
	return SearchKey{Op: SearchAnd, Keys: keys}
}

func (d *Decoder) searchKey() SearchKey {
	switch c := d.peek(); {
	case c == '(':
		var keys []SearchKey
		d.nonEmptyList(func() { keys = append(keys, d.searchKey()) })
		if len(keys) == 1 {
			return keys[0]
		}
		return SearchKey{Op: SearchAnd, Keys: keys}
	case digits[c] || c == '*' || c == '$':
		d.element()
		return SearchKey{Op: SearchSeq, Set: d.NumSet()}
	}
	return d.searchKeyNamed(d.keyword())
}

// searchKeyNamed reads what belongs to the key called word.
func (d *Decoder) searchKeyNamed(word []byte) (k SearchKey) {
	d.element()
	if k, ok := plainKey(word); ok {
		return k
	}
	var ok bool
	if k.Op, ok = keyWithArgument(word); !ok {
		d.failWord("Search key expected")
		return k
	}
	d.SP()
	switch k.Op {
	case SearchNot, SearchOr:
		d.nestedKeys(&k)
	case SearchUID:
		k.Set = d.NumSet()
	case SearchFlag:
		k.Not = word[0] == 'U'
		k.Text = d.Flag()
	case SearchHeader:
		k.Field = d.AString()
		d.SP()
		k.Text = d.AString()
	case SearchBefore, SearchOn, SearchSince, SearchSentBefore, SearchSentOn, SearchSentSince, SearchSavedBefore, SearchSavedOn, SearchSavedSince:
		k.Date = d.Date()
	case SearchLarger, SearchSmaller:
		k.Number = d.Number64()
	case SearchYounger, SearchOlder:
		k.Number = uint64(d.NonZero())
	case SearchModSeq:
		d.searchModSeq(&k)
	default:
		k.Text = d.AString()
	}
	return k
}

func (d *Decoder) nestedKeys(k *SearchKey) {
	if !d.enter() {
		return
	}
	defer d.leave()
	k.Keys = append(k.Keys, d.searchKey())
	if k.Op == SearchOr {
		d.SP()
		k.Keys = append(k.Keys, d.searchKey())
	}
}

// searchModSeq reads [entry SP type SP] number (RFC 7162 3.1.5).
func (d *Decoder) searchModSeq(k *SearchKey) {
	if d.peek() == '"' {
		k.Field = d.String()
		d.SP()
		switch string(d.keyword()) {
		case "ALL", "PRIV", "SHARED":
		default:
			d.failWord("ALL, PRIV or SHARED expected")
		}
		d.SP()
	}
	k.Number = d.Number64()
}
