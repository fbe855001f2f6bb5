package main

import (
	"context"
	"math/rand/v2"
	"strings"

	"zarafa/mapi"
	"zarafa/storage"
)

// writer makes mails. Each has a random generator of its own, so that the same number makes the same mail.
type writer struct {
	rng *rand.Rand
}

func mailOf(n int) *writer { return &writer{rand.New(rand.NewPCG(uint64(n), 7))} }

// text is words as a language has them: some often, most seldom.
func (w *writer) text(size int) string {
	const letters = "etaoinshrdlucmfwypvbgkjqxz"
	var b strings.Builder
	b.Grow(size + 12)
	for b.Len() < size {
		word := uint64(w.rng.ExpFloat64() * 400)
		word = word*2654435761 + 12345
		for range 2 + word%8 {
			b.WriteByte(letters[word%26])
			word = word*6364136223846793005>>7 + 1442695040888963407>>9
		}
		b.WriteByte(' ')
	}
	return b.String()[:size]
}

func (w *writer) bytes(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(w.rng.Uint32())
	}
	return b
}

const firstTime = 133_000_000_000_000_000

// message makes mail n as a delivery agent stores it: some 42 properties, two recipients, sometimes an attachment. It gives the mail's size too.
func (w *writer) message(ctx context.Context, tx storage.Tx, f *folder, n int) (o *storage.Object, mime int64, err error) {
	next := func() (id uint32) {
		if err == nil {
			id, err = tx.NewObjectID(ctx)
		}
		return id
	}
	o = &storage.Object{Ref: storage.Ref{ID: next(), Store: f.Store, Parent: f.ID, Type: mapi.TypeMessage, Owner: 3, EntryID: mapi.NewEntryID(f.GUID, mapi.TypeMessage)}}
	if err == nil {
		o.SourceKey, err = tx.NewSourceKey(ctx)
	}
	headers, body := 1200+w.rng.IntN(1600), min(200+int(w.rng.ExpFloat64()*3600), 28<<10)
	mime = int64(headers + body)
	at := mapi.FileTime(firstTime + int64(n)*10_000_000)
	o.Props = mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, w.text(20+w.rng.IntN(50))),
		mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Time(mapi.PrLastModificationTime, at),
		mapi.Long(mapi.PrMessageFlags, w.rng.Uint32N(2)), mapi.Long(mapi.PrMessageSize, uint32(mime)),
		mapi.String(mapi.PrDisplayTo, w.text(30)), mapi.String(mapi.PrBody, w.text(body)),
		mapi.String(0x007D001F, w.text(headers)), mapi.String(0x1035001F, "<"+w.text(40)+">"),
		mapi.Binary(mapi.PrSearchKey, w.bytes(16)), mapi.Binary(0x00710102, w.bytes(22)),
	}
	for i := range uint32(8) { // who sent it, for whom, and who is to be answered
		o.Props = append(o.Props, mapi.String(mapi.PropTag(0x0C1A001F+i<<16), w.text(22)))
	}
	for i := range uint32(6) {
		o.Props = append(o.Props, mapi.Binary(mapi.PropTag(0x00410102+i<<16), w.bytes(64)))
	}
	for i := range uint32(8) {
		o.Props = append(o.Props, mapi.Long(mapi.PropTag(0x68000003+i<<16), w.rng.Uint32N(50000)))
	}
	for i := range uint32(4) {
		o.Props = append(o.Props, mapi.Time(mapi.PropTag(0x69000040+i<<16), at))
	}
	for range 2 {
		o.Children = append(o.Children, &storage.Object{
			Ref:   storage.Ref{ID: next(), Store: f.Store, Parent: o.ID, Message: o.ID, Type: mapi.TypeMailUser},
			Props: mapi.Props{mapi.String(mapi.PrDisplayName, w.text(20)), mapi.Long(mapi.PrRecipientType, 1), mapi.String(0x3003001F, w.text(25)), mapi.Binary(0x0FFF0102, w.bytes(60))},
		})
	}
	if n%25 == 0 {
		data := w.bytes(20000 + w.rng.IntN(40000))
		mime += int64(len(data)) * 138 / 100
		o.Children = append(o.Children, &storage.Object{
			Ref:   storage.Ref{ID: next(), Store: f.Store, Parent: o.ID, Message: o.ID, Type: mapi.TypeAttach},
			Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, w.text(12)), mapi.Binary(mapi.PrAttachDataBin, data)},
		})
	}
	return o, mime, err
}

// deliver puts mail n into a folder, with everything that a delivery writes.
func deliver(ctx context.Context, tx storage.Tx, f *folder, n int) (id uint32, mime int64, err error) {
	o, mime, err := mailOf(n).message(ctx, tx, f, n)
	if err != nil {
		return 0, 0, err
	}
	if err := tx.Insert(ctx, o); err != nil {
		return 0, 0, err
	}
	if err := tx.AddCounters(ctx, f.Store, f.ID, storage.Counters{Content: 1, Unread: 1}); err != nil {
		return 0, 0, err
	}
	if err := tx.AddCounters(ctx, f.Store, f.Store, storage.Counters{Size: mime}); err != nil {
		return 0, 0, err
	}
	change, err := tx.NewChangeID(ctx)
	if err != nil {
		return 0, 0, err
	}
	return o.ID, mime, tx.PutChange(ctx, storage.Change{ID: change, Parent: f.Key, SourceKey: o.SourceKey, Type: 0x1001})
}
