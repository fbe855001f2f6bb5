package attacks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zarafa/mapi"
)

// description is the interface description as far as requests can be made from it.
type description struct {
	Operations []*operation
	Types      []*schema
	byName     map[string]*schema
}

type operation struct {
	Name    string
	Element string
	Params  []member
	Session string
}

// member is a parameter of an operation or a field of a structure.
type member struct {
	Name     string
	Type     string
	Choice   string
	Optional bool
	Repeated bool
}

// schema is a type of the description.
type schema struct {
	Name      string
	Kind      string
	ArrayType string
	Fields    []member
	Item      member
}

func loadDescription(t *testing.T) *description {
	t.Helper()
	text, err := os.ReadFile("../../../wire/interface/operations.json")
	if err != nil {
		t.Fatal(err)
	}
	d := &description{byName: map[string]*schema{}}
	if err := json.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Types {
		d.byName[s.Name] = s
	}
	return d
}

// element is an element of a request; a request is a tree of them.
type element struct {
	name     string
	kind     string // type in the interface description
	attrs    string
	text     string // as it stands between the tags, escaped
	children []*element
}

func (e *element) appendTo(b *strings.Builder) {
	fmt.Fprintf(b, "<%s%s>%s", e.name, e.attrs, e.text)
	for _, c := range e.children {
		c.appendTo(b)
	}
	fmt.Fprintf(b, "</%s>", e.name)
}

const (
	envelopeStart = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:ns="urn:zarafa">` +
		`<SOAP-ENV:Body SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">`
	envelopeEnd = `</SOAP-ENV:Body></SOAP-ENV:Envelope>`
)

// envelope is the request as a document.
func (e *element) envelope() []byte {
	var b strings.Builder
	b.WriteString(envelopeStart)
	e.appendTo(&b)
	b.WriteString(envelopeEnd)
	return []byte(b.String())
}

// valueOf gives the text of a parameter or field of a simple type; an empty answer takes the type's default.
type valueOf func(op *operation, m member) string

// deepest is how deep structures are nested in a request; optional members further down are left out.
const deepest = 3

// request makes the request of an operation with all its members.
func (d *description) request(op *operation, value valueOf) *element {
	e := &element{name: "ns:" + op.Element}
	for _, m := range op.Params {
		members := d.member(op, m, value, 0)
		switch m.Type {
		case "saveObject":
			members[0].shapeTree(mapi.TypeMessage)
		case "user":
			members[0].drop("lpszPassword") // deriving keys from passwords takes long
		}
		e.children = append(e.children, members...)
	}
	e.drop("szImpersonateUser")
	return e
}

// shapeTree makes a message with an attachment with a message … out of a tree of objects; what is inside is new.
func (e *element) shapeTree(own mapi.ObjectType) {
	inner := mapi.TypeAttach
	if own == mapi.TypeAttach {
		inner = mapi.TypeMessage
	}
	for _, c := range e.children {
		switch c.name {
		case "ulObjType":
			c.text = strconv.Itoa(int(own))
		case "item":
			c.shapeTree(inner)
			c.child("ulServerId").text = "0"
			c.child("lpInstanceIds").children = nil
		}
	}
	e.child("lpInstanceIds").children = nil
}

func (e *element) drop(name string) {
	e.children = slices.DeleteFunc(e.children, func(c *element) bool { return c.name == name })
}

// child is the first child with a name.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return &element{}
}

func (d *description) member(op *operation, m member, value valueOf, depth int) []*element {
	switch {
	case m.Choice != "" || depth > deepest && (m.Optional || m.Repeated):
		return nil // members of unions come with their structures
	case m.Name == "lpsConflictItems":
		return []*element{binariesElement(m.Name)}
	case m.Type == "propVal":
		return []*element{propValElement(m.Name, mapi.PrSubject, "lpszA", "text")}
	case m.Type == "restrictTable":
		return []*element{restrictionElement(m.Name)}
	}
	e := &element{name: m.Name, kind: m.Type}
	s := d.byName[m.Type]
	switch {
	case s == nil:
		e.text = value(op, m)
		if e.text == "" {
			e.text = simpleValue(m.Type)
		}
	case s.Kind == "soapArray":
		e.children = d.member(op, member{Name: "item", Type: s.Item.Type}, value, depth+1)
		e.attrs = fmt.Sprintf(` SOAP-ENC:arrayType="%s[%d]"`, s.ArrayType, len(e.children))
		if s.Name == "propValArray" {
			e.fillValues(s.ArrayType)
		}
	default:
		for _, f := range s.Fields {
			e.children = append(e.children, d.member(op, f, value, depth+1)...)
		}
	}
	return []*element{e}
}

