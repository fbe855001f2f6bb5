package webaccess

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/client"
	"zarafa/mapi"
)

func TestFolders(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letters(3)...)
	b := w.logOn("alice")
	tree := call[api.Folders](b, "folders/get", api.FoldersGet{})
	if first := tree.List[0]; first.Role != api.RoleInbox || first.Total != 3 || first.Unread != 3 || first.Parent != "" || first.Kind != api.KindMail {
		t.Errorf("the first folder is %+v", first)
	}
	roles := make(map[api.Role]int)
	for _, f := range tree.List {
		roles[f.Role]++
	}
	for _, r := range []api.Role{api.RoleInbox, api.RoleDrafts, api.RoleSent, api.RoleOutbox, api.RoleDeleted, api.RoleJunk, api.RoleCalendar} {
		if roles[r] != 1 {
			t.Errorf("%d folders are %s", roles[r], r)
		}
	}
	inbox := tree.List[0].ID
	made := call[api.FoldersChanged](b, "folders/set", api.FoldersSet{Create: map[api.ID]api.FolderCreate{
		"a": {Parent: inbox, Name: " Projects ", Kind: api.KindMail}, "b": {Name: "", Kind: api.KindMail}, "c": {Name: "Plans", Kind: api.KindTasks},
	}})
	if made.Created["a"] == "" || made.Created["c"] == "" || made.Failed["b"].Code != api.Invalid {
		t.Fatalf("created %+v", made)
	}
	find := func(id api.ID) (api.Folder, bool) {
		for _, f := range call[api.Folders](b, "folders/get", api.FoldersGet{}).List {
			if f.ID == id {
				return f, true
			}
		}
		return api.Folder{}, false
	}
	if f, _ := find(made.Created["a"]); f.Name != "Projects" || f.Parent != inbox || f.Kind != api.KindMail {
		t.Errorf("the new folder is %+v", f)
	}
	if f, _ := find(made.Created["c"]); f.Kind != api.KindTasks || f.Parent != "" {
		t.Errorf("the folder of tasks is %+v", f)
	}
	root := api.ID("")
	changed := call[api.FoldersChanged](b, "folders/set", api.FoldersSet{
		Update: map[api.ID]api.FolderUpdate{made.Created["a"]: {Name: "Done", Parent: &root}, inbox: {Name: "Mine"}},
		Create: map[api.ID]api.FolderCreate{"d": {Name: "PLANS", Kind: api.KindMail}},
	})
	if changed.Failed[inbox].Code != api.Forbidden || changed.Failed["d"].Code != api.Exists || len(changed.Failed) != 2 {
		t.Errorf("changed %+v", changed)
	}
	if f, _ := find(made.Created["a"]); f.Name != "Done" || f.Parent != "" {
		t.Errorf("the renamed folder is %+v", f)
	}
	call[api.FoldersChanged](b, "folders/set", api.FoldersSet{Empty: []api.ID{inbox}, Destroy: []api.ID{made.Created["a"]}})
	deleted := b.folder(api.RoleDeleted)
	if f, ok := find(made.Created["a"]); !ok || f.Parent != deleted {
		t.Errorf("the destroyed folder is %+v, %v", f, ok)
	}
	if f, _ := find(deleted); f.Total != 3 {
		t.Errorf("the deleted items have %d", f.Total)
	}
	call[api.FoldersChanged](b, "folders/set", api.FoldersSet{Empty: []api.ID{deleted}, Destroy: []api.ID{made.Created["a"]}})
	if _, ok := find(made.Created["a"]); ok {
		t.Error("the folder is still there")
	}
	if f, _ := find(deleted); f.Total != 0 {
		t.Errorf("the deleted items have %d", f.Total)
	}
}

