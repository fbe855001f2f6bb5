package main

import "fmt"

func (c *codec) encoder(s *source, st structure) error {
	s.f("func (v *%s) appendTo(dst []byte) []byte {", st.goName)
	if st.goName == "SaveObject" {
		s.f("\tif v.Raw != nil {\n\t\treturn append(dst, v.Raw...)\n\t}")
	}
	for i, name := range fieldNames(st.fields) {
		f := st.fields[i]
		if f.Repeated {
			s.f("\tfor i := range v.%s {\n\t\tdst = append(dst, \"<%s>\"...)\n\t\tdst = v.%s[i].appendTo(dst)\n\t\tdst = append(dst, \"</%s>\"...)\n\t}", name, f.Name, name, f.Name)
			continue
		}
		if err := c.encodeField(s, f, "v."+name, st.status); err != nil {
			return fmt.Errorf("%s: %w", st.goName, err)
		}
	}
	s.f("\treturn dst\n}\n")
	return nil
}

// encodeField writes the statements that append one element.
func (c *codec) encodeField(s *source, f Field, value, status string) error {
	tags := fmt.Sprintf("%q, %q", "<"+f.Name+">", "</"+f.Name+">")
	empty := fmt.Sprintf("%q", "<"+f.Name+"/>")
	if f.Name == status {
		s.f("\tdst = appendUint(dst, %s, uint64(%s))", tags, value)
		return nil
	}
	optional := f.Optional && f.Type != "string"
	if optional {
		s.f("\tif %s != nil {", value)
		defer s.f("\t}")
		switch c.in.byName[f.Type] {
		case nil:
			if f.Type != "base64Binary" {
				value = "*" + value
			}
		}
	}
	switch f.Type {
	case "unsignedInt", "unsignedLong":
		s.f("\tdst = appendUint(dst, %s, uint64(%s))", tags, value)
	case "short", "int", "long":
		s.f("\tdst = appendInt(dst, %s, int64(%s))", tags, value)
	case "boolean":
		s.f("\tdst = appendBool(dst, %s, %s)", tags, value)
	case "dateTime":
		s.f("\tdst = appendTime(dst, %s, %s)", tags, value)
	case "string":
		fn := "appendText"
		if f.Optional {
			fn = "appendNullString"
		}
		s.f("\tdst = %s(dst, %s, %s, %s)", fn, tags, empty, value)
	case "base64Binary":
		s.f("\tdst = appendBinary(dst, %s, %s)", tags, value)
	case "restrictTable":
		s.f("\tdst = appendRestriction(dst, %s, %s)", tags, value)
	case "xopBinary":
		s.f("\tdst = appendXOP(dst, %q, %s)", f.Name, value)
	default:
		return c.encodeCompound(s, f, value)
	}
	return nil
}

// encodeCompound writes the statements that append an array, a list or a structure.
func (c *codec) encodeCompound(s *source, f Field, value string) error {
	t := c.in.byName[f.Type]
	if t == nil {
		return fmt.Errorf("field %s has unsupported type %s", f.Name, f.Type)
	}
	address := "&"
	if f.Optional {
		address = ""
	}
	open := fmt.Sprintf("\tdst = append(dst, %q...)", "<"+f.Name)
	closed := fmt.Sprintf("\tdst = append(dst, %q...)", "</"+f.Name+">")
	switch {
	case f.Type == "propVal":
		s.f("\tdst = append(dst, %q...)\n\tdst = appendPropValContent(dst, %s%s)\n%s", "<"+f.Name+">", address, value, closed)
	case f.Type == "rowSet":
		s.f("%s\n\tdst = appendRows(dst, %s%s)\n%s", open, address, value, closed)
	case f.Type == "propValArray":
		s.f("%s\n\tdst = appendProps(dst, %s)\n%s", open, value, closed)
	case f.Type == "propTagArray":
		s.f("%s\n\tdst = appendPropTags(dst, %s)\n%s", open, value, closed)
	case f.Type == "sortOrderArray":
		s.f("%s\n\tdst = appendSortOrders(dst, %s)\n%s", open, value, closed)
	case t.Kind == "struct":
		s.f("\tdst = append(dst, %q...)\n\tdst = %s.appendTo(dst)\n%s", "<"+f.Name+">", value, closed)
	default:
		c.lists[f.Type] = true
		s.f("%s\n\tdst = append%s(dst, %s)\n%s", open, exported(f.Type), value, closed)
	}
	return nil
}
