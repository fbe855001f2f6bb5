package cache

// Kind separates records of one object. A kind outside 0 to MaxKinds-1 is never kept.
type Kind uint8

// Kinds of records. Writers renew that of KindObject, and with it remove all others of the object, which were made of it.
const (
	// KindObject is an object's properties, of which tables make their rows and search folders their results.
	KindObject Kind = 0
	// KindWhole is what loadObject needs of an object: of a message, the form in which it is sent; of a store or folder, its properties
	// without the counters, so that it outlives them (see [Cells.InvalidateCounts]).
	KindWhole Kind = 1
	// KindRow is the first of RowKinds kinds, all others: an object's row of a table in the form in which it is sent. Which layout of columns
	// goes to which of them, tables decide.
	KindRow Kind = 2
)

// MaxKinds is the number of kinds: 0 to MaxKinds-1. RowKinds is how many of them are for rows.
const (
	MaxKinds = 8
	RowKinds = MaxKinds - KindRow
)
