package sqlstore

import (
	"context"
	"math"
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/storage"
)

// Columns of their own that some properties have (typedValues).
const typedCount = 6

// typedValues are the values of the columns message_class to message_size.
type typedValues struct {
	class, subject     any
	delivery, modified any
	msgFlags, msgSize  any
}

// column puts a value where it belongs; ok is false for what goes to props. A string that was cut
// stands in its column, and props notes that it is not whole.
func (c *typedValues) column(v mapi.PropValue) (ok bool) {
	switch v.Tag.Canonical() {
	case mapi.PrMessageClass:
		return setText(&c.class, v.Data)
	case mapi.PrSubject:
		return setText(&c.subject, v.Data)
	case mapi.PrMessageDeliveryTime:
		return setNumber(&c.delivery, v.Num, math.MaxInt64)
	case mapi.PrLastModificationTime:
		return setNumber(&c.modified, v.Num, math.MaxInt64)
	case mapi.PrMessageFlags:
		return setNumber(&c.msgFlags, v.Num, math.MaxUint32)
	case mapi.PrMessageSize:
		return setNumber(&c.msgSize, v.Num, math.MaxUint32)
	}
	return false
}

func setText(to *any, b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	*to = string(b)
	return true
}

func setNumber(to *any, v, limit uint64) bool {
	if v > limit {
		return false
	}
	*to = int64(v)
	return true
}

// beginning cuts a string or binary to the caps of tables; whole is false if it was longer.
func beginning(v mapi.PropValue) (cut mapi.PropValue, whole bool) {
	t := v.Tag.Type()
	switch {
	case t.Multi():
		return v, true
	case t.IsString():
		if len(v.Data) <= mapi.TableStringCap {
			return v, true
		}
		end, n := 0, 0
		for end < len(v.Data) && n < mapi.TableStringCap {
			_, size := utf8.DecodeRune(v.Data[end:])
			end += size
			n++
		}
		whole = end == len(v.Data)
		v.Data = v.Data[:end]
		return v, whole
	case t.IsBinary():
		if len(v.Data) <= mapi.TableBinaryCap {
			return v, true
		}
		v.Data = v.Data[:mapi.TableBinaryCap]
		return v, false
	}
	return v, true
}

// hiddenInTables are properties that rows do not carry at all (tables.md section 4).
func hiddenInTables(tag mapi.PropTag) bool {
	return tag.ID() == 0x1009 || tag.ID() == 0x1013
}

// encoded is an object as its two rows hold it: the row of hierarchy, and the part with the row's id that holds
// what is too long for tables.
type encoded struct {
	typed typedValues
	row   string
	own   string // empty: no such part
}

// encodeTop packs the properties of a store, folder or message.
func (t *transaction) encodeTop(ctx context.Context, props mapi.Props, lobs []storage.LobRef) (e encoded, err error) {
	var own packer
	own.reset()
	t.pack.reset()
	for _, v := range props {
		short, whole := beginning(v)
		if hiddenInTables(v.Tag) {
			t.pack.elsewhere(v.Tag)
			whole = false
		} else if err := t.packShort(&e.typed, short, whole); err != nil {
			return e, err
		}
		if !whole {
			if err := own.value(v); err != nil {
				return e, err
			}
		}
	}
	for _, r := range lobs {
		own.lob(r)
		if err := t.packLobStart(ctx, &e.typed, r); err != nil {
			return e, err
		}
	}
	e.row = t.pack.finish()
	if own.n > 0 {
		e.own = own.finish()
	}
	return e, nil
}

func (t *transaction) packShort(typed *typedValues, v mapi.PropValue, whole bool) error {
	switch {
	case typed.column(v):
		if !whole {
			t.pack.elsewhere(v.Tag)
		}
	case whole:
		return t.pack.value(v)
	default:
		t.pack.cut(v)
	}
	return nil
}

// packLobStart puts the beginning of a large value into the row, where tables look for it.
func (t *transaction) packLobStart(ctx context.Context, typed *typedValues, r storage.LobRef) error {
	if hiddenInTables(r.Tag) || !r.Tag.Type().IsString() && !r.Tag.Type().IsBinary() || r.Tag.Type().Multi() {
		t.pack.elsewhere(r.Tag)
		return nil
	}
	prefix, err := t.lobPrefix(ctx, r.Instance)
	if err != nil {
		return err
	}
	short, _ := beginning(mapi.PropValue{Tag: r.Tag, Data: prefix})
	return t.packShort(typed, short, false)
}

// encodePart packs the properties of a part.
func (t *transaction) encodePart(props mapi.Props, lobs []storage.LobRef) (string, error) {
	t.pack.reset()
	for _, v := range props {
		if err := t.pack.value(v); err != nil {
			return "", err
		}
	}
	for _, r := range lobs {
		t.pack.lob(r)
	}
	return t.pack.finish(), nil
}
