package imapwire

import "encoding/base64"

// Login reads the arguments of LOGIN.
func (d *Decoder) Login() (user, password string) {
	d.SP()
	user = d.AString()
	d.SP()
	return user, d.AString()
}

// Authenticate reads the arguments of AUTHENTICATE: the mechanism in upper case, and the initial response if there is one, decoded (RFC 9051
// 6.2.2, RFC 4959).
func (d *Decoder) Authenticate() (mechanism string, initial []byte, hasInitial bool) {
	d.SP()
	mechanism = d.Keyword()
	if !d.TrySP() {
		return mechanism, nil, false
	}
	return mechanism, d.base64(), true
}

// Response reads a line that the client sends in the course of AUTHENTICATE, behind its command, and decodes it. The error is BadEncoding if
// it is not base64, Cancelled if the client gave up.
func (d *Decoder) Response() ([]byte, error) {
	d.begin()
	var response []byte
	if d.take('*') {
		if d.CRLF(); d.err == nil {
			d.failAs(Cancelled, "AUTHENTICATE was given up")
			return nil, d.err
		}
	} else if !d.AtEnd() { // an empty line is an empty response
		response = d.base64()
	}
	return response, d.Finish()
}

// base64 reads base64; "=" alone is an empty string (RFC 4959 3).
func (d *Decoder) base64() []byte {
	b := d.span(base64Chars)
	if string(b) == "=" {
		return []byte{}
	}
	response := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Strict().Decode(response, b)
	if err != nil || len(b) == 0 {
		d.failAs(BadEncoding, "Base64 expected")
		return nil
	}
	return response[:n]
}

// Done reads the line that ends IDLE (RFC 2177), behind its command.
func (d *Decoder) Done() error {
	d.begin()
	if string(d.keyword()) != "DONE" {
		d.failWord("DONE expected")
	}
	return d.Finish()
}

// Enable reads the arguments of ENABLE, in upper case (RFC 5161).
func (d *Decoder) Enable() (capabilities []string) {
	d.SP()
	for more := true; more && d.err == nil; more = d.TrySP() {
		d.element()
		capabilities = append(capabilities, d.Keyword())
	}
	return capabilities
}

// IDField is a field of ID (RFC 2971).
type IDField struct {
	Name, Value string
	HasValue    bool // not NIL
}

// ID reads the argument of ID; nil for NIL. Atoms are taken where strings should be: nothing depends on them, and a client that is refused may
// go away.
func (d *Decoder) ID() (fields []IDField) {
	d.SP()
	if d.peek() != '(' {
		if string(d.keyword()) != "NIL" {
			d.failWord("List or NIL expected")
		}
		return nil
	}
	d.List(func() {
		f := IDField{Name: d.AString()}
		d.SP()
		quoted := d.peek() == '"' || d.peek() == '{'
		f.Value = d.AString()
		if f.HasValue = quoted || !equalFold(f.Value, "NIL"); !f.HasValue {
			f.Value = ""
		}
		fields = append(fields, f)
	})
	return fields
}

// QuotaRoot reads the argument of GETQUOTA (RFC 9208).
func (d *Decoder) QuotaRoot() string {
	d.SP()
	return d.AString()
}

// SetQuotaArgs are what SETQUOTA has behind its name (RFC 9208 4.1.3).
type SetQuotaArgs struct {
	Root   string
	Limits []QuotaLimit
}

// QuotaLimit is the limit of a resource, as STORAGE, which is counted in units of 1,024 bytes.
type QuotaLimit struct {
	Resource string // in upper case
	Limit    uint64
}

// SetQuota reads the arguments of SETQUOTA.
func (d *Decoder) SetQuota() (a SetQuotaArgs) {
	d.SP()
	a.Root = d.AString()
	d.SP()
	d.List(func() {
		l := QuotaLimit{Resource: d.Keyword()}
		d.SP()
		l.Limit = d.Number64()
		a.Limits = append(a.Limits, l)
	})
	return a
}

// ACLArgs are what the commands of RFC 4314 have behind their names: SETACL all of them, DELETEACL and LISTRIGHTS no rights.
type ACLArgs struct {
	Mailbox, Identifier string
	Mode                StoreMode // "+" and "-" before rights
	Rights              string
}

// ACL reads the arguments of SETACL (rights is true), DELETEACL and LISTRIGHTS.
func (d *Decoder) ACL(rights bool) (a ACLArgs) {
	d.SP()
	a.Mailbox = d.Mailbox()
	d.SP()
	a.Identifier = d.AString()
	if !rights {
		return a
	}
	d.SP()
	a.Rights = d.AString()
	switch {
	case a.Rights != "" && a.Rights[0] == '+':
		a.Mode, a.Rights = StoreAdd, a.Rights[1:]
	case a.Rights != "" && a.Rights[0] == '-':
		a.Mode, a.Rights = StoreRemove, a.Rights[1:]
	}
	return a
}

// UIDs reads the argument of UID EXPUNGE (RFC 4315).
func (d *Decoder) UIDs() NumSet {
	d.SP()
	return d.NumSet()
}
