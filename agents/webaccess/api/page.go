package api

import (
	"strings"

	"zarafa/mail/html"
	"zarafa/mapi"
)

// quoteMark begins the part of a draft's page that is quoted. What is in front of it is the user's own.
const quoteMark = `<div class="zarafa-quote">`

// setPage makes two harmless pieces of HTML the body of a message, with their text for those who read that.
func setPage(m *mapi.Message, mine, quote string) {
	page := `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>` + mine
	if quote != "" {
		page += quoteMark + quote + "</div>"
	}
	page += "</body></html>"
	m.Props.Set(mapi.Binary(mapi.PrHTML, []byte(page)))
	m.Props.Set(mapi.String(mapi.PrBody, html.Text([]byte(page))))
	const utf8Page = 65001
	m.Props.Set(mapi.Long(mapi.PrInternetCpid, utf8Page))
}

// splitPage takes the body of a draft apart. A draft of another program is all the user's.
func splitPage(page string) (mine, quote string) {
	mine, quote, found := strings.Cut(page, quoteMark)
	if !found {
		return page, ""
	}
	if end := strings.LastIndex(quote, "</div>"); end >= 0 {
		quote = quote[:end]
	}
	return mine, quote
}

// forEditor makes a piece of HTML harmless; pictures keep their "cid:" addresses, and remote ones are left out.
func (a *API) forEditor(piece string) string {
	if strings.TrimSpace(piece) == "" {
		return ""
	}
	return a.settings.Clean([]byte(piece), CleanOptions{
		Inline: func(contentID, _ string) (string, bool) { return "cid:" + contentID, contentID != "" },
	}).HTML
}
