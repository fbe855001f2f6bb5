package fake

import (
	"fmt"
	"time"

	"zarafa/agents/webaccess/api"
)

func folders() []api.Folder {
	f := func(id api.ID, name string, role api.Role, parent api.ID) api.Folder {
		return api.Folder{ID: id, Parent: parent, Name: name, Role: role, Kind: api.KindMail}
	}
	return []api.Folder{
		f("inbox", "Inbox", api.RoleInbox, ""), f("drafts", "Drafts", api.RoleDrafts, ""), f("sent", "Sent Items", api.RoleSent, ""),
		f("junk", "Junk E-mail", api.RoleJunk, ""), f("deleted", "Deleted Items", api.RoleDeleted, ""), f("projects", "Projects", "", ""),
		f("harbour", "Harbour crane", "", "projects"), f("travel", "Travel", "", ""),
	}
}

func settings() api.Settings {
	return api.Settings{
		Theme: api.Automatic, Density: api.Comfortable, Keys: "outlook", Format: api.FormatHTML, Hold: 10, Signatures: []api.Signature{}, Images: []string{},
		Categories: []api.Category{{Name: "Family", Colour: 7}, {Name: "Project", Colour: 4}, {Name: "Urgent", Colour: 0}}, Favourites: []api.ID{},
	}
}

var people = []api.Who{
	{Name: "Bob Baker", Address: "bob@example.com"}, {Name: "Carol Chen", Address: "carol@example.com"}, {Name: "Nordlicht Reisen", Address: "news@nordlicht.example"},
	{Name: "Дмитрий Орлов", Address: "dmitri@example.ru"}, {Name: "山本 さくら", Address: "sakura@example.jp"}, {Name: "Élodie Marchand", Address: "elodie@example.fr"},
	{Name: "", Address: "build@ci.example.com"}, {Name: "Finance", Address: "finance@example.com"},
}

var subjects = []string{
	"Minutes of Tuesday's meeting", "Re: Offer for the harbour crane", "Five quiet places for the autumn", "Draft contract, second reading", "写真を送ります",
	"Re: Dîner de vendredi", "Build 4821 passed", "Invoice 2026-1187", "Holiday plans", "Re: Re: New office chairs", "Your order has been sent",
}

var previews = []string{
	"Thanks for coming. The three points that we agreed on are below; please say until Friday if something is missing.",
	"We can do the second date, if the crane is free by then. I have asked the harbour office.", "Fjords without crowds, islands without cars.",
	"Attached is the version with the changes that we talked about.", "All 1,204 tests passed in 6 minutes.",
}

// begin is when the newest message came.
var begin = time.Date(2026, 11, 30, 10, 12, 0, 0, time.UTC)

// message makes the i-th message, the same each time.
func message(i int) *api.Row {
	k := max(i, -i)
	who, subject := people[(k*5+k/7)%len(people)], subjects[(k*3+k/11)%len(subjects)]
	id := api.ID(fmt.Sprintf("m%d", i))
	row := &api.Row{
		ID: id, Key: string(id), Class: "IPM.Note", Subject: subject, From: who, To: "Alice Example", Date: api.Time(begin.Add(-time.Duration(k) * 97 * time.Minute).Format(time.RFC3339)),
		Size: 4000 + k%9000, Preview: previews[k%len(previews)], Read: k%9 > 1 || k > 400, Attachments: k%6 == 2, Answered: k%11 == 3, Importance: api.Normal,
		Categories: []string{}, Topic: subject,
	}
	if k%17 == 4 {
		row.Flag = api.FlagSet
	}
	if k%23 == 6 {
		row.Importance = api.High
	}
	if k%13 == 5 {
		row.Categories = []string{[]string{"Family", "Project", "Urgent"}[k%3]}
	}
	return row
}

func messages(n int) []*api.Row {
	list := make([]*api.Row, n)
	for i := range list {
		list[i] = message(i)
	}
	return list
}

const newsletter = `<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light"></head><body style="background:#f3efe6;margin:0"><div style="max-width:560px;margin:24px auto;background:#ffffff;padding:32px;font-family:Georgia,serif;color:#26313d">
<h1 style="font-size:26px;margin:0 0 8px">Five quiet places for the autumn</h1><p style="color:#6a7580;margin:0 0 20px">Nordlicht Reisen · November</p>
<div style="background:#dfe7ea;height:140px"></div><p>Fjords without crowds, islands without cars: this month we stay in the north, where the light is low and the kettles are on.</p>
<p><a href="https://nordlicht.example/autumn" target="_blank" rel="noopener noreferrer" style="background:#2d5d73;color:#ffffff;padding:10px 18px;text-decoration:none">See the five places</a></p></div></body></html>`

const letter = `<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>body{margin:0;font:14px/20px system-ui,sans-serif}</style></head><body><p>Hello Alice,</p><p>we can do the <b>second date</b>, if the crane is free by then. I have asked the harbour office, and they answer by Thursday.</p>
<ul><li>Loading begins at 7:30.</li><li>The papers are with Carol.</li></ul><p>See <a href="https://example.com/plan" target="_blank" rel="noopener noreferrer">the plan</a>.</p><p>Best regards<br>Bob</p></body></html>`
