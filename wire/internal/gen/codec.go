package main

import (
	"fmt"
	"sort"
	"strings"
)

// structure is a Go struct with a generated codec.
type structure struct {
	goName string
	xsd    string // declared name, for xsi:type; empty for requests and responses
	fields []Field
	status string
}

// structures lists everything that needs a codec: requests, responses, types.
func (in *Interface) structures() (requests, responses, types []structure) {
	isResponse := map[string]bool{}
	for i := range in.Operations {
		op := &in.Operations[i]
		requests = append(requests, structure{goName: exported(op.Name) + "Request", fields: op.Params})
	}
	for _, op := range in.responses() {
		isResponse[op.Response.Struct] = true
		responses = append(responses, structure{goName: in.responseName(op), fields: op.Response.Fields, status: op.Response.Status})
	}
	used := in.used()
	for _, t := range in.Types {
		if used[t.Name] && !isResponse[t.Name] && in.generatedStruct(t.Name) && !inHandWritten[t.Name] {
			types = append(types, structure{goName: in.typeName(t.Name), xsd: t.Name, fields: t.Fields})
		}
	}
	return requests, responses, types
}

// codec writes encoders and decoders of all structures and lists.
func (in *Interface) codec(files map[string]*source) error {
	requests, responses, types := in.structures()
	c := &codec{in: in, lists: map[string]bool{}, pools: map[string]string{}}
	for _, part := range []struct {
		name string
		list []structure
	}{{"requests", requests}, {"responses", responses}, {"types", types}} {
		enc, dec := newSource("zarafa/mapi"), newSource("zarafa/mapi")
		for _, st := range part.list {
			if err := c.encoder(enc, st); err != nil {
				return err
			}
			if err := c.decoder(dec, st); err != nil {
				return err
			}
		}
		files[part.name+"_encode_gen.go"], files[part.name+"_decode_gen.go"] = enc, dec
	}
	lists := newSource("zarafa/mapi")
	if err := c.listFunctions(lists); err != nil {
		return err
	}
	files["lists_gen.go"] = lists
	pools := newSource("zarafa/mapi")
	c.poolStruct(pools)
	files["pools_gen.go"] = pools
	return nil
}

// codec collects which list functions and pools the structures need.
type codec struct {
	in    *Interface
	lists map[string]bool   // declared names of lists and arrays
	pools map[string]string // field of pools to Go type
}

// handWrittenPools are what the hand-written decoders need.
var handWrittenPools = map[string]string{
	"propValue": "mapi.PropValue", "row": "[]mapi.PropValue", "rowSet": "RowSet", "propTag": "mapi.PropTag", "sortOrder": "mapi.SortOrder",
	"uint32": "uint32", "restriction": "mapi.Restriction", "restrictions": "*mapi.Restriction", "action": "mapi.Action", "more": "mapi.More",
}

// pool names the pool of a Go type.
func (c *codec) pool(goType string) string {
	switch goType {
	case "[]byte":
		c.pools["binary"] = goType
		return "binary"
	case "string", "uint32":
		c.pools[goType] = goType
		return goType
	}
	name := lowerFirst(goType)
	c.pools[name] = goType
	return name
}

func lowerFirst(s string) string {
	n := 1
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' && (n+1 == len(s) || s[n+1] >= 'A' && s[n+1] <= 'Z') {
		n++
	}
	return strings.ToLower(s[:n]) + s[n:]
}

// poolStruct writes the decoder's memory, one pool for each type of list member or pointer.
func (c *codec) poolStruct(s *source) {
	for name, typ := range handWrittenPools {
		c.pools[name] = typ
	}
	names := make([]string, 0, len(c.pools))
	for name := range c.pools {
		names = append(names, name)
	}
	sort.Strings(names)
	s.f("// pools is a decoder's memory, one pool for each type that lists or pointers hold.\ntype pools struct {")
	for _, name := range names {
		s.f("\t%s pool[%s]", name, c.pools[name])
	}
	s.f("}\n\nfunc (p *pools) reset() {")
	for _, name := range names {
		s.f("\tp.%s.reset()", name)
	}
	s.f("}")
}

