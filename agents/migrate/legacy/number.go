package legacy

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"zarafa/mapi"
)

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// Settings are what the server keeps in its table settings.
type Settings struct {
	ServerGUID mapi.GUID
	SourceKey  uint64 // how far the counter of source keys has come
	IMAP       uint32 // how far that of IMAP ids has come
	Storage    string // attachment_storage as the server last saw it; empty: it did not write it down
}

// Settings reads the table.
func (s *Session) Settings(ctx context.Context) (Settings, error) {
	values := map[string][]byte{}
	err := s.query(ctx, "SELECT name,value FROM settings", nil, func(r *sql.Rows) error {
		var name string
		var value []byte
		err := r.Scan(&name, &value)
		values[name] = value
		return err
	})
	if err != nil {
		return Settings{}, err
	}
	return parseSettings(values)
}

func parseSettings(values map[string][]byte) (set Settings, err error) {
	guid, ok := mapi.GUIDOf(values["server_guid"])
	if !ok {
		return set, fmt.Errorf("the row server_guid of the table settings has %d bytes in place of 16; restore it from a backup", len(values["server_guid"]))
	}
	set.ServerGUID, set.Storage = guid, string(values["attachment_storage"])
	switch counter := values["source_key_auto_increment"]; len(counter) {
	case 0:
	case 8:
		set.SourceKey = binary.LittleEndian.Uint64(counter)
	default:
		return set, fmt.Errorf("the row source_key_auto_increment of the table settings has %d bytes in place of 8", len(counter))
	}
	if text := strings.TrimSpace(string(values["imapseq"])); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return set, fmt.Errorf("the row imapseq of the table settings is no number: %q", text)
		}
		set.IMAP = uint32(n)
	}
	return set, nil
}

// Highest is how far a table's numbers have come: the highest in use and, where the database tells it, the last that was given.
func (s *Session) Highest(ctx context.Context, table string) (uint32, error) {
	columns := map[string]string{
		"hierarchy": "id", "changes": "id", "abchanges": "id", "syncs": "id", "users": "id", "names": "id",
	}
	column, ok := columns[table]
	if !ok {
		return 0, fmt.Errorf("table %s has no numbers", table)
	}
	var used, next sql.NullInt64
	if _, err := s.one(ctx, "SELECT MAX("+column+") FROM "+table, nil, &used); err != nil {
		return 0, err
	}
	_, err := s.one(ctx, "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME=?", []any{table}, &next)
	return uint32(max(used.Int64, next.Int64-1, 0)), err
}

// HighestUser is the highest number of a user that anything refers to, be he there or not.
func (s *Session) HighestUser(ctx context.Context) (uint32, error) {
	highest, err := s.Highest(ctx, "users")
	if err != nil {
		return 0, err
	}
	for _, text := range []string{"SELECT MAX(user_id) FROM stores", "SELECT MAX(id) FROM acl WHERE id>0"} {
		var n sql.NullInt64
		if _, err := s.one(ctx, text, nil, &n); err != nil {
			return 0, err
		}
		if n.Int64 <= 1<<31 {
			highest = max(highest, uint32(n.Int64))
		}
	}
	return highest, nil
}

// Count counts the rows of a table.
func (s *Session) Count(ctx context.Context, what Countable) (n int64, err error) {
	_, err = s.one(ctx, what.text, nil, &n)
	return n, err
}

// Countable is something that can be counted.
type Countable struct{ text string }

// What can be counted.
func Objects() Countable { return Countable{"SELECT COUNT(*) FROM hierarchy"} }

// Messages are those in folders and those in attachments.
func Messages() Countable { return Countable{"SELECT COUNT(*) FROM hierarchy WHERE type=5"} }
