package adopt_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/wire"
)

// seenProp is a property as the original's client saw it.
type seenProp struct {
	Tag   string          `json:"p"`
	Name  string          `json:"n"`
	Value json.RawMessage `json:"v"`
}

func (p seenProp) tag() mapi.PropTag {
	n, err := strconv.ParseUint(p.Tag, 16, 32)
	if err != nil {
		panic(err)
	}
	return mapi.PropTag(n)
}

// same compares a value with what the original's client saw. A float and a text of JSON are one number.
func same(v mapi.PropValue, raw json.RawMessage) bool {
	if v.Tag.Type().Multi() {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || len(list) != len(v.Values()) {
			return false
		}
		for i, e := range v.Values() {
			if !same(e, list[i]) {
				return false
			}
		}
		return true
	}
	switch t := v.Tag.Type(); t {
	case mapi.PtBoolean:
		return string(raw) == strconv.FormatBool(v.Bool())
	case mapi.PtR4, mapi.PtDouble, mapi.PtAppTime:
		f, err := strconv.ParseFloat(string(raw), 64)
		return err == nil && (f == v.Float() || t == mapi.PtR4 && float32(f) == float32(v.Float()) || math.IsNaN(f) && math.IsNaN(v.Float()))
	case mapi.PtI2, mapi.PtI8, mapi.PtCurrency, mapi.PtLong:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return err == nil && (n == v.Int64() || t == mapi.PtLong && int32(n) == int32(v.Num))
	case mapi.PtSysTime:
		return string(raw) == strconv.FormatUint(v.Num, 10)
	case mapi.PtCLSID:
		var text string
		g, ok := mapi.GUIDOf(v.Data)
		return json.Unmarshal(raw, &text) == nil && ok && sameGUID(text, g)
	}
	return sameBytes(v.Data, raw)
}

func sameBytes(data []byte, raw json.RawMessage) bool {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text == string(data)
	}
	var object struct {
		B64    *string `json:"b64"`
		SHA256 string  `json:"sha256"`
	}
	if json.Unmarshal(raw, &object) != nil {
		return false
	}
	if object.B64 != nil {
		want, err := base64.StdEncoding.DecodeString(*object.B64)
		return err == nil && bytes.Equal(want, data)
	}
	sum := sha256.Sum256(data)
	return object.SHA256 == hex.EncodeToString(sum[:])
}

// sameGUID compares a GUID with its text, whose first three groups are numbers.
func sameGUID(text string, g mapi.GUID) bool {
	want := fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8:10], g[10:])
	return strings.EqualFold(strings.Trim(text, "{}"), want)
}

// shown is an object as this server gives it to a client, with all values.
type shown struct {
	id    uint32 // object id
	typ   mapi.ObjectType
	props mapi.Props
	parts []shown
}

// show loads an object with everything; deleted says that it is softly deleted.
func show(ctx context.Context, s *client.Session, id mapi.EntryID, deleted bool) (o shown, err error) {
	flags := mapi.OpenUnicode
	if deleted {
		flags |= mapi.FlagDeleted
	}
	var resp wire.LoadObjectResponse
	type large struct {
		to     *shown
		server uint32
		tag    mapi.PropTag
	}
	var missing []large
	var take func(to *shown, from *wire.SaveObject)
	take = func(to *shown, from *wire.SaveObject) {
		to.id, to.typ, to.props = from.ServerID, mapi.ObjectType(from.ObjType), mapi.CloneProps(from.ModProps)
		for _, tag := range from.DelProps {
			if !to.props.Has(tag.ID()) {
				missing = append(missing, large{to, from.ServerID, tag})
			}
		}
		to.parts = make([]shown, len(from.Items))
		for i := range from.Items {
			take(&to.parts[i], &from.Items[i])
		}
	}
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.LoadObjectRequest{SessionID: session, EntryID: id, Flags: flags}
	}, &resp, func() error { take(&o, &resp.SaveObject); return nil })
	if err != nil {
		return o, err
	}
	for _, m := range missing {
		v, err := s.LoadValue(ctx, id, m.server, m.tag)
		if err != nil {
			return o, fmt.Errorf("property %v: %w", m.tag, err)
		}
		m.to.props = append(m.to.props, v)
	}
	return o, nil
}
