package fulltext

import (
	"bytes"
	"context"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"zarafa/mapi"
	"zarafa/storage"
)

// maxAttachment is how much of an attachment is looked at.
const maxAttachment = 1 << 20

// attachment is the text of an attachment, nil if it has none that is cheap to get.
func (x extractor) attachment(ctx context.Context, part *storage.Object) ([]byte, error) {
	if part.Type != mapi.TypeAttach {
		return nil, nil
	}
	kind := textType(part.Props.Str(mapi.PrAttachMimeTag), fileName(part))
	if kind == "" {
		return nil, nil
	}
	data, err := x.value(ctx, part, mapi.PrAttachDataBin, maxAttachment)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	if strings.HasPrefix(kind, "text/html") {
		return textOfHTML(data, kind), nil
	}
	return decode(data, kind), nil
}

func fileName(part *storage.Object) string {
	if name := part.Props.Str(mapi.PrAttachLongFilename); name != "" {
		return name
	}
	return part.Props.Str(mapi.PrAttachFilename)
}

// textType is the type of a file that holds text, with its character set if that is told; "" for others.
func textType(mimeTag, name string) string {
	mimeTag = strings.ToLower(mimeTag)
	media, _, _ := strings.Cut(mimeTag, ";")
	switch strings.TrimSpace(media) {
	case "application/xhtml+xml":
		return "text/html"
	case "application/json", "application/xml":
		return "text/plain"
	case "", "application/octet-stream":
	default:
		if strings.HasPrefix(media, "text/") {
			return mimeTag
		}
		return ""
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return "text/html"
	case ".txt", ".text", ".csv", ".tsv", ".md", ".log", ".json", ".xml", ".ics", ".vcf":
		return "text/plain"
	}
	return ""
}

// decode makes UTF-8 of a file.
func decode(data []byte, kind string) []byte {
	if !bytes.HasPrefix(data, []byte("\xFE\xFF")) && !bytes.HasPrefix(data, []byte("\xFF\xFE")) && utf8.Valid(trimCut(data)) {
		return data
	}
	encoding, _, _ := charset.DetermineEncoding(data, kind)
	text, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		return nil
	}
	return text
}

// trimCut removes the last character if it may have been cut through.
func trimCut(data []byte) []byte {
	if len(data) < maxAttachment {
		return data
	}
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		if r := data[len(data)-n]; utf8.RuneStart(r) {
			if r >= utf8.RuneSelf {
				return data[:len(data)-n]
			}
			break
		}
	}
	return data
}

// textOfHTML is what a reader of a page sees.
func textOfHTML(page []byte, kind string) []byte {
	var out []byte
	tokens := html.NewTokenizer(bytes.NewReader(decode(page, kind)))
	hidden := "" // the element whose text nobody sees
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken:
			name, _ := tokens.TagName()
			if hidden == "" && (string(name) == "script" || string(name) == "style") {
				hidden = string(name)
			}
			out = separate(out, name)
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if string(name) == hidden {
				hidden = ""
			}
			out = separate(out, name)
		case html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			out = separate(out, name)
		case html.TextToken:
			if hidden == "" {
				out = append(out, tokens.Text()...)
			}
		}
	}
}

// separate ends a word where a tag does; those that only change the looks of letters do not.
func separate(out, tag []byte) []byte {
	switch string(tag) {
	case "a", "b", "em", "font", "i", "span", "strong", "u", "wbr":
		return out
	}
	return append(out, ' ')
}
