package structure_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// value is a string, a number, NIL or a list of an IMAP answer.
type value struct {
	kind byte // '"', '0', 'N', '('
	text string
	list []value
}

// parseValue reads the grammar of RFC 3501 as strictly as the worst of clients.
func parseValue(s string) (v value, rest string, err error) {
	switch {
	case strings.HasPrefix(s, "NIL"):
		return value{kind: 'N'}, s[3:], nil
	case strings.HasPrefix(s, `"`):
		for i := 1; i < len(s); i++ {
			switch c := s[i]; {
			case c == '"':
				return value{kind: '"', text: s[1:i]}, s[i+1:], nil
			case c == '\\':
				if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
					return v, "", errors.New("a backslash quotes nothing")
				}
			case c == '\r' || c == '\n' || c == 0 || c >= 0x80:
				return v, "", fmt.Errorf("%#x in a quoted string", c)
			}
		}
		return v, "", errors.New("a string does not end")
	case strings.HasPrefix(s, "("):
		v.kind = '('
		rest = s[1:]
		for !strings.HasPrefix(rest, ")") {
			if len(v.list) > 0 {
				after, blank := strings.CutPrefix(rest, " ")
				if !blank && !strings.HasPrefix(rest, "(") {
					return v, "", fmt.Errorf("no blank in front of %.20q", rest)
				}
				rest = after
			}
			var e value
			if e, rest, err = parseValue(rest); err != nil {
				return v, "", err
			}
			v.list = append(v.list, e)
		}
		return v, rest[1:], nil
	}
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 {
		return v, "", fmt.Errorf("no value: %.20q", s)
	}
	if _, err := strconv.ParseUint(s[:n], 10, 63); err != nil {
		return v, "", err
	}
	return value{kind: '0', text: s[:n]}, s[n:], nil
}

func (v value) nstring() bool { return v.kind == '"' || v.kind == 'N' }

// checkEnvelope finds what is wrong with an envelope.
func checkEnvelope(v value) error {
	if v.kind != '(' || len(v.list) != 10 {
		return fmt.Errorf("an envelope has %d fields", len(v.list))
	}
	for i, f := range v.list {
		if i < 2 || i > 7 {
			if !f.nstring() {
				return fmt.Errorf("field %d is no string", i)
			}
			continue
		}
		if f.kind == 'N' {
			continue
		}
		if f.kind != '(' || len(f.list) == 0 {
			return fmt.Errorf("field %d is no list of addresses", i)
		}
		for _, a := range f.list {
			if a.kind != '(' || len(a.list) != 4 {
				return errors.New("an address has not four fields")
			}
			for _, p := range a.list {
				if !p.nstring() {
					return errors.New("part of an address is no string")
				}
			}
		}
	}
	return nil
}

// checkBody finds what is wrong with a body structure.
func checkBody(v value, extended bool) error {
	if v.kind != '(' || len(v.list) == 0 {
		return errors.New("a body is no list")
	}
	if v.list[0].kind == '(' {
		n := 0
		for n < len(v.list) && v.list[n].kind == '(' {
			if err := checkBody(v.list[n], extended); err != nil {
				return err
			}
			n++
		}
		if n == len(v.list) || v.list[n].kind != '"' {
			return errors.New("a multipart has no subtype")
		}
		rest := v.list[n+1:]
		if !extended {
			return wantNone(rest)
		}
		if len(rest) != 4 {
			return fmt.Errorf("a multipart has %d extension fields", len(rest))
		}
		return errors.Join(checkParams(rest[0]), checkEnd(rest[1:]))
	}
	return checkSingle(v.list, extended)
}

func checkSingle(f []value, extended bool) error {
	if len(f) < 7 || f[0].kind != '"' || f[1].kind != '"' || !f[3].nstring() || !f[4].nstring() || f[5].kind != '"' || f[6].kind != '0' {
		return errors.New("the fields of a part are wrong")
	}
	if err := checkParams(f[2]); err != nil {
		return err
	}
	rest := f[7:]
	switch typ := strings.ToLower(f[0].text); {
	case typ == "text":
		if len(rest) == 0 || rest[0].kind != '0' {
			return errors.New("text has no lines")
		}
		rest = rest[1:]
	case typ == "message" && (strings.EqualFold(f[1].text, "rfc822") || strings.EqualFold(f[1].text, "global")):
		if len(rest) < 3 || rest[2].kind != '0' {
			return errors.New("a message lacks envelope, body or lines")
		}
		if err := errors.Join(checkEnvelope(rest[0]), checkBody(rest[1], extended)); err != nil {
			return err
		}
		rest = rest[3:]
	case typ == "multipart":
		return errors.New("a multipart without parts")
	}
	if !extended {
		return wantNone(rest)
	}
	if len(rest) != 4 || !rest[0].nstring() {
		return fmt.Errorf("a part has %d extension fields", len(rest))
	}
	return checkEnd(rest[1:])
}

func wantNone(rest []value) error {
	if len(rest) > 0 {
		return fmt.Errorf("%d fields too many", len(rest))
	}
	return nil
}

func checkParams(v value) error {
	if v.kind == 'N' {
		return nil
	}
	if v.kind != '(' || len(v.list) == 0 || len(v.list)%2 != 0 {
		return errors.New("parameters are no pairs")
	}
	for _, p := range v.list {
		if p.kind != '"' {
			return errors.New("a parameter is no string")
		}
	}
	return nil
}

// checkEnd looks at disposition, languages and location.
func checkEnd(f []value) error {
	if d := f[0]; d.kind != 'N' {
		if d.kind != '(' || len(d.list) != 2 || d.list[0].kind != '"' {
			return errors.New("the disposition is wrong")
		}
		if err := checkParams(d.list[1]); err != nil {
			return err
		}
	}
	if l := f[1]; !l.nstring() && (l.kind != '(' || len(l.list) == 0) || !f[2].nstring() {
		return errors.New("languages or location are wrong")
	}
	return nil
}
