package ldap

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"zarafa/daemon/settings"
	"zarafa/mapi"
)

// readPropmap reads a file of lines "0xTTTTTTTT = attribute" (agents.md section 0.2) into a map.
func readPropmap(path string, into map[mapi.PropTag]string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return settings.Parse(f, path, func(line settings.Line) error {
		at := settings.Origin{File: path, Line: line.Number}
		if line.Directive != "" {
			return &settings.Error{Origin: at, Problem: "a property map includes no other files", Remedy: "delete the line"}
		}
		tag, err := parseTag(line.Name)
		if err != nil {
			return &settings.Error{Origin: at, Setting: line.Name, Problem: err.Error(), Remedy: "write 0x and the eight hexadecimal digits of a property tag, such as 0x3A08001E"}
		}
		if line.Value == "" {
			delete(into, tag)
			return nil
		}
		into[tag] = line.Value
		return nil
	})
}

// parseTag reads a property tag whose values can be made of attributes. Strings get their 8-bit type.
func parseTag(text string) (mapi.PropTag, error) {
	digits, ok := strings.CutPrefix(strings.ToLower(text), "0x")
	if !ok || len(digits) != 8 {
		return 0, fmt.Errorf("%q is no property tag", text)
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no property tag", text)
	}
	tag := mapi.PropTag(n)
	switch tag.Type() {
	case mapi.PtUnicode:
		tag = tag.WithType(mapi.PtString8)
	case mapi.PtMVUnicode:
		tag = tag.WithType(mapi.PtMVString8)
	case mapi.PtString8, mapi.PtMVString8, mapi.PtBinary, mapi.PtMVBinary, mapi.PtBoolean, mapi.PtLong, mapi.PtI2, mapi.PtI8, mapi.PtObject:
	default:
		return 0, fmt.Errorf("%q has a type that no attribute can give", text)
	}
	return tag, nil
}
