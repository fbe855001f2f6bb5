package main

import (
	"regexp"
	"strings"
)

// prefixes are the type prefixes of the declared names, longest first: the first
// that is followed by an upper-case letter is dropped.
var prefixes = [...]string{"lpsz", "ulbk", "ull", "ula", "lps", "lpa", "sza", "ul", "sz", "lp", "ll", "ec", "cb", "a", "p", "s", "b", "f", "l", "h", "t"}

// words that Go writes differently.
var words = map[string]string{
	"Id": "ID", "Ids": "IDs", "Guid": "GUID", "Url": "URL", "Http": "HTTP", "Ssl": "SSL", "Ics": "ICS",
	"Sso": "SSO", "Ab": "AB", "Eid": "EID", "Entryid": "EntryID", "Entryids": "EntryIDs",
	"Userid": "UserID", "Companyid": "CompanyID", "Sourcekey": "SourceKey",
}

// irregular are names that no rule gets right.
var irregular = map[string]string{
	"lpsrightsArray":     "RightsArray",
	"lpguid":             "GUID",
	"lpszAExplicitClass": "ExplicitClass",
	"newmail":            "NewMail",
	"item":               "Items",
}

var word = regexp.MustCompile(`[A-Z][a-z0-9]*`)

// exported makes a Go name of a declared one: hyphens and underscores become
// capitals and initialisms are written in capitals.
func exported(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return word.ReplaceAllStringFunc(b.String(), func(w string) string {
		if s, ok := words[w]; ok {
			return s
		}
		return w
	})
}

// short is the Go name of a field without its type prefix.
func short(name string) string {
	if s, ok := irregular[name]; ok {
		return s
	}
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(name, p)
		if ok && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
			return exported(rest)
		}
	}
	return exported(name)
}

// fieldNames names the fields of one struct; names that would meet keep their prefix.
func fieldNames(list []Field) []string {
	count := map[string]int{}
	names := make([]string, len(list))
	for i, f := range list {
		if f.Unnamed {
			names[i] = strings.TrimSuffix(exported(f.Type), "Array") + "s"
		} else {
			names[i] = short(f.Name)
		}
		count[names[i]]++
	}
	for i, f := range list {
		if count[names[i]] > 1 {
			names[i] = exported(f.Name)
		}
	}
	return names
}

// typeName is the Go name of a declared struct. A type that is called like the
// request of an operation is its parameter block.
func (in *Interface) typeName(name string) string {
	goName := exported(name)
	base, ok := strings.CutSuffix(goName, "Request")
	if !ok {
		return goName
	}
	for _, op := range in.Operations {
		if exported(op.Name) == base {
			return base + "Params"
		}
	}
	return goName
}

// responseName is the Go name of an operation's response. Operations share the
// response where the protocol does. A structure that is called like the scalar
// response of another operation (createUser answers a setUserResponse) is named
// after the operation that answers with it.
func (in *Interface) responseName(op *Operation) string {
	own := exported(op.Name) + "Response"
	if op.Response.Kind != "struct" {
		return own
	}
	name := in.typeName(op.Response.Struct)
	for i := range in.Operations {
		other := &in.Operations[i]
		if other.Response.Kind != "struct" && exported(other.Name)+"Response" == name && !in.extends(op, other) {
			return own
		}
	}
	return name
}

// extends reports whether the structure that one operation answers with is the scalar
// response of another plus optional members, so that both can share the Go type. The one
// case is notify, whose response is a notifyResponse without the optional array.
func (in *Interface) extends(structured, scalar *Operation) bool {
	if structured.Response.Status != scalar.Response.Status || structured.Response.Element != scalar.Response.Element {
		return false
	}
	for _, f := range structured.Response.Fields {
		if !f.Optional && f.Name != scalar.Response.Status {
			return false
		}
	}
	return true
}