func TestRows(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letters(120)...)
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	r := b.rows(inbox, "")
	if r.Total != 120 || r.At != 0 || len(r.Rows) != 50 || r.Rows[0].Subject != "letter 119" || r.Rows[49].Subject != "letter 70" {
		t.Fatalf("%d rows of %d at %d: %s", len(r.Rows), r.Total, r.At, subjects(r.Rows))
	}
	row := r.Rows[0]
	if row.From != (api.Who{Name: "Bob Elsewhere", Address: "bob@elsewhere.example"}) || row.Preview != "Text of 119. More." || row.Read || row.Draft ||
		row.Date != "2026-05-04T13:59:00.000Z" || row.Class != "IPM.Note" || row.To != "Alice Example" || row.Categories == nil {
		t.Errorf("%+v", row)
	}
	for _, tt := range []struct {
		more, first string
		at          int
	}{
		{"&at=60", "letter 59", 60},
		{"&at=119", "letter 0", 119},
		{"&at=5000", "letter 49", 70},
		{"&sort=date", "letter 0", 0},
		{"&sort=date&at=3", "letter 3", 3},
		{"&date=2026-05-04T12:30:30Z", "letter 30", 89},
		{"&date=2026-05-04T12:30:00Z", "letter 30", 89},
		{"&sort=date&date=2026-05-04T12:30:30Z", "letter 31", 31},
		{"&date=2030-01-01T00:00:00Z", "letter 119", 0},
		{"&date=1990-01-01T00:00:00Z", "letter 49", 70},
		{"&key=" + r.Rows[10].Key + "&before=4", "letter 113", 6},
		{"&key=" + r.Rows[2].Key + "&before=4", "letter 119", 0},
	} {
		if got := b.rows(inbox, tt.more); len(got.Rows) == 0 || got.Rows[0].Subject != tt.first || got.At != tt.at || got.Total != 120 {
			t.Errorf("%s: at %d of %d: %s", tt.more, got.At, got.Total, subjects(got.Rows))
		}
	}
	yes := true
	call[api.Bulk](b, "messages/set", api.MessagesSet{Of: api.MessageSelection{Folder: inbox, IDs: []api.ID{r.Rows[1].ID}}, Read: &yes})
	if got := b.rows(inbox, "&filter=unread"); got.Total != 119 || got.Rows[1].Subject != "letter 117" {
		t.Errorf("unread: %d: %s", got.Total, subjects(got.Rows))
	}
	if got := b.rows(inbox, "&filter=unread&keep="+string(r.Rows[1].ID)); got.Total != 120 || got.Rows[1].Subject != "letter 118" || !got.Rows[1].Read {
		t.Errorf("unread and kept: %d: %s", got.Total, subjects(got.Rows))
	}
	for _, bad := range []string{"&sort=nothing", "&filter=nothing", "&at=-1", "&at=x", "&before=50", "&key=!", "&date=yesterday", "&more=1", "&sort=subject&date=2026-05-04T12:30:00Z"} {
		b.get("api/rows?folder="+string(inbox)+"&n=50"+bad, http.StatusBadRequest)
	}
	b.get("api/rows?folder="+string(r.Rows[0].ID)+"&n=50", http.StatusNotFound)
	b.get("api/rows?folder="+string(inbox)+"&n=201", http.StatusBadRequest)
}

// double copies what is in an inbox into it.
func (w *world) double(user string) {
	w.Helper()
	box := w.inbox(user)
	var ids []mapi.EntryID
	w.must(w.admin.EachRow(w.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: box.Inbox, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error {
		ids = append(ids, row.Bytes(mapi.PrEntryID))
		return nil
	}))
	w.must(w.admin.CopyMessages(w.Context(), box.Inbox, ids...))
}

// forget has the browser's session open its lists anew.
func (b *browser) forget() {
	for _, s := range b.web.sessions.List(b.user.Name) {
		s.Tables.Clear(b.Context())
	}
}

