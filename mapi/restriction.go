package mapi

// RestrictionType selects the kind of a [Restriction] (MS-OXCDATA 2.12).
type RestrictionType uint32

// Kinds of restrictions.
const (
	ResAnd          RestrictionType = 0
	ResOr           RestrictionType = 1
	ResNot          RestrictionType = 2
	ResContent      RestrictionType = 3
	ResProperty     RestrictionType = 4
	ResCompareProps RestrictionType = 5
	ResBitmask      RestrictionType = 6
	ResSize         RestrictionType = 7
	ResExist        RestrictionType = 8
	ResSub          RestrictionType = 9
	ResComment      RestrictionType = 10
)

// Relational operators of ResProperty, ResCompareProps and ResSize.
const (
	RelLT uint32 = 0
	RelLE uint32 = 1
	RelGT uint32 = 2
	RelGE uint32 = 3
	RelEQ uint32 = 4
	RelNE uint32 = 5
	RelRE uint32 = 6 // POSIX basic regular expression
)

// Fuzzy levels of ResContent: one of the first three, or-ed with the others.
const (
	FuzzyFullString     uint32 = 0
	FuzzySubstring      uint32 = 1
	FuzzyPrefix         uint32 = 2
	FuzzyIgnoreCase     uint32 = 0x10000
	FuzzyIgnoreNonSpace uint32 = 0x20000
	FuzzyLoose          uint32 = 0x40000
)

// Relations of ResBitmask.
const (
	BitmaskEQZ uint32 = 0
	BitmaskNEZ uint32 = 1
)

// Restriction is a condition on a row. Which fields count depends on Type:
//
//	ResAnd, ResOr      Sub (any number)
//	ResNot             Sub (one)
//	ResContent         Op (fuzzy level), Tag, Value
//	ResProperty        Op (relation), Tag, Value
//	ResCompareProps    Op (relation), Tag, Tag2
//	ResBitmask         Op (relation), Tag, Num (mask)
//	ResSize            Op (relation), Tag, Num (bytes)
//	ResExist           Tag
//	ResSub             Tag (PR_MESSAGE_RECIPIENTS or _ATTACHMENTS), Sub (one)
//	ResComment         Sub (one, or none), Props
//
// A part that the wire left out (Incomplete) makes the restriction invalid
// (INVALID_TYPE): tables.md section 9.
type Restriction struct {
	Type       RestrictionType
	Op         uint32
	Tag        PropTag
	Tag2       PropTag
	Num        uint32
	Value      *PropValue
	Sub        []*Restriction
	Props      []PropValue
	Incomplete bool
}

// Clone copies the restriction and everything it refers to.
func (r *Restriction) Clone() *Restriction {
	if r == nil {
		return nil
	}
	c := *r
	if r.Value != nil {
		v := r.Value.Clone()
		c.Value = &v
	}
	if r.Sub != nil {
		c.Sub = make([]*Restriction, len(r.Sub))
		for i := range r.Sub {
			c.Sub[i] = r.Sub[i].Clone()
		}
	}
	c.Props = CloneProps(r.Props)
	return &c
}

// Sort directions of a [SortOrder].
const (
	SortAscend   uint32 = 0
	SortDescend  uint32 = 1
	SortCombine  uint32 = 2
	SortCategMax uint32 = 4
	SortCategMin uint32 = 8
)

// SortOrder is one column of a table's order.
type SortOrder struct {
	Tag   PropTag
	Order uint32
}
