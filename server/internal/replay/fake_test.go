package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake plays the recorded answers back with every made-up value permuted, as another server would answer. It also checks that the requests arrive
// translated.
type fake struct {
	t         *testing.T
	names     *permuter
	guid      []byte
	exchanges []*Exchange
	mutate    func(ex *Exchange, body []byte) []byte // may spoil an answer
	noPolls   bool                                   // events never come

	now time.Time // every time the server made

	mu       sync.Mutex
	changed  *sync.Cond
	next     int                // index of the exchange expected next
	released map[string][]*node // live session → events to deliver
	ended    map[string]bool    // live session → its poll has to end
	sessions map[string]string  // live session → recorded
	polls    map[*Exchange]bool // released already
	problems []string
}

func newFake(t *testing.T, scenarios []*Scenario) *fake {
	f := &fake{t: t, released: map[string][]*node{}, ended: map[string]bool{}, sessions: map[string]string{}, polls: map[*Exchange]bool{}}
	f.changed = sync.NewCond(&f.mu)
	for _, sc := range scenarios {
		f.exchanges = append(f.exchanges, sc.Exchanges...)
	}
	f.guid = serverGUID(t, f.exchanges)
	f.names = newPermuter(f.exchanges, f.guid)
	for _, ex := range f.exchanges {
		if ex.Op == "logon" {
			id := ex.response.value("ulSessionId")
			f.sessions[f.names.rename(kindSession, id)] = id
		}
	}
	return f
}