func TestMessage(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	m := letter(1)
	m.Props.Set(mapi.String(mapi.PrTransportMessageHeaders, "Reply-To: List <list@elsewhere.example>\r\nList-Unsubscribe: <mailto:off@elsewhere.example>, <https://elsewhere.example/off>\r\n\r\n"))
	m.Attachments = []*mapi.Attachment{
		{Content: mapi.Bytes("%PDF-1.4 x"), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "a/b\u202Efdp.exe"), mapi.String(mapi.PrAttachMimeTag, "application/pdf")}},
		{Message: letter(2), Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded), mapi.String(mapi.PrDisplayName, "letter 2")}},
		{Content: mapi.Bytes(strings.Repeat("0123456789", 100_000)), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "gr\u00f6\u00dfe.bin")}},
		{Content: mapi.Bytes("<script>alert(1)</script>"), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "x.html"), mapi.String(mapi.PrAttachMimeTag, "image/png")}},
	}
	id := w.deliver("alice", m)[0]
	b := w.logOn("alice")
	row := b.rows(b.folder(api.RoleInbox), "").Rows[0]
	if !row.Attachments {
		t.Error("the row has no attachments")
	}
	got := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{row.ID}})
	if len(got.List) != 1 || len(got.Failed) != 0 {
		t.Fatalf("%+v", got)
	}
	msg := got.List[0]
	if msg.Subject != "letter 1" || msg.From.Address != "bob@elsewhere.example" || len(msg.ReplyTo) != 1 || msg.ReplyTo[0].Address != "list@elsewhere.example" ||
		!slices.Equal(msg.Recipients, []api.Recipient{{Kind: api.To, Name: "Alice Example", Address: "alice@example.com"}}) || msg.Folder != b.folder(api.RoleInbox) ||
		msg.Body.Format != api.FormatText || msg.Body.Text != "Text of 1.\r\nMore." || !msg.External || msg.State == "" || msg.Unsubscribe != "https://elsewhere.example/off" {
		t.Errorf("%+v", msg)
	}
	if len(msg.Files) != 4 || msg.Files[0].Name != "bfdp.exe" || !msg.Files[0].Deceptive || !msg.Files[1].Message || msg.Files[2].Size != 1_000_000 {
		t.Fatalf("%+v", msg.Files)
	}
	inner := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{row.ID}, Part: "2"}).List[0]
	if inner.Subject != "letter 2" || inner.Part != "2" {
		t.Errorf("%+v", inner)
	}
	file := b.request("GET", msg.Files[0].Address, "", nil)
	if got := string(b.body(file, 200)); got != "%PDF-1.4 x" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), `attachment; filename="bfdp.exe"`) ||
		!strings.HasPrefix(file.Header.Get("Content-Security-Policy"), "sandbox;") {
		t.Errorf("%q %v", got, file.Header)
	}
	if shown := b.request("GET", msg.Files[0].Show, "", nil); string(b.body(shown, 200)) != "%PDF-1.4 x" || !strings.HasPrefix(shown.Header.Get("Content-Disposition"), "inline;") || shown.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%v", shown.Header)
	}
	if large := b.get(msg.Files[2].Address, 200); len(large) != 1_000_000 {
		t.Errorf("%d bytes", len(large))
	}
	if page := b.request("GET", msg.Files[3].Show, "", nil); !strings.HasPrefix(page.Header.Get("Content-Disposition"), "attachment;") || page.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("a page that says that it is a picture: %v", page.Header)
	}
	if mail := string(b.get(msg.Files[1].Address, 200)); !strings.Contains(mail, "Subject: letter 2\r\n") {
		t.Errorf("%s", mail)
	}
	if source := string(b.get("mail/"+string(row.ID)+"/source", 200)); !strings.Contains(source, "Subject: letter 1\r\n") {
		t.Errorf("%s", source)
	}
	for _, path := range []string{"5", "0", "1.1", "2.1", "x", "-1", strings.Repeat("2.", 40) + "1"} {
		b.get("mail/"+string(row.ID)+"/files/"+path, http.StatusNotFound)
	}
	b.refused("messages/get", api.MessagesGet{IDs: make([]api.ID, 21)}, api.TooLarge)
	gone := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{"x", b.folder(api.RoleInbox)}})
	if gone.Failed["x"].Code != api.NotFound || len(gone.Failed) != 2 {
		t.Errorf("%+v", gone)
	}
	w.must(w.admin.DeleteMessages(t.Context(), false, id))
	if after := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{row.ID}}); after.Failed[row.ID].Code != api.NotFound {
		t.Errorf("%+v", after)
	}
}

func TestQuotaAndSession(t *testing.T) {
	w := newWorld(t, "")
	u := w.user("alice")
	w.must(w.admin.SetQuota(t.Context(), u, client.Quota{Warn: 1 << 20, Soft: 2 << 20, Hard: 3 << 20}))
	w.deliver("alice", letters(2)...)
	b := w.logOn("alice")
	if q := call[api.Quota](b, "quota/get", api.None{}); q.Warn != 1<<20 || q.Soft != 2<<20 || q.Hard != 3<<20 || q.Used == 0 {
		t.Errorf("%+v", q)
	}
	if again := call[api.User](b, "session/get", api.None{}); again != b.user || again.Name != "alice" || again.Address != "alice@example.com" || again.Version != "1.2.3" {
		t.Errorf("%+v", again)
	}
}

