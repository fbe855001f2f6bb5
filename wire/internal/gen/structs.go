package main

import (
	"fmt"
	"strings"
)

// structs writes the Go structs of requests, responses and the types they use.
func (in *Interface) structs(files map[string]*source) error {
	req := newSource("time", "zarafa/mapi")
	for i := range in.Operations {
		op := &in.Operations[i]
		name := exported(op.Name) + "Request"
		req.f("// %s is the request of operation %d, %s.", name, op.Index, op.Element)
		if err := in.structType(req, name, op.Params, "", ""); err != nil {
			return err
		}
	}
	files["requests_gen.go"] = req

	resp, isResponse := newSource("time", "zarafa/mapi"), map[string]bool{}
	for _, op := range in.responses() {
		isResponse[op.Response.Struct] = true
		name := in.responseName(op)
		resp.f("// %s answers %s.", name, strings.Join(in.answeredBy(name), ", "))
		if err := in.structType(resp, name, op.Response.Fields, op.Response.Status, ""); err != nil {
			return err
		}
	}
	files["responses_gen.go"] = resp

	types, used := newSource("time", "zarafa/mapi"), in.used()
	for _, t := range in.Types {
		if !used[t.Name] || isResponse[t.Name] || !in.generatedStruct(t.Name) || inHandWritten[t.Name] {
			continue
		}
		name := in.typeName(t.Name)
		types.f("// %s is the structure %s.", name, t.Name)
		extra := ""
		if t.Name == "saveObject" {
			extra = "// Raw, if not nil, is the encoded content of the element; it is sent instead of the other fields.\nRaw []byte"
		}
		if err := in.structType(types, name, t.Fields, "", extra); err != nil {
			return err
		}
	}
	files["types_gen.go"] = types
	return nil
}

// inHandWritten are the structures inside hand-written types.
var inHandWritten = map[string]bool{
	"hiloLong": true, "action": true, "_moveCopy": true, "_reply": true, "_defer": true,
	"restrictBitmask": true, "restrictCompare": true, "restrictContent": true, "restrictExist": true, "restrictComment": true,
	"restrictNot": true, "restrictProp": true, "restrictSize": true, "restrictSub": true,
}

func (in *Interface) structType(s *source, name string, fields []Field, status, extra string) error {
	s.f("type %s struct {", name)
	names := fieldNames(fields)
	for i, f := range fields {
		typ, err := in.goType(f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if f.Name == status {
			typ = "mapi.Code"
		}
		s.f("\t%s %s // %s", names[i], typ, f.Name)
	}
	s.f("%s}\n", extra)
	return nil
}

// answeredBy lists the operations that answer with a response type.
func (in *Interface) answeredBy(response string) []string {
	var list []string
	for i := range in.Operations {
		if op := &in.Operations[i]; in.responseName(op) == response {
			list = append(list, op.Element)
		}
	}
	return list
}

// responses picks one operation for every response type: the one with the most members.
func (in *Interface) responses() []*Operation {
	var list []*Operation
	place := map[string]int{}
	for i := range in.Operations {
		op := &in.Operations[i]
		name := in.responseName(op)
		at, seen := place[name]
		switch {
		case !seen:
			place[name] = len(list)
			list = append(list, op)
		case len(op.Response.Fields) > len(list[at].Response.Fields):
			list[at] = op
		}
	}
	return list
}
