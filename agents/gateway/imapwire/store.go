package imapwire

// StoreArgs are what STORE has behind its name (RFC 9051 6.4.6).
type StoreArgs struct {
	Set    NumSet
	Mode   StoreMode
	Silent bool
	Flags  []string // see Decoder.Flag
	// UnchangedSince is the modifier of RFC 7162 3.1.3; HasUnchangedSince says that it is there.
	HasUnchangedSince bool
	UnchangedSince    uint64
}

// StoreMode says what becomes of the flags that are there.
type StoreMode uint8

// FLAGS, +FLAGS and -FLAGS.
const (
	StoreReplace StoreMode = iota
	StoreAdd
	StoreRemove
)

// Store reads the arguments of STORE.
func (d *Decoder) Store() (a StoreArgs) {
	d.SP()
	a.Set = d.NumSet()
	d.SP()
	if d.peek() == '(' {
		d.nonEmptyList(func() {
			if string(d.keyword()) != "UNCHANGEDSINCE" {
				d.failWord("Modifier of STORE expected")
			}
			d.SP()
			a.HasUnchangedSince, a.UnchangedSince = true, d.Number64()
		})
		d.SP()
	}
	switch string(d.keyword()) {
	case "FLAGS":
		a.Mode = StoreReplace
	case "FLAGS.SILENT":
		a.Mode, a.Silent = StoreReplace, true
	case "+FLAGS":
		a.Mode = StoreAdd
	case "+FLAGS.SILENT":
		a.Mode, a.Silent = StoreAdd, true
	case "-FLAGS":
		a.Mode = StoreRemove
	case "-FLAGS.SILENT":
		a.Mode, a.Silent = StoreRemove, true
	default:
		d.failWord("FLAGS, +FLAGS or -FLAGS expected")
	}
	d.SP()
	if d.peek() == '(' {
		a.Flags = d.FlagList()
		return a
	}
	for more := true; more && d.err == nil; more = d.TrySP() {
		d.element()
		a.Flags = append(a.Flags, d.Flag())
	}
	return a
}