func serverGUID(t *testing.T, exchanges []*Exchange) []byte {
	t.Helper()
	for _, ex := range exchanges {
		if n := ex.response.child("sServerGuid"); n != nil {
			b, err := decode(n.text)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Fatal("no log-on in the record")
	return nil
}

// start listens on both transports and returns a Player's configuration.
func (f *fake) start() Config {
	f.t.Helper()
	f.now = time.Now()
	path := filepath.Join(f.t.TempDir(), "s")
	var addr string
	for network, address := range map[string]string{"unix": path, "tcp": "127.0.0.1:0"} {
		l, err := net.Listen(network, address)
		if err != nil {
			f.t.Fatal(err)
		}
		if network == "tcp" {
			addr = l.Addr().String()
		}
		srv := &http.Server{Handler: f}
		go srv.Serve(l) // ends with Close
		f.t.Cleanup(func() { srv.Close() })
	}
	f.t.Cleanup(f.quit)
	return Config{UnixPath: path, TCPAddr: addr}
}

// quit ends every poll.
func (f *fake) quit() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for live := range f.sessions {
		f.ended[live] = true
	}
	f.changed.Broadcast()
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	root, err := parseEnvelope(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if root.name == "notifyGetItems" {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.Write(f.poll(sessionOf(root)))
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.serve(w, root, body)
}

func (f *fake) serve(w http.ResponseWriter, root *node, body []byte) {
	for f.next < len(f.exchanges) && f.exchanges[f.next].Op == "notifyGetItems" {
		f.next++
	}
	if f.next == len(f.exchanges) || f.exchanges[f.next].request.name != root.name {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		fmt.Fprintf(w, envelope, "<ns:x><ulFlags>5</ulFlags><er>0</er></ns:x>")
		return
	}
	ex := f.exchanges[f.next]
	f.next++
	in := f.scopeOf(ex)
	want := (&rewriter{scope: in, names: f.names, guid: f.guid}).rewrite(ex.Request, ex.request)
	if !bytes.Equal(want, body) {
		f.problems = append(f.problems, fmt.Sprintf("#%d %s: request is\n%s\nshould be\n%s", ex.N, ex.Op, body, want))
	}
	f.release(ex)
	w.Header().Set("Content-Type", headerValue(ex.ResponseHead, "Content-Type"))
	w.Write(f.answer(ex, in))
}

const envelope = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<SOAP-ENV:Envelope xmlns:SOAP-ENV="e" xmlns:ns="urn:zarafa"><SOAP-ENV:Body>%s</SOAP-ENV:Body></SOAP-ENV:Envelope>`

// scopeOf is the scope of an exchange; the fake knows which tables show the address book as a Player does.
func (f *fake) scopeOf(ex *Exchange) scope {
	in := newScope(ex.request, ex.Op, f.names.abTables)
	if ex.Op == "tableOpen" && ex.request.value("ulTableType") == "2" {
		f.names.abTables[in.session+"/"+ex.response.value("ulTableId")] = true
	}
	return in
}

// answer permutes a recorded answer.
func (f *fake) answer(ex *Exchange, in scope) []byte {
	text, rest := ex.Response, []byte(nil)
	if len(ex.streams) > 0 {
		i := bytes.Index(text, []byte("</SOAP-ENV:Envelope>")) + len("</SOAP-ENV:Envelope>")
		start := bytes.Index(text, []byte("<?xml"))
		rest = f.permuteStream(bytes.Clone(text[i:]))
		return f.spoil(ex, append(append(bytes.Clone(text[:start]), f.permute(ex, in, text[start:i])...), rest...))
	}
	return f.spoil(ex, f.permute(ex, in, text))
}

func (f *fake) spoil(ex *Exchange, body []byte) []byte {
	if f.mutate == nil {
		return body
	}
	return f.mutate(ex, body)
}

func (f *fake) permute(ex *Exchange, in scope, text []byte) []byte {
	root, err := parseEnvelope(text)
	if err != nil {
		f.t.Error(err)
		return nil
	}
	w := &rewriter{scope: in, names: f.names, guid: f.guid, time: f.permuteTime}
	out := w.rewrite(text, root)
	return regexp.MustCompile(`<sLicenseResponse>[^<]*<`).ReplaceAll(out, []byte("<sLicenseResponse><"))
}

func (f *fake) permuteTime(tag uint32, hi, lo string) (string, string) {
	if !serverTime(tag) || hi == "0" && lo == "0" {
		return hi, lo
	}
	return formatTime(f.now)
}

// permuteStream does to the parts of an answer what rewriter does to elements.
func (f *fake) permuteStream(b []byte) []byte {
	for i := 4; i+30 < len(b); i++ {
		size := binary.BigEndian.Uint32(b[i-4:])
		switch {
		case bytes.HasPrefix(b[i:], f.guid) && size == changeKeySize:
			copy(b[i:], renameBinary(shapeChangeKey, b[i:i+changeKeySize], f.guid, f.names))
		case bytes.HasPrefix(b[i:], f.guid) && size == sourceKeySize:
			copy(b[i:], renameBinary(shapeSourceKey, b[i:i+sourceKeySize], f.guid, f.names))
		case bytes.HasPrefix(b[i:], addressBookGUID()):
			copy(b[i-4:], renameBinary(shapeEntryID, b[i-4:i+56], f.guid, f.names))
		case size == tagIMAPID:
			var id uint32
			fmt.Sscan(f.names.rename(kindIMAP, fmt.Sprint(binary.BigEndian.Uint32(b[i:]))), &id)
			binary.BigEndian.PutUint32(b[i:], id)
		case size == tagCreationTime || size == tagModifiedTime:
			hi, lo := formatTime(f.now)
			var h, l uint32
			fmt.Sscan(hi+" "+lo, &h, &l)
			binary.BigEndian.PutUint32(b[i:], h)
			binary.BigEndian.PutUint32(b[i+4:], l)
		}
	}
	return b
}

// release makes the events of the recorded polls around an exchange available, and ends the poll of a session that logs off.
func (f *fake) release(ex *Exchange) {
	const ahead = 3 // exchanges: a recorded poll may stand behind the one that waits for its event
	others := 0
	for _, e := range f.exchanges[f.next:] {
		if e.Op == "notifyGetItems" {
			continue
		}
		if others++; others == ahead {
			f.releaseBefore(e)
			break
		}
		if e == f.exchanges[len(f.exchanges)-1] {
			f.releaseBefore(nil)
		}
	}
	if others == 0 {
		f.releaseBefore(nil)
	}
	if ex.Op == "logoff" {
		f.ended[f.names.rename(kindSession, sessionOf(ex.request))] = true
	}
	f.changed.Broadcast()
}

func (f *fake) releaseBefore(end *Exchange) {
	for _, e := range f.exchanges {
		if e == end {
			return
		}
		if e.Op != "notifyGetItems" || f.polls[e] {
			continue
		}
		f.polls[e] = true
		list := e.response.child("pNotificationArray")
		if list == nil || f.noPolls {
			continue
		}
		live := f.names.rename(kindSession, sessionOf(e.request))
		body := f.spoil(e, f.permute(e, newScope(e.request, e.Op, nil), e.Response))
		root, err := parseEnvelope(body)
		if err != nil {
			f.t.Error(err)
			return
		}
		f.released[live] = append(f.released[live], &node{text: string(body), kids: root.child("pNotificationArray").kids})
	}
}

// poll waits for events of a live session and joins what several recorded polls had.
func (f *fake) poll(live string) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.released[live]) == 0 && !f.ended[live] {
		f.changed.Wait()
	}
	if len(f.released[live]) == 0 {
		return fmt.Appendf(nil, envelope, "<ns:notifyResponse><er>2147483664</er></ns:notifyResponse>")
	}
	var items strings.Builder
	for _, n := range f.released[live] {
		_, list, _ := strings.Cut(n.text, "<pNotificationArray>")
		list, _, _ = strings.Cut(list, "</pNotificationArray>")
		items.WriteString(list)
	}
	delete(f.released, live)
	return fmt.Appendf(nil, envelope, "<ns:notifyResponse><pNotificationArray>"+items.String()+"</pNotificationArray><er>0</er></ns:notifyResponse>")
}
