package main

import (
	"encoding/json"
	"fmt"
)

// Interface is the content of operations.json.
type Interface struct {
	Format     string      `json:"format"`
	Namespace  string      `json:"namespace"`
	Operations []Operation `json:"operations"`
	Types      []Type      `json:"types"`

	byName map[string]*Type
}

// Operation is one remote procedure.
type Operation struct {
	Index    int      `json:"index"`
	Name     string   `json:"name"`
	Element  string   `json:"element"`
	Params   []Field  `json:"params"`
	Session  string   `json:"session"`
	Response Response `json:"response"`
}

// Response describes the answer of an operation.
type Response struct {
	Element string  `json:"element"`
	Kind    string  `json:"kind"`
	Struct  string  `json:"struct"`
	Fields  []Field `json:"fields"`
	Status  string  `json:"status"`
}

// Field is a parameter or a member.
type Field struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	Repeated bool   `json:"repeated"`
	Choice   string `json:"choice"`
	Unnamed  bool   `json:"unnamed"`
}

// Type is a declared type; Item and ArrayType belong to the kind soapArray.
type Type struct {
	Name      string  `json:"name"`
	Kind      string  `json:"kind"`
	Fields    []Field `json:"fields"`
	Item      Field   `json:"item"`
	ArrayType string  `json:"arrayType"`
	Reachable bool    `json:"reachable"`
}

// parseInterface reads operations.json and refuses what the generator cannot express.
func parseInterface(data []byte) (*Interface, error) {
	var in Interface
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	if in.Format != "zarafa-operations/1" {
		return nil, fmt.Errorf("unknown format %q", in.Format)
	}
	in.byName = make(map[string]*Type, len(in.Types))
	for i := range in.Types {
		in.byName[in.Types[i].Name] = &in.Types[i]
	}
	for i, op := range in.Operations {
		if op.Index != i+1 {
			return nil, fmt.Errorf("operation %s has index %d at place %d", op.Name, op.Index, i+1)
		}
		if op.Response.Kind == "struct" && in.byName[op.Response.Struct] == nil {
			return nil, fmt.Errorf("operation %s answers with unknown struct %s", op.Name, op.Response.Struct)
		}
	}
	return &in, nil
}

// blobRoots are types that no operation carries but that are stored as XML in
// the same encoding (tables.md sections 8 and 10).
var blobRoots = [...]string{"collapseState", "searchCriteria"}

// used is the set of types that operations and stored blobs need.
func (in *Interface) used() map[string]bool {
	seen := map[string]bool{}
	var visit func(name string)
	fields := func(list []Field) {
		for _, f := range list {
			if f.Choice == "" {
				visit(f.Type)
			}
		}
	}
	visit = func(name string) {
		t := in.byName[name]
		if t == nil || seen[name] {
			return
		}
		seen[name] = true
		fields(t.Fields)
		visit(t.Item.Type)
	}
	for _, op := range in.Operations {
		fields(op.Params)
		visit(op.Response.Struct)
	}
	for _, root := range blobRoots {
		visit(root)
	}
	return seen
}
