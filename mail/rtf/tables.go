package rtf

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// fontWord is a control word of the font table.
func (r *reader) fontWord(w *token) bool {
	switch w.word {
	case "f":
		if n := int32(min(max(w.param, -1), 1<<20)); r.fonts[n] == nil && len(r.fonts) < mostEntries {
			r.fonts[n] = &font{}
		}
		return false // it is the current one, too, in whose code page its name is
	case "fcharset", "cpg":
		if f := r.fonts[r.st.char.font]; f != nil {
			if f.page = w.param; w.word == "fcharset" {
				f.page = charsetPages[w.param]
			}
		}
		return true
	}
	return false
}

// fontText is a part of a font's name, which ends with a semicolon.
func (r *reader) fontText(s []byte) {
	f := r.fonts[r.st.char.font]
	if f == nil || strings.HasSuffix(f.name, ";") || len(f.name) >= longestName {
		return
	}
	f.name += string(s[:min(len(s), longestName-len(f.name))])
}

func (r *reader) fontName() string { return r.fontNameOf(r.st.char.font) }

func (r *reader) fontNameOf(n int32) string {
	f := r.fonts[n]
	if f == nil {
		return ""
	}
	name, _, _ := strings.Cut(f.name, ";")
	return strings.TrimSpace(strings.ToValidUTF8(name, ""))
}

func (r *reader) colorWord(w *token) {
	shift := 0
	switch w.word {
	case "red":
		shift = 16
	case "green":
		shift = 8
	case "blue":
	default:
		return
	}
	r.color = r.color&^(colorAuto|0xFF<<shift) | uint32(min(max(w.param, 0), 255))<<shift
}

// colorText ends entries of the colour table.
func (r *reader) colorText(s string) {
	for range strings.Count(s, ";") {
		if len(r.colors) <= mostEntries {
			r.colors = append(r.colors, r.color)
		}
		r.color = colorAuto
	}
}

// colorOf is a colour as CSS has it, "" for the reader's own.
func (r *reader) colorOf(n int32) string {
	if int(n) >= len(r.colors) || r.colors[n]&colorAuto != 0 {
		return ""
	}
	return fmt.Sprintf("#%06x", r.colors[n])
}

// hyperlink is the address in the instructions of a field, "" if it is another field or an address that does something else than
// lead there.
func hyperlink(inst []byte) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(string(inst)), "HYPERLINK")
	if !ok {
		return ""
	}
	url, place := "", ""
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		var arg string
		sw := ""
		if rest[0] == '\\' {
			sw, rest = rest[:min(2, len(rest))], strings.TrimSpace(rest[min(2, len(rest)):])
			if sw != `\l` && sw != `\o` && sw != `\t` {
				continue
			}
		}
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			arg, rest, _ = strings.Cut(quoted, `"`)
		} else {
			arg, rest, _ = strings.Cut(rest, " ")
		}
		switch {
		case sw == `\l`:
			place = arg
		case sw == "" && url == "":
			url = arg
		}
	}
	if url == "" || !harmless(url) {
		return ""
	}
	if place != "" {
		url += "#" + place
	}
	return url
}

// harmless reports whether an address has a scheme that leads somewhere.
func harmless(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(scheme)) {
	case "http", "https", "mailto", "ftp", "file", "tel", "sip", "sips", "xmpp", "news", "nntp", "callto", "onenote", "outlook", "notes", "cid":
		return true
	}
	return false
}

// Picture is a picture that was in a document.
type Picture struct {
	ContentID string // by which the HTML names it
	MIMEType  string // image/png or image/jpeg
	Data      []byte
	// Width and Height are the size to show it in, in twips; 0 is unknown.
	Width, Height int
}

// pictureReader collects a picture.
type pictureReader struct {
	kind          string
	width, height int
	hexed         []byte
	binary        []byte
	taken         int // pictures so far
}

func (p *pictureReader) word(w *token) {
	switch w.word {
	case "pngblip":
		p.kind = "image/png"
	case "jpegblip":
		p.kind = "image/jpeg"
	case "emfblip", "wmetafile", "macpict", "dibitmap", "wbitmap", "pmmetafile":
		p.kind = ""
	case "picwgoal":
		p.width = min(max(w.param, 0), 1<<16)
	case "pichgoal":
		p.height = min(max(w.param, 0), 1<<16)
	}
}

func (p *pictureReader) hex(b string) {
	if p.kind == "" {
		return
	}
	for i := range len(b) {
		if _, ok := nibble(b[i]); ok {
			p.hexed = append(p.hexed, b[i])
		}
	}
}

func (p *pictureReader) data(st *state, b string) {
	if st.dest == inPicture && p.kind != "" {
		p.binary = append(p.binary, b...)
	}
}

// take is the picture when its group has ended, nil if it is of a kind that no browser shows.
func (p *pictureReader) take() *Picture {
	data := p.binary
	if len(data) == 0 {
		data = make([]byte, len(p.hexed)/2)
		if _, err := hex.Decode(data, p.hexed[:len(data)*2]); err != nil {
			return nil
		}
	}
	if p.kind == "" || len(data) == 0 || p.taken >= mostEntries {
		return nil
	}
	p.taken++
	pic := &Picture{MIMEType: p.kind, Data: data, Width: p.width, Height: p.height}
	pic.ContentID = fmt.Sprintf("image%03d.%s@rtf", p.taken, strings.TrimPrefix(p.kind, "image/"))
	p.hexed, p.binary = nil, nil
	return pic
}
