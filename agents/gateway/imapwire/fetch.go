package imapwire

// FetchArgs are what FETCH has behind its name (RFC 9051 6.4.5).
type FetchArgs struct {
	Set   NumSet
	Items []FetchItem // without macros: they are written out
	// ChangedSince and Vanished are the modifiers of RFC 7162 3.1.4.1 and 3.2.6; HasChangedSince says that the first is there.
	HasChangedSince, Vanished bool
	ChangedSince              uint64
	// Partial is the modifier of RFC 9394.
	Partial     bool
	First, Last int64
}

// FetchKind is an item's kind.
type FetchKind uint8

// The items of FETCH.
const (
	FetchUID FetchKind = iota
	FetchFlags
	FetchInternalDate
	FetchSize // RFC822.SIZE
	FetchEnvelope
	FetchBody          // BODY, the structure without extension data
	FetchBodyStructure // BODYSTRUCTURE
	FetchSection       // BODY[…] and BODY.PEEK[…]
	FetchBinary        // BINARY[…] and BINARY.PEEK[…] (RFC 3516)
	FetchBinarySize    // BINARY.SIZE[…]
	FetchRFC822        // RFC822: BODY[] by another name; sets \Seen
	FetchRFC822Header  // RFC822.HEADER: BODY.PEEK[HEADER]
	FetchRFC822Text    // RFC822.TEXT: BODY[TEXT]; sets \Seen
	FetchModSeq        // RFC 7162
	FetchEmailID       // RFC 8474
	FetchThreadID
	FetchSaveDate // RFC 8514
	FetchPreview  // RFC 8970; Lazy
)

// FetchItem is an item of FETCH.
type FetchItem struct {
	Kind    FetchKind
	Section Section // of FetchSection, FetchBinary and FetchBinarySize
	Peek    bool    // \Seen is not set
	Lazy    bool    // of FetchPreview
	// Partial says that only Count bytes from Offset on are wanted (<a.b>). Offset may be beyond the end; Count is not 0.
	Partial       bool
	Offset, Count int64
}

// SetsSeen reports whether fetching the item sets \Seen.
func (i *FetchItem) SetsSeen() bool {
	switch i.Kind {
	case FetchSection, FetchBinary:
		return !i.Peek
	case FetchRFC822, FetchRFC822Text:
		return true
	}
	return false
}

// SectionText is what is wanted of a part.
type SectionText uint8

// The texts of sections.
const (
	SectionAll             SectionText = iota // [] or [1.2]
	SectionHeader                             // HEADER
	SectionHeaderFields                       // HEADER.FIELDS
	SectionHeaderFieldsNot                    // HEADER.FIELDS.NOT
	SectionBodyText                           // TEXT
	SectionMIME                               // MIME; only of a part
)

// Section is what stands between the brackets of BODY[…] and BINARY[…].
type Section struct {
	Part   []uint32
	Text   SectionText
	Fields []string // as they were written
}

// Fetch reads the arguments of FETCH.
func (d *Decoder) Fetch() (a FetchArgs) {
	d.SP()
	a.Set = d.NumSet()
	d.SP()
	if d.peek() == '(' {
		d.nonEmptyList(func() { a.Items = append(a.Items, d.fetchItem(d.attribute())) })
	} else {
		name := d.attribute()
		if a.Items = macro(name); a.Items == nil {
			a.Items = append(a.Items, d.fetchItem(name))
		}
	}
	if d.TrySP() {
		d.nonEmptyList(func() { d.fetchModifier(&a) })
	}
	if a.Vanished && !a.HasChangedSince {
		d.failWord("VANISHED needs CHANGEDSINCE") // RFC 7162 3.2.6
	}
	return a
}

// attribute reads the name of an item in upper case, without its section.
func (d *Decoder) attribute() []byte { return upper(d.span(attributeChars)) }

// macro is what a macro stands for (RFC 9051 6.4.5); nil if it is none.
func macro(name []byte) []FetchItem {
	items := 0
	switch string(name) {
	case "FAST":
		items = 3
	case "ALL":
		items = 4
	case "FULL":
		items = 5
	default:
		return nil
	}
	return []FetchItem{{Kind: FetchFlags}, {Kind: FetchInternalDate}, {Kind: FetchSize}, {Kind: FetchEnvelope}, {Kind: FetchBody}}[:items]
}

func (d *Decoder) fetchItem(name []byte) (item FetchItem) {
	switch string(name) {
	case "BODY":
		if d.peek() != '[' {
			return FetchItem{Kind: FetchBody}
		}
		return d.sectionItem(FetchSection, false)
	case "BODY.PEEK":
		return d.sectionItem(FetchSection, true)
	case "BINARY":
		return d.sectionItem(FetchBinary, false)
	case "BINARY.PEEK":
		return d.sectionItem(FetchBinary, true)
	case "BINARY.SIZE":
		return d.sectionItem(FetchBinarySize, true)
	case "PREVIEW":
		item.Kind = FetchPreview
		item.Lazy = d.previewModifier()
		return item
	}
	kind, ok := fetchKind(name)
	if !ok {
		d.failWord("Item of FETCH expected")
	}
	return FetchItem{Kind: kind}
}

// fetchKind knows the items that are a name alone.
func fetchKind(name []byte) (FetchKind, bool) {
	switch string(name) {
	case "UID":
		return FetchUID, true
	case "FLAGS":
		return FetchFlags, true
	case "INTERNALDATE":
		return FetchInternalDate, true
	case "RFC822.SIZE":
		return FetchSize, true
	case "ENVELOPE":
		return FetchEnvelope, true
	case "BODYSTRUCTURE":
		return FetchBodyStructure, true
	case "RFC822":
		return FetchRFC822, true
	case "RFC822.HEADER":
		return FetchRFC822Header, true
	case "RFC822.TEXT":
		return FetchRFC822Text, true
	case "MODSEQ":
		return FetchModSeq, true
	case "EMAILID":
		return FetchEmailID, true
	case "THREADID":
		return FetchThreadID, true
	case "SAVEDATE":
		return FetchSaveDate, true
	}
	return 0, false
}

// previewModifier reads (LAZY). A parenthesis behind a blank that ends PREVIEW alone would be one of FETCH's modifiers: LAZY tells them apart.
func (d *Decoder) previewModifier() (lazy bool) {
	b := d.lookahead(len(" (LAZY)"))
	if !equalFold(string(b), " (LAZY)") {
		return false
	}
	d.advance(len(b))
	return true
}

func (d *Decoder) fetchModifier(a *FetchArgs) {
	switch string(d.keyword()) {
	case "CHANGEDSINCE":
		d.SP()
		a.HasChangedSince, a.ChangedSince = true, d.Number64()
	case "VANISHED":
		a.Vanished = true
	case "PARTIAL":
		d.SP()
		a.Partial = true
		a.First, a.Last = d.partialRange()
	default:
		d.failWord("Modifier of FETCH expected")
	}
}
