package main

// operations writes the operations' numbers and table and what makes requests and
// responses of them.
func (in *Interface) operations(files map[string]*source) {
	s := newSource("zarafa/mapi")
	s.f("// Numbers of the operations.\nconst (")
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\tOp%s Op = %d", exported(op.Name), op.Index)
	}
	s.f("\n\topCount = %d\n)\n", len(in.Operations)+1)
	s.f("// operations describes them; it is constant.\nvar operations = [opCount - 1]Operation{")
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\t{Op%s, %q, %q, %q, %t},", exported(op.Name), op.Name, op.Element, op.Response.Element, op.Session != "")
	}
	s.f("}\n")
	s.f("// opOfElement finds the operation by the local name of its element, 0 if there is none.")
	s.f("func opOfElement(name []byte) Op {\n\tswitch string(name) {")
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\tcase %q:\n\t\treturn Op%s", op.Element, exported(op.Name))
	}
	s.f("\t}\n\treturn 0\n}\n")
	s.f("// newRequest is the decoder's empty request of an operation.")
	s.f("func (d *Decoder) newRequest(op Op) Request {\n\tswitch op {")
	for i := range in.Operations {
		name := exported(in.Operations[i].Name)
		s.f("\tcase Op%s:\n\t\treturn reuse[%sRequest](d, op)", name, name)
	}
	s.f("\t}\n\treturn nil\n}\n")
	s.f("// NewResponse makes the empty response of an operation, nil for an unknown one.")
	s.f("func NewResponse(op Op) Response {\n\tswitch op {")
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\tcase Op%s:\n\t\treturn new(%s)", exported(op.Name), in.responseName(op))
	}
	s.f("\t}\n\treturn nil\n}\n")
	in.methods(s)
	files["operations_gen.go"] = s
}

// methods writes the methods of requests and responses that do not depend on their contents.
func (in *Interface) methods(s *source) {
	for i := range in.Operations {
		op := &in.Operations[i]
		name := exported(op.Name)
		s.f("// Op is Op%s.\nfunc (*%sRequest) Op() Op { return Op%s }\n", name, name, name)
		names := fieldNames(op.Params)
		result, receiver := "0", ""
		for i, f := range op.Params {
			if f.Name == op.Session {
				result, receiver = "r."+names[i], "r "
			}
		}
		s.f("// Session is the session id, 0 if there is none.\nfunc (%s*%sRequest) Session() uint64 { return %s }\n", receiver, name, result)
		s.f("func (*%sRequest) element() string { return %q }\n", name, op.Element)
	}
	for _, op := range in.responses() {
		name, names := in.responseName(op), fieldNames(op.Response.Fields)
		for i, f := range op.Response.Fields {
			if f.Name == op.Response.Status {
				s.f("// ResultCode is where the result code is kept.\nfunc (r *%s) ResultCode() *mapi.Code { return &r.%s }\n", name, names[i])
			}
		}
		s.f("func (*%s) element() string { return %q }\n", name, op.Response.Element)
	}
}

// dispatch writes the function that calls the method of a service.
func (in *Interface) dispatch(files map[string]*source) {
	s := newSource("zarafa/mapi")
	s.f("%s", `// Dispatch calls the method of a service that serves a request. The result code of the returned error
// is in the response already; the error is for the log.
func Dispatch[C any](svc Service[C], c C, req Request) (Response, error) {
	switch r := req.(type) {`)
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\tcase *%sRequest:\n\t\tresp := new(%s)\n\t\treturn finish(resp, svc.%s(c, r, resp))",
			exported(op.Name), in.responseName(op), exported(op.Name))
	}
	s.f("%s", `	}
	return nil, mapi.Errorf(mapi.NotImplemented, "dispatch", "request of type %T", req)
}

func finish(resp Response, err error) (Response, error) {
	*resp.ResultCode() = mapi.CodeOf(err)
	return resp, err
}`)
	files["dispatch_gen.go"] = s
}
