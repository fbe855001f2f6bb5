package main

import "fmt"

// primitives maps the scalar types to Go.
var primitives = map[string]string{
	"short": "int16", "int": "int32", "unsignedInt": "uint32", "long": "int64", "unsignedLong": "uint64",
	"boolean": "bool", "float": "float32", "double": "float64", "dateTime": "time.Time",
}

// handWritten maps the types whose codec is written by hand to Go.
var handWritten = map[string]string{
	"propVal": "mapi.PropValue", "restrictTable": "*mapi.Restriction", "rowSet": "RowSet", "sortOrder": "mapi.SortOrder",
	"xopBinary": "XOP",
}

// goType is the Go type of a field.
func (in *Interface) goType(f Field) (string, error) {
	if f.Repeated {
		f.Repeated, f.Optional = false, false
		item, err := in.goType(f)
		return "[]" + item, err
	}
	if p, ok := primitives[f.Type]; ok {
		return pointer(f.Optional) + p, nil
	}
	switch f.Type {
	case "string":
		if f.Optional {
			return "NullString", nil
		}
		return "string", nil
	case "base64Binary":
		return "[]byte", nil
	case "propTagArray":
		return "[]mapi.PropTag", nil
	case "restrictTable":
		return handWritten[f.Type], nil
	}
	if h, ok := handWritten[f.Type]; ok {
		return pointer(f.Optional) + h, nil
	}
	t := in.byName[f.Type]
	if t == nil {
		return "", fmt.Errorf("field %s has unknown type %s", f.Name, f.Type)
	}
	switch t.Kind {
	case "struct":
		return pointer(f.Optional) + in.typeName(t.Name), nil
	case "list":
		return in.goType(t.Fields[0])
	case "soapArray":
		return in.goType(t.Item)
	}
	return "", fmt.Errorf("field %s has type %s of unsupported kind %s", f.Name, f.Type, t.Kind)
}

func pointer(optional bool) string {
	if optional {
		return "*"
	}
	return ""
}

// generatedStruct reports whether a declared type becomes a generated Go struct.
func (in *Interface) generatedStruct(name string) bool {
	t := in.byName[name]
	return t != nil && t.Kind == "struct" && handWritten[name] == ""
}
