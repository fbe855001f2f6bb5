package html

import (
	"bytes"

	"golang.org/x/net/html"
)

// Insert puts a piece of HTML in front of what a page shows: behind its tag body, or else behind its head, or at its beginning.
func Insert(page []byte, piece string) []byte {
	at := bodyStart(page)
	out := make([]byte, 0, len(page)+len(piece))
	out = append(out, page[:at]...)
	out = append(out, piece...)
	return append(out, page[at:]...)
}

// bodyStart is where what a page shows begins. Nothing is shown in front of the first element that is not of the head.
func bodyStart(page []byte) int {
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(1 << 20)
	offset, behindHead := 0, 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return behindHead
		}
		offset += len(z.Raw())
		name, _ := z.TagName()
		switch tag := string(name); {
		case kind == html.StartTagToken && tag == "body":
			return offset
		case kind == html.DoctypeToken, kind == html.StartTagToken && tag == "html", kind == html.EndTagToken && tag == "head":
			behindHead = offset
		case kind == html.StartTagToken && !ofHead(tag):
			return behindHead
		}
	}
}

func ofHead(tag string) bool {
	switch tag {
	case "head", "title", "meta", "link", "base", "style", "script", "noscript":
		return true
	}
	return false
}
