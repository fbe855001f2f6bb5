package main

// withoutSupport are the operations that are answered with NO_SUPPORT, not
// NOT_IMPLEMENTED, when nobody implements them (operations.md section 4).
var withoutSupport = map[string]bool{
	"getClientUpdate": true, "setClientUpdateStatus": true, "getUserClientUpdateStatus": true, "removeAllObjects": true,
}

// service writes the interface of a server and its empty implementation.
func (in *Interface) service(files map[string]*source) {
	s := newSource("zarafa/mapi")
	s.f("%s", `// Service is a server of all operations. C is what a call knows besides its request: connection,
// session, deadline. A method fills the response it is given; the result code of the error
// it returns becomes the status of the response. A request and all it refers to are valid only
// until the method returns.
type Service[C any] interface {`)
	for i := range in.Operations {
		op := &in.Operations[i]
		s.f("\t%s(c C, req *%sRequest, resp *%s) error", exported(op.Name), exported(op.Name), in.responseName(op))
	}
	s.f("}\n")
	s.f("%s", `// Unimplemented is a Service whose every operation fails with NOT_IMPLEMENTED, or
// NO_SUPPORT where that is the protocol's answer. Embed it to implement some operations only.
type Unimplemented[C any] struct{}
`)
	for i := range in.Operations {
		op := &in.Operations[i]
		code, text := "NotImplemented", "NOT_IMPLEMENTED"
		if withoutSupport[op.Name] {
			code, text = "NoSupport", "NO_SUPPORT"
		}
		s.f("// %s fails with %s.", exported(op.Name), text)
		s.f("func (Unimplemented[C]) %s(C, *%sRequest, *%s) error {\n\treturn mapi.%s\n}\n",
			exported(op.Name), exported(op.Name), in.responseName(op), code)
	}
	files["service_gen.go"] = s
}
