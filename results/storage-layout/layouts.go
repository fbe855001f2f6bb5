package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A layout is a way to keep messages in tables.
type layout struct {
	name   string
	tables []string
	// insert gives the statements of one delivery, with their arguments.
	insert func(m message) []statement
	// page reads the columns that tables show, of all messages of a folder; whole reads one message.
	page, whole func(m message) statement
}

type statement struct {
	text string
	args []any
}

const (
	refColumns = "store INT UNSIGNED NOT NULL, folder INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL"
	object     = "CREATE TABLE hierarchy (" + refColumns + ", type TINYINT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL, owner INT UNSIGNED NOT NULL," +
		" entryid VARBINARY(255), sourcekey VARBINARY(255), PRIMARY KEY (store,folder,id), UNIQUE KEY h_id (id), UNIQUE KEY h_entryid (entryid), UNIQUE KEY h_sourcekey (sourcekey)) ENGINE=InnoDB"
	value = "tag SMALLINT UNSIGNED NOT NULL, type SMALLINT UNSIGNED NOT NULL, val_ulong INT UNSIGNED, val_longint BIGINT, val_string LONGTEXT CHARACTER SET utf8mb4, val_binary LONGBLOB"
)

// layouts are the candidates of docs/database.md's question.
func layouts() []layout {
	return []layout{packed(), clustered(), original()}
}

// packed is what storage/internal/sqlstore does: typed columns for what tables sort and filter by, the other short
// properties in one JSON column, and what tables do not show whole in a row of another table.
func packed() layout {
	return layout{
		name: "packed row, typed columns",
		tables: []string{
			"CREATE TABLE hierarchy (" + refColumns + ", type TINYINT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL, owner INT UNSIGNED NOT NULL," +
				" entryid VARBINARY(255), sourcekey VARBINARY(255), message_class VARCHAR(255), subject VARCHAR(255), delivery_time BIGINT, last_modified BIGINT," +
				" message_flags INT UNSIGNED, message_size INT UNSIGNED, props LONGTEXT NOT NULL," +
				" PRIMARY KEY (store,folder,id), UNIQUE KEY h_id (id), UNIQUE KEY h_entryid (entryid), UNIQUE KEY h_sourcekey (sourcekey)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
			"CREATE TABLE parts (store INT UNSIGNED NOT NULL, message INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL, props LONGTEXT NOT NULL," +
				" PRIMARY KEY (store,message,id), UNIQUE KEY p_id (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
		},
		insert: func(m message) []statement {
			return []statement{
				{"INSERT INTO hierarchy VALUES (?,?,?,5,0,3,?,?,?,?,?,?,?,?,?)", []any{m.store, m.folder, m.id, m.entryID(), m.sourceKey(),
					m.text(tagClass), m.text(tagSubject), m.number(tagDelivery), m.number(tagModified), m.number(tagFlags), m.number(tagSize), m.json(false)}},
				{"INSERT INTO parts VALUES (?,?,?,?)", []any{m.store, m.id, m.id, m.json(true)}},
			}
		},
		page: func(m message) statement {
			return statement{"SELECT id,message_class,subject,delivery_time,last_modified,message_flags,message_size,props FROM hierarchy WHERE store=? AND folder=? ORDER BY id",
				[]any{m.store, m.folder}}
		},
		whole: func(m message) statement {
			return statement{"SELECT subject,props FROM hierarchy WHERE id=? UNION ALL SELECT NULL,p.props FROM hierarchy h JOIN parts p ON p.store=h.store AND p.message=h.id WHERE h.id=?",
				[]any{m.id, m.id}}
		},
	}
}

// clustered keeps a row for each property, the properties of a folder's messages together.
func clustered() layout {
	return layout{
		name: "a row a property, clustered by folder",
		tables: []string{
			object,
			"CREATE TABLE properties (" + refColumns + ", " + value + ", PRIMARY KEY (store,folder,id,tag,type)) ENGINE=InnoDB",
		},
		insert: func(m message) []statement {
			return []statement{m.object(), m.properties("INSERT INTO properties VALUES ", []any{m.store, m.folder, m.id}, m.all())}
		},
		page: func(m message) statement {
			return statement{"SELECT id,tag,val_ulong,val_longint,LEFT(val_string,255),LEFT(val_binary,511) FROM properties WHERE store=? AND folder=? AND tag IN (" + tableTags() + ") ORDER BY id,tag",
				[]any{m.store, m.folder}}
		},
		whole: func(m message) statement {
			return statement{"SELECT p.tag,p.val_ulong,p.val_longint,p.val_string,p.val_binary FROM hierarchy h JOIN properties p ON p.store=h.store AND p.folder=h.folder AND p.id=h.id WHERE h.id=?",
				[]any{m.id}}
		},
	}
}

// original keeps a row for each property by message, and a shortened copy of it by folder for tables.
func original() layout {
	return layout{
		name: "a row a property by message, a copy by folder",
		tables: []string{
			object,
			"CREATE TABLE properties (id INT UNSIGNED NOT NULL, " + value + ", PRIMARY KEY (id,tag,type)) ENGINE=InnoDB",
			"CREATE TABLE tproperties (folder INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL, " + value + ", PRIMARY KEY (folder,tag,id,type), KEY t_id (id)) ENGINE=InnoDB",
		},
		insert: func(m message) []statement {
			return []statement{
				m.object(),
				m.properties("INSERT INTO properties VALUES ", []any{m.id}, m.all()),
				m.properties("INSERT INTO tproperties VALUES ", []any{m.folder, m.id}, m.short()),
			}
		},
		page: func(m message) statement {
			return statement{"SELECT id,tag,val_ulong,val_longint,val_string,val_binary FROM tproperties WHERE folder=? AND tag IN (" + tableTags() + ") ORDER BY id,tag", []any{m.folder}}
		},
		whole: func(m message) statement {
			return statement{"SELECT tag,val_ulong,val_longint,val_string,val_binary FROM properties WHERE id=?", []any{m.id}}
		},
	}
}

func tableTags() string {
	var list []string
	for _, p := range template() {
		if p.column {
			list = append(list, fmt.Sprint(p.tag))
		}
	}
	return strings.Join(list, ",")
}

func (m message) object() statement {
	return statement{"INSERT INTO hierarchy VALUES (?,?,?,5,0,3,?,?)", []any{m.store, m.folder, m.id, m.entryID(), m.sourceKey()}}
}

// properties makes one INSERT of all values; key are the columns before the tag.
func (m message) properties(text string, key []any, values []property) statement {
	row := "(" + strings.Repeat("?,", len(key)+5) + "?)"
	var args []any
	for _, p := range values {
		args = append(args, key...)
		args = append(args, p.tag, p.kind)
		switch v := p.value.(type) {
		case int64:
			if p.kind == typeLong {
				args = append(args, v, nil, nil, nil)
			} else {
				args = append(args, nil, v, nil, nil)
			}
		case string:
			args = append(args, nil, nil, v, nil)
		case []byte:
			args = append(args, nil, nil, nil, v)
		}
	}
	return statement{text + row + strings.Repeat(","+row, len(values)-1), args}
}

// json packs the properties as tables show them, or those that they do not show whole.
func (m message) json(elsewhere bool) string {
	var list [][2]any
	values := m.short()
	if elsewhere {
		values = m.all()
	}
	for _, p := range values {
		if s, ok := p.value.(string); elsewhere && !p.hidden && (!ok || len(s) <= tableCap) {
			continue
		}
		list = append(list, [2]any{fmt.Sprintf("%04X%04X", p.tag, p.kind), p.value})
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings, numbers and bytes
	}
	return string(b)
}
