//go:build !race

package client_test

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// allocated is what a step takes of memory, whether it is given back or not; client and server are one process here.
func allocated(step func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	step()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// An attachment of 50 MB goes up and comes down in pieces: all that is allocated on the way up, by both sides, is a fraction of it, and so is what
// is in use at any time on the way down.
func TestLargeAttachmentMemory(t *testing.T) {
	const size, most = 50 << 20, 16 << 20
	i := servertest.Start(t, config.EngineSQLite, settings)
	_, ids := mailbox(t, i)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	opened := 0
	m := everything(file{size, &opened})
	var id mapi.EntryID
	var err error
	if n := allocated(func() { id, err = s.SaveMessage(t.Context(), ids[client.Inbox], m, client.SaveOptions{}) }); n > most || err != nil {
		t.Errorf("saving allocates %d MiB, %v", n>>20, err)
	}
	if opened != 1 {
		t.Errorf("the content was opened %d times", opened)
	}
	made.were(t, "save", "importMessageFromStream")
	got, err := s.LoadMessage(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	start := live()
	r, err := got.Attachments[1].Message.Attachments[0].Content.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for read := int64(0); ; {
		n, err := io.CopyN(io.Discard, r, 1<<20)
		if read += n; err != nil {
			if read != size || !errors.Is(err, io.EOF) {
				t.Errorf("%d bytes, %v", read, err)
			}
			break
		}
		if now := live(); now > start+most {
			t.Fatalf("after %d MiB %d MiB more are in use", read>>20, (now-start)>>20)
		}
	}
}

// live is the memory in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
