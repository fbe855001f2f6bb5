package client_test

import (
	"bytes"
	"fmt"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// bodies opens a table of a folder with whole mails, by UID.
func bodies(folder mapi.EntryID) client.TableQuery {
	return client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | mapi.OpenNoCap,
		Columns: []mapi.PropTag{mapi.PrECIMAPID, mapi.PrModificationNumber, mapi.PrSubject, mapi.PrTransportMessageHeaders, mapi.PrECIMAPEmail},
		Sort:    []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
	}
}

// readBodies reads all rows of a table in bounded answers, and says how many that were.
func readBodies(t testing.TB, s *client.Session, q client.TableQuery, visit func(mapi.Props)) (answers int) {
	t.Helper()
	table, err := s.OpenTable(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close(t.Context())
	for {
		rows, err := table.BoundedRows(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return answers
		}
		answers++
		for _, row := range rows {
			visit(row)
		}
	}
}

// The mails of a folder come whole and in order whatever their sizes, the header in its property too, in answers of bounded size and few statements.
func TestBodies(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			i := servertest.Start(t, engine, settings)
			_, ids := mailbox(t, i)
			s := logOn(t, i, client.Options{User: "alice"})
			var want [][]byte
			for n, size := range []int{10, 254, 255, 256, 6000, 1 << 20, 5 << 20, 7 << 20, 0, 300, 6000, 6000} {
				mail := bytes.Repeat(fmt.Appendf(nil, "%d/%d\r\n", n/2*2, size), size/6+1)[:size] // some are the same
				want = append(want, mail)
				_, err := s.SaveMessage(t.Context(), ids[client.Inbox], &mapi.Message{Props: mapi.Props{
					mapi.Binary(mapi.PrECIMAPEmail, mail), mapi.String(mapi.PrSubject, fmt.Sprint(n)), mapi.String(mapi.PrTransportMessageHeaders, string(bytes.Repeat([]byte("é"), size%5000))),
				}}, client.SaveOptions{})
				if err != nil {
					t.Fatal(err)
				}
			}
			n := 0
			answers := readBodies(t, s, bodies(ids[client.Inbox]), func(row mapi.Props) {
				if got := row.Bytes(mapi.PrECIMAPEmail); !bytes.Equal(got, want[n]) || row.Str(mapi.PrSubject) != fmt.Sprint(n) || row.Uint32(mapi.PrModificationNumber) == 0 {
					t.Errorf("mail %d has %d bytes, want %d: %v", n, len(got), len(want[n]), row.Str(mapi.PrSubject))
				}
				if got := len(row.Str(mapi.PrTransportMessageHeaders)); got != 2*(len(want[n])%5000) {
					t.Errorf("mail %d has a header of %d bytes", n, got)
				}
				n++
			})
			if n != len(want) || answers != 3 {
				t.Errorf("%d mails in %d answers", n, answers)
			}
			// Two hundred cost two statements for 128.
			manyMessages(t, s, ids[client.Drafts], 200)
			readBodies(t, s, bodies(ids[client.Drafts]), func(mapi.Props) {})
			before := statements(t, i)
			readBodies(t, s, bodies(ids[client.Drafts]), func(mapi.Props) {})
			if used := statements(t, i) - before; used != 4 {
				t.Errorf("%v statements", used)
			}
		})
	}
}

// statements are how many SQL statements a server has executed.
func statements(t *testing.T, i *servertest.Instance) float64 {
	t.Helper()
	families, err := i.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "zarafa_sql_statements_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("statements are not counted")
	return 0
}

// BenchmarkBodies reads a thousand mails of 5.8 KB.
func BenchmarkBodies(b *testing.B) {
	for _, engine := range servertest.Engines() {
		b.Run(engine, func(b *testing.B) {
			i := servertest.Start(b, engine, settings)
			s, folder := benchMailbox(b, i)
			manyMessages(b, s, folder, 1000)
			for b.Loop() {
				n, size := 0, 0
				readBodies(b, s, bodies(folder), func(row mapi.Props) { n, size = n+1, size+len(row.Bytes(mapi.PrECIMAPEmail)) })
				if n != 1000 || size < 5_700_000 {
					b.Fatalf("%d mails of %d bytes", n, size)
				}
			}
		})
	}
}
