package snapshot_test

import (
	"crypto/rand"
	"testing"
	"time"

	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/mapi"
)

// BenchmarkFull makes the first snapshot of a store with mails of some 60 KB, server and program in one process.
func BenchmarkFull(b *testing.B) {
	w := newWorld(b, "")
	anna := w.user("anna")
	inbox := w.defaults(anna)[client.Inbox]
	var size int64
	for range 1000 {
		content := make([]byte, 60<<10)
		rand.Read(content)
		size += int64(len(content))
		w.save(inbox, &mapi.Message{
			Props:       mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "subject")},
			Attachments: []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "a")}, Content: mapi.Bytes(content)}},
		}, false)
	}
	b.SetBytes(size)
	for b.Loop() {
		b.StopTimer()
		w.empty()
		c := snapshot.Capture{Repo: w.open(), Log: w.log(), Now: w.clock, Opened: w.now, Principals: w.principals(), RightsInterval: 24 * time.Hour}
		b.StartTimer()
		if _, err := c.Store(b.Context(), snapshot.Subject{Store: anna, User: "anna", Kind: snapshot.Private}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
