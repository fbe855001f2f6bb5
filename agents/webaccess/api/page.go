package api

import (
	"strings"

	"zarafa/mail/html"
	"zarafa/mapi"
)

// quoteMark begins the part of a draft's page that is quoted. What is in front of it is the user's own.
const quoteMark = `<div class="zarafa-quote">`

// The beginning and the end of a page that is written here.
const (
	pageBegin = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>`
	pageEnd   = "</body></html>"
)

// setPage makes two harmless pieces of HTML the body of a message, with their text for those who read that.
func setPage(m *mapi.Message, mine, quote string) {
	page := pageBegin + mine
	if quote != "" {
		page += quoteMark + quote + "</div>"
	}
	page += pageEnd
	m.Props.Set(mapi.Binary(mapi.PrHTML, []byte(page)))
	m.Props.Set(mapi.String(mapi.PrBody, html.Text([]byte(page))))
	const utf8Page = 65001
	m.Props.Set(mapi.Long(mapi.PrInternetCpid, utf8Page))
}

// splitPage takes the body of a draft apart. One that another program has written is all the user's; ours is false then.
func splitPage(page string) (mine, quote string, ours bool) {
	inside, begins := strings.CutPrefix(page, pageBegin)
	inside, ends := strings.CutSuffix(inside, pageEnd)
	if !begins || !ends {
		return page, "", false
	}
	mine, quote, _ = strings.Cut(inside, quoteMark)
	return mine, strings.TrimSuffix(quote, "</div>"), true
}

// forEditor makes a piece of HTML harmless; pictures keep their "cid:" addresses, and remote ones are left out. What comes out is one element.
func (a *API) forEditor(piece string) string {
	if strings.TrimSpace(piece) == "" {
		return ""
	}
	return a.settings.Clean([]byte(piece), CleanOptions{
		Inline: func(contentID, _ string) (string, bool) { return "cid:" + contentID, contentID != "" },
	}).HTML
}

// written is what the user writes, made harmless, without the element around it, which would be one more with each time that it is saved.
func (a *API) written(piece string) string {
	clean := a.forEditor(piece)
	start, inside, _ := strings.Cut(clean, ">")
	if inside, ok := strings.CutSuffix(inside, "</div>"); ok && strings.HasPrefix(start, "<div") {
		return inside
	}
	return clean
}
