package legacy

import (
	"database/sql"
	"fmt"

	"zarafa/mapi"
)

// columns are the columns of properties and mvproperties that hold a value; which of them counts, the type says.
type columns struct {
	ulong   sql.NullInt64
	text    []byte // nil: NULL
	binary  []byte
	double  sql.NullFloat64
	longint sql.NullInt64
	hi, lo  sql.NullInt64
}

const valueColumns = "val_ulong,val_string,val_binary,val_double,val_longint,val_hi,val_lo"

// dest are the places for a row.
func (c *columns) dest(before ...any) []any {
	return append(before, &c.ulong, &c.text, &c.binary, &c.double, &c.longint, &c.hi, &c.lo)
}

// errNoValue: the column that the type of a property wants is NULL.
type errNoValue struct{ column string }

func (e errNoValue) Error() string { return e.column + " is NULL" }

// value makes a single value of a row. The bytes are the row's.
func value(tag mapi.PropTag, c *columns) (mapi.PropValue, error) {
	v := mapi.PropValue{Tag: tag.Canonical()}
	switch t := tag.Type(); t {
	case mapi.PtI2, mapi.PtLong, mapi.PtBoolean, mapi.PtError, mapi.PtNull, mapi.PtObject:
		if !c.ulong.Valid {
			return v, errNoValue{"val_ulong"}
		}
		v.Num = uint64(uint32(c.ulong.Int64))
		if t == mapi.PtI2 {
			v.Num = uint64(int64(int16(c.ulong.Int64))) // the column is unsigned, the type is not
		}
		if t == mapi.PtBoolean && v.Num != 0 {
			v.Num = 1
		}
	case mapi.PtR4, mapi.PtDouble, mapi.PtAppTime:
		if !c.double.Valid {
			return v, errNoValue{"val_double"}
		}
		v = mapi.Float(v.Tag, c.double.Float64)
	case mapi.PtI8:
		if !c.longint.Valid {
			return v, errNoValue{"val_longint"}
		}
		v.Num = uint64(c.longint.Int64)
	case mapi.PtSysTime, mapi.PtCurrency:
		if !c.hi.Valid || !c.lo.Valid {
			return v, errNoValue{"val_hi or val_lo"}
		}
		v.Num = uint64(uint32(c.hi.Int64))<<32 | uint64(uint32(c.lo.Int64))
	case mapi.PtString8, mapi.PtUnicode:
		if c.text == nil {
			return v, errNoValue{"val_string"}
		}
		v.Data = c.text
	case mapi.PtBinary, mapi.PtCLSID:
		if c.binary == nil {
			return v, errNoValue{"val_binary"}
		}
		v.Data = c.binary
	default:
		return v, fmt.Errorf("values of type 0x%04X are not known", uint16(t))
	}
	return v, nil
}
