package wire

import "zarafa/mapi"

// Op is the number of an operation, in the order of declaration from 1.
type Op uint8

// Operation says what the interface description says about an operation.
type Operation struct {
	Op       Op
	Name     string // as programs write it: create_folders
	Element  string // of the request: create-folders
	Response string // element of the response
	Session  bool   // whether the request carries a session id
}

// Operations lists all operations in the order of their numbers.
func Operations() []Operation { return append([]Operation{}, operations[:]...) }

// String is the operation's name.
func (o Op) String() string {
	if o == 0 || int(o) >= opCount {
		return "unknown operation"
	}
	return operations[o-1].Name
}

// HasSession reports whether the operation's request carries a session id.
func (o Op) HasSession() bool { return o > 0 && int(o) < opCount && operations[o-1].Session }

// Request is the request of any operation: a pointer to one of the Request structs.
type Request interface {
	message
	// Op is the operation.
	Op() Op
	// Session is the session id, 0 where the operation has none.
	Session() uint64
	decode(d *Decoder)
}

// Response is the response of any operation: a pointer to one of the response structs.
type Response interface {
	message
	// ResultCode is where the result code is kept.
	ResultCode() *mapi.Code
	decode(d *Decoder)
}

// ErrorResponse makes the response of an operation that failed before it was called. It is
// nil for an unknown operation.
func ErrorResponse(op Op, code mapi.Code) Response {
	resp := NewResponse(op)
	if resp != nil {
		*resp.ResultCode() = code
	}
	return resp
}
