package mapi

// Props is a list of properties in which every property id occurs once.
// Look-ups are linear: objects have tens of properties, seldom more.
type Props []PropValue

// CloneProps copies a list and everything its values refer to.
func CloneProps(list []PropValue) []PropValue {
	if list == nil {
		return nil
	}
	out := make([]PropValue, len(list))
	for i := range list {
		out[i] = list[i].Clone()
	}
	return out
}

// Get finds a property by its id and type; the string flavours count as one.
func (l Props) Get(tag PropTag) (PropValue, bool) {
	i := l.Index(tag.ID())
	if i < 0 || l[i].Tag.Canonical() != tag.Canonical() {
		return PropValue{}, false
	}
	return l[i], true
}

// ByID finds a property by its id alone.
func (l Props) ByID(id uint16) (PropValue, bool) {
	if i := l.Index(id); i >= 0 {
		return l[i], true
	}
	return PropValue{}, false
}

// Index is the place of the property with this id, or -1.
func (l Props) Index(id uint16) int {
	for i := range l {
		if l[i].Tag.ID() == id {
			return i
		}
	}
	return -1
}

// Has reports whether a property with this id is present.
func (l Props) Has(id uint16) bool { return l.Index(id) >= 0 }

// Uint32 is a number's value, 0 when it is missing.
func (l Props) Uint32(tag PropTag) uint32 {
	p, _ := l.Get(tag)
	return p.Uint32()
}

// Str is a string's value, empty when it is missing.
func (l Props) Str(tag PropTag) string {
	p, _ := l.Get(tag)
	return p.Str()
}

// Bytes is a binary's value, nil when it is missing. It is not copied.
func (l Props) Bytes(tag PropTag) []byte {
	p, _ := l.Get(tag)
	return p.Data
}

// Set puts a value in place of the property with the same id, or appends it.
func (l *Props) Set(v PropValue) {
	if i := l.Index(v.Tag.ID()); i >= 0 {
		(*l)[i] = v
		return
	}
	*l = append(*l, v)
}

// Delete removes the property with this id, keeping the order of the others.
func (l *Props) Delete(id uint16) {
	if i := l.Index(id); i >= 0 {
		*l = append((*l)[:i], (*l)[i+1:]...)
	}
}