func TestSettings(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	store, err := w.admin.UserStore(t.Context(), "alice", mapi.StorePrivate)
	w.must(err)
	w.must(w.admin.SetProps(t.Context(), store.EntryID, mapi.String(mapi.PrECWebaccessSettingsJSON, `{"settings":{"zarafa":{"v1":{"a":"<b>","n":1.50}}}}`)))
	first := call[api.SettingsResult](b, "settings/get", api.None{})
	if first.Settings.Theme != api.Automatic || first.Settings.Hold != 10 {
		t.Errorf("%+v", first)
	}
	set := func(text string, state api.State) api.SettingsResult {
		return call[api.SettingsResult](b, "settings/set", api.SettingsSet{Set: json.RawMessage(text), IfInState: state})
	}
	second := set(`{"theme":"dark","signatures":[{"id":"1","name":"Mine","html":"<p>A</p>","text":"A"}]}`, first.State)
	third := set(`{"hold":0}`, second.State)
	if s := third.Settings; s.Theme != api.Dark || s.Hold != 0 || len(s.Signatures) != 1 || third.State == second.State {
		t.Errorf("%+v", third)
	}
	b.refused("settings/set", api.SettingsSet{Set: json.RawMessage(`{"hold":1}`), IfInState: first.State}, api.StateMismatch)
	for _, bad := range []string{`{"theme":"pink"}`, `{"hold":-1}`, `{"unknown":1}`, `{"ui":"` + strings.Repeat("x", 70<<10) + `"}`, `[]`, `{"categories":[{"name":"","colour":1}]}`} {
		if _, problem := b.try("settings/set", api.SettingsSet{Set: json.RawMessage(bad)}); problem == nil {
			t.Errorf("taken: %.60s", bad)
		}
	}
	if now := call[api.SettingsResult](w.logOn("alice"), "settings/get", api.None{}); now.State != third.State {
		t.Errorf("%+v", now)
	}
	o, err := w.admin.LoadObject(t.Context(), store.EntryID)
	w.must(err)
	if text := o.Props.Str(mapi.PrECWebaccessSettingsJSON); !strings.Contains(text, `"settings":{"zarafa":{"v1":{"a":"<b>","n":1.50}}}`) || !strings.Contains(text, `"zwa":{`) {
		t.Errorf("%s", text)
	}
}

func TestAddresses(t *testing.T) {
	w := newWorld(t, "")
	for _, name := range []string{"alice", "bob", "bobby", "carol"} {
		w.user(name)
	}
	b := w.logOn("alice")
	found := call[api.Addresses](b, "addresses/complete", api.AddressesComplete{Text: "bob", N: 10})
	if len(found.List) != 2 || found.List[0].Kind != api.AddressUser {
		t.Errorf("%+v", found)
	}
	r := call[api.AddressesResolved](b, "addresses/resolve", api.AddressesResolve{Names: []string{"carol", "Bob Example", "nobody", "bob@example.com"}})
	if len(r.List) != 4 || r.List[0].Found[0].Address != "carol@example.com" || len(r.List[2].Found) != 0 || r.List[3].Found[0].Name != "Bob Example" {
		t.Errorf("%+v", r)
	}
	b.refused("addresses/complete", api.AddressesComplete{Text: " ", N: 10}, api.Invalid)
	b.refused("addresses/complete", api.AddressesComplete{Text: "a", N: 21}, api.Invalid)
}

func TestUploads(t *testing.T) {
	w := newWorld(t, "upload_max_size = 2k\nupload_max_total = 3k\n")
	w.user("alice")
	b := w.logOn("alice")
	up := func(name string, size, status int) (u api.Upload) {
		t.Helper()
		data := b.body(b.request("POST", "api/uploads?name="+name, "application/octet-stream", bytes.NewReader(make([]byte, size))), status)
		if status == 200 {
			w.must(json.Unmarshal(data, &u))
		}
		return u
	}
	one := up("a.txt", 2048, 200)
	if one.Size != 2048 || one.Name != "a.txt" {
		t.Errorf("%+v", one)
	}
	up("b.txt", 2049, http.StatusRequestEntityTooLarge)
	// without a length in advance
	chunked := b.request("POST", "api/uploads?name=c", "application/octet-stream", &onlyReader{bytes.NewReader(make([]byte, 2049))})
	b.body(chunked, http.StatusRequestEntityTooLarge)
	up("d.txt", 1025, http.StatusRequestEntityTooLarge) // beyond the total
	two := up("d.txt", 1024, 200)
	call[api.None](b, "uploads/destroy", api.UploadsDestroy{IDs: []api.ID{one.ID}})
	three := up("e.txt", 2048, 200)
	b.body(b.request("POST", "api/uploads?name=x", "text/plain", strings.NewReader("x")), http.StatusBadRequest)
	w.later(2 * time.Hour)
	w.web.sessions.Sweep(t.Context())
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftNew})
	b.refused("drafts/update", api.DraftUpdate{ID: d.ID, Attach: []api.ID{two.ID, three.ID}}, api.NotFound)
}

type onlyReader struct{ r *bytes.Reader }

func (o *onlyReader) Read(p []byte) (int, error) { return o.r.Read(p) }
