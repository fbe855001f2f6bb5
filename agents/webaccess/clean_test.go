package webaccess

import (
	"net/http"
	"strings"
	"testing"

	"zarafa/agents/webaccess/api"
	"zarafa/mapi"
)

// withCleaner has pages cleaned by a function of a test's own.
func (w *world) withCleaner(c api.Cleaner) {
	w.web.api = api.New(api.Options{Version: "1.2.3", Limits: w.web.limits, Clean: c, Log: w.web.log, Now: w.now}, w.web.sessions)
	w.http.Config.Handler = w.web.handler()
}

// marking is a cleaner that shows what has gone through it.
func marking(page []byte, o api.CleanOptions) api.Cleaned {
	text := string(page)
	if address, ok := o.Inline("pic@x", ""); ok {
		text = strings.ReplaceAll(text, "cid:pic@x", address)
	}
	return api.Cleaned{HTML: "[" + strings.ReplaceAll(text, "<script>", "") + "]", Blocked: 2, Links: []api.Link{{Address: "https://a.example", Host: "a.example"}}}
}

func page(n int) *mapi.Message {
	m := letter(n)
	m.Props.Set(mapi.Binary(mapi.PrHTML, []byte(`<p>Hello <img src="cid:pic@x"></p><script>`)))
	m.Attachments = []*mapi.Attachment{
		{Content: mapi.Bytes("\x89PNG\r\n\x1a\n"), Props: mapi.Props{
			mapi.String(mapi.PrAttachLongFilename, "p.png"), mapi.String(mapi.PrAttachMimeTag, "image/png"), mapi.String(mapi.PrAttachContentID, "pic@x"),
		}},
		{Content: mapi.Bytes("text"), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "t.txt")}},
	}
	return m
}

// Pages go to browsers through the cleaner alone, in a frame of their own or into the editor.
func TestPages(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	outer := letter(2)
	outer.Attachments = []*mapi.Attachment{{Message: page(3), Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded)}}}
	w.deliver("alice", page(1), outer)
	w.withCleaner(nil)
	b := w.logOn("alice")
	rows := b.rows(b.folder(api.RoleInbox), "").Rows
	id := rows[1].ID
	if got := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{id}}).List[0]; got.Body.Format != api.FormatText || got.Body.Frame != "" || len(got.Files) != 2 {
		t.Errorf("without a cleaner: %+v", got)
	}
	b.get("mail/"+string(id)+"/body", http.StatusNotFound)
	w.withCleaner(marking)
	msg := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{id}}).List[0]
	if msg.Body.Format != api.FormatHTML || msg.Body.Blocked != 2 || len(msg.Body.Links) != 1 || len(msg.Files) != 1 || msg.Files[0].Name != "t.txt" {
		t.Errorf("%+v", msg)
	}
	for frame, picture := range map[string]string{
		msg.Body.Frame: "files/1?show",
		call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{rows[0].ID}, Part: "1"}).List[0].Body.Frame: "files/1.1?show",
	} {
		resp := b.request("GET", frame, "", nil)
		text := string(b.body(resp, http.StatusOK))
		if !strings.Contains(text, `[<p>Hello <img src="`+picture+`"></p>]`) || strings.Contains(text, "<script") || resp.Header.Get("Content-Security-Policy") != mailPolicy {
			t.Errorf("%s: %s %v", frame, text, resp.Header)
		}
		dir := frame[:strings.Index(frame, "body")]
		shown := b.request("GET", dir+picture, "", nil)
		if b.body(shown, http.StatusOK); shown.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%v", shown.Header)
		}
	}
	// an answer quotes the page as an island, with its picture
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftReply, About: &api.MessageRef{ID: id}, Heading: "He wrote", Text: "Mine"})
	if d.Format != api.FormatHTML || !strings.Contains(d.Quote, `<blockquote type="cite">`) || !strings.Contains(d.Quote, "cid:pic@x") || strings.Contains(d.HTML, "blockquote") ||
		!strings.Contains(d.HTML, "Mine") || len(d.Files) != 1 || d.Files[0].ContentID != "pic@x" {
		t.Fatalf("%+v", d)
	}
	mine := "<p>Changed<script></p>"
	saved := call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, IfInState: d.State, HTML: &mine})
	now := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID})
	if now.State != saved.State || !strings.Contains(now.HTML, "Changed") || strings.Contains(now.HTML, "<script>") || !strings.Contains(now.Quote, "cid:pic@x") {
		t.Errorf("%+v", now)
	}
	raw, err := w.message(d.ID)
	w.must(err)
	stored, err := w.admin.LoadMessage(t.Context(), raw)
	w.must(err)
	if html := string(stored.Props.Bytes(mapi.PrHTML)); strings.Contains(html, "<script>") || !strings.Contains(stored.Props.Str(mapi.PrBody), "Changed") {
		t.Errorf("%s\n%s", html, stored.Props.Str(mapi.PrBody))
	}
	text := "now text"
	call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, Text: &text})
	if now := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID}); now.Format != api.FormatText || now.Text != text {
		t.Errorf("%+v", now)
	}
	b.refused("drafts/update", api.DraftUpdate{ID: d.ID, Text: &text, HTML: &mine}, api.Invalid)
}

