package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// API carries out requests.
type API struct{}

// decode reads JSON that must be one value with known members.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return &Problem{Code: Invalid, Message: err.Error()}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &Problem{Code: Invalid, Message: "something follows the JSON"}
	}
	return nil
}

// encode writes JSON in which no list is null.
func encode(v any) ([]byte, error) {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	fill(p.Elem())
	return json.Marshal(p.Interface())
}

// fill makes empty lists and maps of those that are nil.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			if v.IsNil() {
				v.SetBytes([]byte("null"))
			}
			return
		}
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}