// listFunctions writes reader and writer of every list and array that is not written by hand.
func (c *codec) listFunctions(s *source) error {
	for done := map[string]bool{}; len(done) < len(c.lists); {
		names := make([]string, 0, len(c.lists))
		for name := range c.lists {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if done[name] {
				continue
			}
			done[name] = true
			if err := c.listFunction(s, c.in.byName[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *codec) listFunction(s *source, t *Type) error {
	item, array := t.Item, t.Kind == "soapArray"
	if !array {
		item = t.Fields[0]
	}
	item.Repeated = false
	goType, err := c.in.goType(item)
	if err != nil {
		return err
	}
	fn, pool := lowerFirst(exported(t.Name)), c.pool(goType)
	s.f("func (d *Decoder) %s() []%s {\n\tif d.null() {\n\t\treturn nil\n\t}", fn, goType)
	if array {
		s.f("\tp, h := &d.pools.%s, d.array(%q)", pool, t.ArrayType[strings.IndexByte(t.ArrayType, ':')+1:])
		s.f("\tmark := p.begin()\n\tfor d.member(h, len(p.stack)-mark) {")
	} else {
		s.f("\td.typed(%q)\n\tp := &d.pools.%s\n\tmark := p.begin()\n\tfor d.item(len(p.stack) - mark) {", t.Name, pool)
	}
	if c.in.generatedStruct(item.Type) {
		s.f("\t\tvar v %s\n\t\tv.decode(d)\n\t\tp.push(v)\n\t}", goType)
	} else {
		s.f("\t\tp.push(d.%s())\n\t}", scalarReader(item))
	}
	if array {
		s.f("\treturn endArray(d, p, mark, h)\n}\n")
	} else {
		s.f("\treturn p.list(mark)\n}\n")
	}
	s.f("// append%s appends the rest of the start tag and the members.", exported(t.Name))
	s.f("func append%s(dst []byte, list []%s) []byte {", exported(t.Name), goType)
	if array {
		s.f("\tif list != nil {\n\t\tdst = appendArrayType(dst, %q, len(list))\n\t}", t.ArrayType)
	}
	s.f("\tdst = append(dst, '>')\n\tfor i := range list {")
	item.Name = "item"
	if err := c.encodeField(s, item, "list[i]", ""); err != nil {
		return err
	}
	s.f("\t}\n\treturn dst\n}\n")
	return nil
}

// scalarReader is the decoder's method for a type that one call reads.
func scalarReader(f Field) string {
	if r, ok := primitives[f.Type]; ok {
		if r == "time.Time" {
			return "time"
		}
		if f.Optional {
			return r + "Pointer"
		}
		return r
	}
	switch f.Type {
	case "string":
		if f.Optional {
			return "nullString"
		}
		return "string"
	case "base64Binary":
		return "binary"
	case "restrictTable":
		return "restriction"
	case "xopBinary":
		return "xop"
	case "propVal":
		if f.Optional {
			return "propValPointer"
		}
		return "propVal"
	case "rowSet":
		if f.Optional {
			return "rowSetPointer"
		}
		return "rowSet"
	}
	return ""
}

// handArrays are arrays whose functions are written by hand.
var handArrays = map[string]bool{"propValArray": true, "propTagArray": true, "sortOrderArray": true}

func (c *codec) decoder(s *source, st structure) error {
	names := fieldNames(st.fields)
	if len(names) > 32 {
		return fmt.Errorf("%s has more fields than fit the mask", st.goName)
	}
	s.f("func (v *%s) decode(d *Decoder) {", st.goName)
	if st.xsd != "" {
		s.f("\td.typed(%q)", st.xsd)
	}
	for _, f := range st.fields {
		if f.Repeated {
			s.f("\tp := &d.pools.%s\n\tmark := p.begin()", c.pool(c.in.typeName(f.Type)))
		}
	}
	s.f("\tvar seen uint32\n\tfor d.child() {\n\t\tswitch string(d.name) {")
	unnamed := ""
	for i, f := range st.fields {
		if f.Repeated {
			s.f("\t\tcase %q:\n\t\t\tif d.room(len(p.stack) - mark) {\n\t\t\t\tp.push(d.nested%s())\n\t\t\t}", f.Name, c.in.typeName(f.Type))
			continue
		}
		stmt, err := c.decodeField(f, "v."+names[i], st.status)
		if err != nil {
			return fmt.Errorf("%s: %w", st.goName, err)
		}
		stmt = fmt.Sprintf("\t\t\tif d.first(&seen, 1<<%d) {\n%s\n\t\t\t}", i, stmt)
		if f.Unnamed {
			unnamed = stmt
			continue
		}
		s.f("\t\tcase %q:\n%s", f.Name, stmt)
	}
	if unnamed == "" {
		unnamed = "\t\t\td.skip()"
	}
	s.f("\t\tdefault:\n%s\n\t\t}\n\t}", unnamed)
	for i, f := range st.fields {
		if f.Repeated {
			s.f("\tif len(p.stack) > mark {\n\t\tv.%s = p.list(mark)\n\t}", names[i])
		}
	}
	s.f("}\n")
	for _, f := range st.fields {
		if f.Repeated {
			name := c.in.typeName(f.Type)
			s.f("// nested%s is a function of its own because a variable in the loop above would escape.\n//\n//go:noinline", name)
			s.f("func (d *Decoder) nested%s() %s {\n\tvar v %s\n\tv.decode(d)\n\treturn v\n}\n", name, name, name)
		}
	}
	return nil
}

// decodeField is the statement that reads the current element into a field.
func (c *codec) decodeField(f Field, target, status string) (string, error) {
	if f.Name == status {
		return fmt.Sprintf("\t\t\t\t%s = d.code()", target), nil
	}
	if r := scalarReader(f); r != "" {
		return fmt.Sprintf("\t\t\t\t%s = d.%s()", target, r), nil
	}
	t := c.in.byName[f.Type]
	if t == nil {
		return "", fmt.Errorf("field %s has unknown type %s", f.Name, f.Type)
	}
	fn := lowerFirst(exported(f.Type))
	switch {
	case t.Kind == "struct" && f.Optional:
		return fmt.Sprintf("\t\t\t\tif !d.null() {\n%s = d.pools.%s.one()\n%s.decode(d)\n}", target, c.pool(c.in.typeName(f.Type)), target), nil
	case t.Kind == "struct":
		return fmt.Sprintf("\t\t\t\t%s.decode(d)", target), nil
	case !handArrays[f.Type]:
		c.lists[f.Type] = true
	}
	if t.Kind == "soapArray" && f.Optional {
		return fmt.Sprintf("\t\t\t\tif !d.null() {\n%s = present(d.%s())\n}", target, fn), nil
	}
	return fmt.Sprintf("\t\t\t\t%s = d.%s()", target, fn), nil
}
