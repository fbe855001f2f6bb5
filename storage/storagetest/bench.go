package storagetest

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// benchRows is the size of the folder that is read.
const benchRows = 20000

// Benchmark measures an engine on an empty store. Each sub-benchmark uses one operation of the server's hot paths.
func Benchmark(b *testing.B, create func(b *testing.B) storage.Store) {
	b.Run("Deliver/clients=1", func(b *testing.B) {
		x := newBench(b, create(b), 1)
		for b.Loop() {
			x.deliver(0)
		}
		x.report()
	})
	b.Run("Deliver/clients=64", func(b *testing.B) {
		x := newBench(b, create(b), 16)
		b.SetParallelism(max(1, 64/runtime.GOMAXPROCS(0)))
		var n atomic.Uint32
		b.RunParallel(func(pb *testing.PB) {
			box := int(n.Add(1)) % len(x.boxes)
			for pb.Next() {
				x.deliver(box)
			}
		})
		x.report()
	})
	b.Run("Read", func(b *testing.B) {
		x := newBench(b, create(b), 1)
		x.fill(benchRows)
		x.read(b)
	})
}

type bench struct {
	b      *testing.B
	s      storage.Store
	boxes  []mailbox
	before uint64
}

func newBench(b *testing.B, s storage.Store, boxes int) *bench {
	b.Cleanup(func() { s.Close() })
	x := &bench{b: b, s: s}
	for range boxes {
		x.boxes = append(x.boxes, benchMailbox(b, s))
	}
	for i := range x.boxes {
		x.deliver(i)
	}
	x.before = s.Statements()
	b.ReportAllocs()
	return x
}

func (x *bench) report() {
	x.b.ReportMetric(float64(x.s.Statements()-x.before)/float64(x.b.N), "statements/op")
}

func benchMailbox(b *testing.B, s storage.Store) (m mailbox) {
	m.guid = mapi.NewGUID()
	err := s.Update(b.Context(), storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		parent := uint32(0)
		for i, id := range []*uint32{&m.store, &m.root, &m.inbox} {
			var err error
			if *id, err = tx.NewObjectID(ctx); err != nil {
				return err
			}
			typ := mapi.TypeFolder
			if i == 0 {
				typ = mapi.TypeStore
			}
			o := &storage.Object{Ref: storage.Ref{ID: *id, Store: m.store, Parent: parent, Type: typ, EntryID: mapi.NewEntryID(m.guid, typ)}}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
			parent = *id
		}
		return nil
	}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// benchMessage is an ordinary mail: 40 properties, 3 recipients, a small attachment.
func benchMessage(ctx context.Context, tx storage.Tx, m mailbox) (*storage.Object, error) {
	o, err := newMessage(ctx, tx, m, m.inbox)
	if err != nil {
		return nil, err
	}
	attach := o.Children[2]
	attach.Children = nil
	id, err := tx.NewObjectID(ctx)
	if err != nil {
		return nil, err
	}
	o.Children = append(o.Children, &storage.Object{Ref: storage.Ref{ID: id, Store: m.store, Parent: o.ID, Message: o.ID, Type: mapi.TypeMailUser},
		Props: mapi.Props{mapi.String(mapi.PrDisplayName, "third")}})
	for i := range uint32(10) {
		o.Props = append(o.Props, mapi.String(mapi.PropTag(0x6600001F+i<<16), "some name or other"), mapi.Binary(mapi.PropTag(0x67000102+i<<16), make([]byte, 48)),
			mapi.Long(mapi.PropTag(0x68000003+i<<16), i))
	}
	return o, nil
}

func (x *bench) deliverIn(ctx context.Context, tx storage.Tx, m mailbox) error {
	o, err := benchMessage(ctx, tx, m)
	if err != nil {
		return err
	}
	return insertIntoInbox(ctx, tx, m, o)
}

func (x *bench) deliver(box int) {
	m := x.boxes[box]
	err := x.s.Update(context.Background(), m.store, func(ctx context.Context, tx storage.Tx) error { return x.deliverIn(ctx, tx, m) }, nil)
	if err != nil {
		x.b.Error(err)
	}
}

func (x *bench) fill(n int) {
	for range n / 500 {
		err := x.s.Update(x.b.Context(), x.boxes[0].store, func(ctx context.Context, tx storage.Tx) error {
			for range 500 {
				if err := x.deliverIn(ctx, tx, x.boxes[0]); err != nil {
					return err
				}
			}
			return nil
		}, nil)
		if err != nil {
			x.b.Fatal(err)
		}
	}
}

func (x *bench) read(b *testing.B) {
	ctx := b.Context()
	q := storage.RowQuery{Parent: x.boxes[0].inbox, Type: mapi.TypeMessage}
	refs, err := x.s.Refs(ctx, q)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, op func(i int) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i = (i*7919 + 1) % len(refs)
				if err := op(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("Object", func(i int) error { _, err := x.s.Object(ctx, refs[i].ID); return err })
	run("RowByID", func(i int) error {
		return x.s.Rows(ctx, storage.RowQuery{IDs: []uint32{refs[i].ID}}, func(*storage.Row) error { return nil })
	})
	run("Rows20000", func(int) error { return x.s.Rows(ctx, q, func(*storage.Row) error { return nil }) })
	run("Refs20000", func(int) error { _, err := x.s.Refs(ctx, q); return err })
	run("MarkRead2000", func(int) error {
		return x.s.Update(ctx, x.boxes[0].store, func(ctx context.Context, tx storage.Tx) error {
			var ids []uint32
			for _, r := range refs[:2000] {
				ids = append(ids, r.ID)
			}
			var rows []*storage.Row
			err := tx.Rows(ctx, storage.RowQuery{IDs: ids}, func(r *storage.Row) error {
				flags := r.Props.Uint32(mapi.PrMessageFlags)
				r.Props.Set(mapi.Long(mapi.PrMessageFlags, flags^mapi.MsgRead))
				rows = append(rows, r)
				return nil
			})
			if err != nil {
				return err
			}
			return tx.PutRows(ctx, rows...)
		}, nil)
	})
}
