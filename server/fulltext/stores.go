package fulltext

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// Place is how far the changes of a store have been followed; known is false for a store that the index has not begun with.
func (x *Index) Place(ctx context.Context, store uint32) (p Place, known bool, err error) {
	err = x.readers.QueryRowContext(ctx, "SELECT position, complete FROM stores WHERE store=?", store).Scan(&p.Position, &p.Complete)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// stores lists those that the index knows.
func (x *Index) stores(ctx context.Context) ([]uint32, error) {
	return x.numbers(ctx, "SELECT store FROM stores")
}

// present lists the messages of a store that the index has, ascending.
func (x *Index) present(ctx context.Context, store uint32) ([]uint32, error) {
	return x.numbers(ctx, "SELECT id & 0xFFFFFFFF FROM messages WHERE id BETWEEN ? AND ? ORDER BY id", rowID(store, 0), rowID(store, ^uint32(0)))
}

func (x *Index) numbers(ctx context.Context, query string, args ...any) ([]uint32, error) {
	rows, err := x.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uint32
	for rows.Next() {
		var n uint32
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// forget removes a store with its messages.
func (x *Index) forget(ctx context.Context, store uint32) error {
	messages, err := x.present(ctx, store)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(messages, 1000) {
		if err := x.Put(ctx, store, nil, chunk, Place{}); err != nil {
			return err
		}
	}
	_, err = x.writer.ExecContext(ctx, "DELETE FROM stores WHERE store=?", store)
	return err
}

// setClean notes that the index has every change up to one, and that nobody writes to it now.
func (x *Index) setClean(ctx context.Context, lastChange uint32) error {
	_, err := x.writer.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('clean', ?) ON CONFLICT(name) DO UPDATE SET value=excluded.value", lastChange)
	return err
}

// takeClean takes the note back; ok is false if there is none.
func (x *Index) takeClean(ctx context.Context) (lastChange uint32, ok bool, err error) {
	err = x.writer.QueryRowContext(ctx, "DELETE FROM meta WHERE name='clean' RETURNING value").Scan(&lastChange)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return lastChange, err == nil, err
}
