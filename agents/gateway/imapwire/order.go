package imapwire

// SortArgs are what SORT has behind its name (RFC 5256, RFC 5267 for RETURN).
type SortArgs struct {
	Return   *SearchReturn
	Criteria []SortCriterion
	Charset  string
	Key      SearchKey
}

// SortCriterion is what messages are ordered by.
type SortCriterion struct {
	Key     SortKey
	Reverse bool
}

// SortKey is a key of SORT.
type SortKey uint8

// The keys (RFC 5256 and, for the last two, RFC 5957).
const (
	SortArrival SortKey = iota
	SortCc
	SortDate
	SortFrom
	SortSize
	SortSubject
	SortTo
	SortDisplayFrom
	SortDisplayTo
)

// ThreadArgs are what THREAD has behind its name (RFC 5256).
type ThreadArgs struct {
	Return    *SearchReturn
	Algorithm string // in upper case; the caller says which it knows
	Charset   string
	Key       SearchKey
}

// Sort reads the arguments of SORT.
func (d *Decoder) Sort() (a SortArgs) {
	d.SP()
	a.Return = d.searchReturn()
	d.nonEmptyList(func() {
		c := SortCriterion{}
		word := d.keyword()
		if string(word) == "REVERSE" {
			c.Reverse = true
			d.SP()
			word = d.keyword()
		}
		var ok bool
		if c.Key, ok = sortKey(word); !ok {
			d.failWord("Sort key expected")
		}
		a.Criteria = append(a.Criteria, c)
	})
	d.SP()
	a.Charset = d.AString()
	d.SP()
	a.Key = d.searchKeys()
	return a
}

func sortKey(word []byte) (SortKey, bool) {
	switch string(word) {
	case "ARRIVAL":
		return SortArrival, true
	case "CC":
		return SortCc, true
	case "DATE":
		return SortDate, true
	case "FROM":
		return SortFrom, true
	case "SIZE":
		return SortSize, true
	case "SUBJECT":
		return SortSubject, true
	case "TO":
		return SortTo, true
	case "DISPLAYFROM":
		return SortDisplayFrom, true
	case "DISPLAYTO":
		return SortDisplayTo, true
	}
	return 0, false
}

// Thread reads the arguments of THREAD.
func (d *Decoder) Thread() (a ThreadArgs) {
	d.SP()
	a.Return = d.searchReturn()
	a.Algorithm = d.Keyword()
	d.SP()
	a.Charset = d.AString()
	d.SP()
	a.Key = d.searchKeys()
	return a
}