// simpleValue is a value of a simple type that means little.
func simpleValue(kind string) string {
	switch kind {
	case "string":
		return "text"
	case "base64Binary", "xopBinary":
		return ""
	case "dateTime":
		return "2024-01-01T00:00:00Z"
	default:
		return "0"
	}
}

func tagText(tag mapi.PropTag) string { return strconv.FormatUint(uint64(tag), 10) }

// propValElement is a property value; union is the member of the union that carries it.
func propValElement(name string, tag mapi.PropTag, union, text string) *element {
	kinds := map[string]string{"lpszA": "string", "bin": "base64Binary", "b": "boolean", "ul": "unsignedInt"}
	return &element{name: name, kind: "propVal", children: []*element{
		{name: "ulPropTag", kind: "unsignedInt", text: tagText(tag)},
		{name: union, kind: kinds[union], text: text},
	}}
}

// binariesElement is a property with several binary values.
func binariesElement(name string) *element {
	e := propValElement(name, mapi.PrConflictItems, "mvbin", "")
	e.children[1].attrs = ` SOAP-ENC:arrayType="xsd:base64Binary[2]"`
	e.children[1].children = []*element{{name: "item", kind: "base64Binary", text: "QUJD"}, {name: "item", kind: "base64Binary"}}
	return e
}

// fillValues makes a list of property values with one value of each shape.
func (e *element) fillValues(arrayType string) {
	when := propValElement("item", mapi.PrClientSubmitTime, "hilo", "")
	when.children[1].children = []*element{{name: "hi", kind: "int", text: "31000000"}, {name: "lo", kind: "unsignedInt", text: "7"}}
	e.children = []*element{
		propValElement("item", mapi.PrSubject, "lpszA", "text"),
		propValElement("item", mapi.PrDisplayName, "lpszA", "text"),
		propValElement("item", mapi.PrMessageFlags, "ul", "1"),
		propValElement("item", mapi.PrAttachDataBin, "bin", "QUJDRA=="),
		propValElement("item", mapi.PrSourceKey, "bin", ""),
		when, binariesElement("item"),
	}
	e.attrs = fmt.Sprintf(` SOAP-ENC:arrayType="%s[%d]"`, arrayType, len(e.children))
}

// restrictionElement is a condition with one condition of every kind inside.
func restrictionElement(name string) *element {
	u := func(name, text string) *element { return &element{name: name, kind: "unsignedInt", text: text} }
	of := func(kind, union string, members ...*element) *element {
		return &element{name: "item", kind: "restrictTable", children: []*element{u("ulType", kind), {name: union, kind: "struct", children: members}}}
	}
	subject, size := u("ulPropTag", tagText(mapi.PrSubject)), u("ulPropTag", tagText(mapi.PrMessageSize))
	text := func() *element { return propValElement("lpProp", mapi.PrSubject, "lpszA", "e") }
	exist := func() *element { return of("8", "lpExist", subject) }
	inner := func(name string) *element { e := exist(); e.name = name; return e }
	values := &element{name: "sProps", kind: "propValArray"}
	values.fillValues("propVal")
	all := of("0", "lpAnd",
		of("1", "lpOr", exist(), of("3", "lpContent", u("ulFuzzyLevel", "65537"), subject, text())),
		of("2", "lpNot", inner("lpNot")),
		of("4", "lpProp", u("ulType", "4"), subject, text()),
		of("5", "lpCompare", u("ulPropTag1", subject.text), u("ulPropTag2", size.text), u("ulType", "1")),
		of("6", "lpBitmask", u("ulMask", "1"), u("ulPropTag", tagText(mapi.PrMessageFlags)), u("ulType", "0")),
		of("7", "lpSize", u("ulType", "2"), subject, u("cb", "1")),
		of("9", "lpSub", u("ulSubObject", tagText(mapi.PrMessageRecipients)), inner("lpSubObject")),
		of("10", "lpComment", inner("lpResTable"), values),
	)
	all.name = name
	return all
}
