package outlook

import (
	"context"
	"fmt"
	"time"

	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// draft is a message that is being written. It is saved every few minutes, as Outlook does by itself.
type draft struct {
	token   content.Token
	id      mapi.EntryID
	subject string
	body    []byte
}

// longDraft is how long a draft may be until it is left alone, in bytes.
const longDraft = 8 << 10

// autosave saves the draft in work with more text; without one it is begun.
func (u *User) autosave(ctx context.Context) error {
	if u.draft == nil || len(u.draft.body) > longDraft {
		return u.beginDraft(ctx)
	}
	d := u.draft
	d.body = append(d.body, u.options.Material.Paragraph(u.options.Random)...)
	var sum truth.Digest
	sum.Write(d.body)
	u.truth.BeginEdit(d.token)
	err := u.change(func() error { return u.session.SetProps(ctx, d.id, mapi.Binary(mapi.PrBody, d.body)) }, d.token)
	if err != nil {
		u.draft = nil // it stays in its folder
		return err
	}
	u.truth.Edited(d.token, mapi.Props{mapi.String(mapi.PrSubject, d.subject)}, sum.Content())
	return nil
}

func (u *User) beginDraft(ctx context.Context) error {
	r, login := u.options.Random, u.options.Client.User
	mail := content.Mail{
		Token: u.newToken(), Time: time.Now(), Unsent: true, Read: true,
		From: content.Address{Name: login, Login: login, Email: content.Email(login)},
		To:   []content.Address{{Name: "somebody", Email: fmt.Sprintf("person%d@example.com", r.IntN(500))}},
	}
	m := u.options.Material.Draft(r, mail)
	id, err := u.create(ctx, u.session, drafts, mail.Token, m)
	if err != nil {
		return err
	}
	u.draft = &draft{token: mail.Token, id: id, subject: m.Props.Str(mapi.PrSubject), body: m.Props.Bytes(mapi.PrBody)}
	return nil
}

// sendDraft submits the draft in work, from the folder that it is in.
func (u *User) sendDraft(ctx context.Context) error {
	d := u.draft
	u.draft = nil
	return u.submitted(ctx, d.token, d.id)
}