// A hostile page reaches the browser without anything that runs or asks another host, wherever it is shown.
func TestHostilePage(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	m := letter(1)
	m.Props.Set(mapi.Binary(mapi.PrHTML, []byte(`<p onclick="x()">Hi<script>canary()</script><img src="https://canary.example/a.png"><a href="javascript:canary()">l</a>`+
		`<a href="https://real.example/">https://shown.example</a><svg onload=canary()><iframe srcdoc="canary"></iframe><form action="https://canary.example"><input></form>`)))
	w.deliver("alice", m)
	b := w.logOn("alice")
	id := b.rows(b.folder(api.RoleInbox), "").Rows[0].ID
	got := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{id}}).List[0]
	if got.Body.Format != api.FormatHTML || got.Body.Blocked != 1 || len(got.Body.Links) != 1 || !got.Body.Links[0].Suspicious || got.Body.Links[0].Host != "real.example" {
		t.Errorf("%+v", got.Body)
	}
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftReply, About: &api.MessageRef{ID: id}})
	frame := string(b.get(got.Body.Frame, http.StatusOK))
	for where, text := range map[string]string{"frame": frame, "quote": d.Quote, "mine": d.HTML} {
		for _, bad := range []string{"canary", "onclick", "<script", "<svg", "<iframe", "<form", "javascript:"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %s: %s", where, bad, text)
			}
		}
	}
	if !strings.Contains(frame, "Hi") || !strings.Contains(d.Quote, "Hi") {
		t.Errorf("%s\n%s", frame, d.Quote)
	}
	shown := string(b.get(got.Body.Frame+"?images", http.StatusOK))
	if !strings.Contains(shown, `src="/images?u=`) || strings.Contains(shown, "canary.example") {
		t.Errorf("%s", shown)
	}
}

// A picture of the mail that is answered stays one of the answer, by its Content-ID.
func TestPictureInAnswer(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", page(1))
	b := w.logOn("alice")
	id := b.rows(b.folder(api.RoleInbox), "").Rows[0].ID
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftReply, About: &api.MessageRef{ID: id}})
	if !strings.Contains(d.Quote, `src="cid:pic@x"`) || len(d.Files) != 1 {
		t.Errorf("%+v", d)
	}
	html := d.HTML
	saved := call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, IfInState: d.State, HTML: &html})
	again := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID})
	if again.State != saved.State || again.HTML != d.HTML || again.Quote != d.Quote {
		t.Errorf("a draft that is saved as it is changes:\n%s\n%s\n%s\n%s", d.HTML, again.HTML, d.Quote, again.Quote)
	}
}
