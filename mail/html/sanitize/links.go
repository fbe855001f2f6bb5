package sanitize

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Link is a link of a page: what a client shows before it follows it.
type Link struct {
	Address string // as it will be opened; for mailto the address with its fields
	Kind    string // "http", "https", "ftp", "mailto" or "tel"

	// Host is the host that is really reached, as it should be shown: in its own script, or in punycode if letters of several scripts or
	// letters that look like Latin ones are mixed in it. "" for mailto and tel.
	Host string
	Text string // what the page shows, without signs that nobody sees

	Mismatch bool // the text shows an address, and it is another host's
	Userinfo bool // a name in front of the host, which was removed, looked like one
	Mixed    bool // the host is one that looks like another one, and is shown in punycode
	Hidden   bool // the text has controls that change the order in which it is shown
}

// Suspicious reports whether the reader should be asked before the link is opened.
func (l Link) Suspicious() bool { return l.Mismatch || l.Userinfo || l.Mixed || l.Hidden }

const longestLinkText = 512

// newLink describes a link to an address of the web.
func newLink(u *url.URL, f flaws, text string) Link {
	l := Link{Address: written(u), Kind: u.Scheme, Userinfo: f.userinfo}
	l.Host, l.Mixed = shownHost(u.Hostname())
	l.setText(text)
	l.Mismatch = l.Hidden || namesOther(l.Text, u.Hostname())
	return l
}

func (l *Link) setText(text string) {
	var out strings.Builder
	for _, r := range text {
		switch {
		case isBidiControl(r):
			l.Hidden = true
		case unicode.Is(unicode.Cf, r) || r == '\u00AD':
		case unicode.IsSpace(r) || unicode.IsControl(r):
			out.WriteByte(' ')
		default:
			out.WriteRune(r)
		}
		if out.Len() > longestLinkText {
			break
		}
	}
	l.Text = strings.Join(strings.Fields(out.String()), " ")
}

// isBidiControl reports whether a sign changes the order of those behind it.
func isBidiControl(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// namesOther reports whether a text names a host that a link does not lead to.
func namesOther(text, host string) bool {
	words := strings.Fields(norm.NFKC.String(text))
	for _, w := range words[:min(len(words), 20)] {
		if named := namedHost(w, len(words) == 1); named != "" && !sameSite(named, host) {
			return true
		}
	}
	return false
}

// namedHost is the host that a word names, "" if it does not look like an address. A word that is the whole text may be just a host.
func namedHost(word string, alone bool) string {
	word = strings.Trim(strings.ReplaceAll(word, `\`, "/"), `"'<>()[],;!`)
	lower := strings.ToLower(word)
	switch at := strings.Index(lower, "://"); {
	case at >= 0:
		word = word[at+len("://"):]
	case strings.HasPrefix(lower, "www."):
	case alone && looksLikeHost(lower):
	default:
		return ""
	}
	u, _, ok := absolute("https://"+word, nil)
	if !ok {
		return "?" // an address that no host can be read of
	}
	return u.Hostname()
}

// looksLikeHost reports whether a word is a host, perhaps with a path: labels, of which the last has letters alone.
func looksLikeHost(word string) bool {
	if i := strings.IndexAny(word, "/?#"); i >= 0 {
		word = word[:i]
	}
	dot := strings.LastIndexByte(word, '.')
	if dot <= 0 || strings.Contains(word, "..") || strings.ContainsAny(word, "@:") {
		return false
	}
	last := word[dot+1:]
	if len(last) < 2 || len(last) > 24 || isFileExtension(last) {
		return false
	}
	return strings.IndexFunc(last, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// isFileExtension reports whether a word with this end is rather a file than a host.
func isFileExtension(end string) bool {
	switch end {
	case "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "jpg", "jpeg", "png", "gif", "html", "htm", "csv", "ics", "eml", "js", "php":
		return true
	}
	return false
}

// sameSite reports whether a link to a host keeps what its text promises: the same name, or one below it.
func sameSite(named, host string) bool {
	named = strings.TrimPrefix(strings.TrimSuffix(named, "."), "www.")
	host = strings.TrimSuffix(host, ".")
	return host == named || strings.HasSuffix(host, "."+named)
}

// shownHost is a host as a reader should see it. Names that can be taken for others stay in punycode.
func shownHost(ascii string) (shown string, mixed bool) {
	if !strings.Contains(ascii, "xn--") {
		return ascii, false
	}
	host, err := idna.Punycode.ToUnicode(ascii)
	if err != nil {
		return ascii, true
	}
	labels := strings.Split(host, ".")
	latinEnd := isASCII(labels[len(labels)-1])
	for _, label := range labels {
		if !oneScript(label) || latinEnd && looksLatin(label) {
			return ascii, true
		}
	}
	return host, false
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// The sets of scripts that may be together in a label (UTS 39, highly restrictive).
var together = [][]*unicode.RangeTable{
	{unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana},
	{unicode.Latin, unicode.Han, unicode.Bopomofo},
	{unicode.Latin, unicode.Han, unicode.Hangul},
}

// oneScript reports whether the letters of a label are of one script, or of scripts that people write together.
func oneScript(label string) bool {
	for _, tables := range together {
		if allIn(label, tables) {
			return true
		}
	}
	for _, r := range label {
		if unicode.IsLetter(r) {
			for _, table := range unicode.Scripts {
				if unicode.Is(table, r) {
					return table != unicode.Latin && allIn(label, []*unicode.RangeTable{table})
				}
			}
		}
	}
	return true
}

func allIn(label string, tables []*unicode.RangeTable) bool {
	for _, r := range label {
		if !unicode.In(r, unicode.Common, unicode.Inherited) && !unicode.In(r, tables...) {
			return false
		}
	}
	return true
}

// looksLatin reports whether a label is made of letters that look like Latin ones alone.
func looksLatin(label string) bool {
	other := false
	for _, r := range label {
		if r <= unicode.MaxASCII {
			continue
		}
		if !strings.ContainsRune("асеорхуѕіјһԁԛԝӏбгкмнтѵԍοανικρτυχωɑɡı", r) {
			return false
		}
		other = true
	}
	return other
}
