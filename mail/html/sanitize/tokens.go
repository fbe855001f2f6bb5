package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// token is a token of CSS with its escapes resolved: the name of an identifier, function or rule, the contents of a string or url.
type token struct {
	kind css.TokenType
	text string
}

// lex takes styles apart. Comments separate, as blanks do. Signs without meaning stay and make invalid what they are in.
func lex(styles string) []token {
	lexer := css.NewLexer(parse.NewInputString(styles))
	var tokens []token
	for {
		kind, raw := lexer.Next()
		text := string(raw)
		switch kind {
		case css.ErrorToken:
			return tokens
		case css.CDOToken, css.CDCToken:
			continue
		case css.WhitespaceToken, css.CommentToken:
			if n := len(tokens); n > 0 && tokens[n-1].kind == css.WhitespaceToken {
				continue
			}
			kind, text = css.WhitespaceToken, " "
		case css.IdentToken:
			text = unescape(text)
		case css.FunctionToken:
			text = strings.ToLower(unescape(strings.TrimSuffix(text, "(")))
		case css.AtKeywordToken, css.HashToken:
			text = unescape(text[1:])
		case css.StringToken:
			text = unquote(text)
		case css.URLToken:
			_, text, _ = strings.Cut(text, "(")
			text = unquote(strings.TrimSpace(strings.TrimSuffix(text, ")")))
		}
		tokens = append(tokens, token{kind, text})
	}
}

// unquote is the contents of a string, or of an address without quotes.
func unquote(s string) string {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		s = strings.TrimSuffix(s[1:], s[:1])
	}
	return unescape(s)
}

// unescape resolves the escapes of CSS (CSS Syntax 3, 4.3.7).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out.WriteByte(s[i])
			continue
		}
		i++
		code, digits := rune(0), 0
		for ; i < len(s) && digits < 6 && isHex(s[i]); i++ {
			code = code<<4 | rune(strings.IndexByte("0123456789abcdef", s[i]|0x20))
			digits++
		}
		switch {
		case digits == 0 && i < len(s):
			if s[i] != '\n' { // which joins lines of a string
				out.WriteByte(s[i])
			}
			continue
		case code == 0 || !utf8.ValidRune(code):
			code = utf8.RuneError
		}
		out.WriteRune(code)
		if i < len(s) && isBlank(s[i]) {
			continue // one blank belongs to the escape
		}
		i--
	}
	return out.String()
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

// isName reports whether an identifier can be written without an escape.
func isName(s string) bool {
	if s == "" || len(s) > 100 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for _, r := range s {
		if r > unicode.MaxASCII && !unicode.IsLetter(r) || r <= unicode.MaxASCII && !isNameByte(byte(r)) {
			return false
		}
	}
	return s != "-" && !strings.HasPrefix(s, "--")
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// trimBlanks removes white space at both ends.
func trimBlanks(tokens []token) []token {
	for len(tokens) > 0 && tokens[0].kind == css.WhitespaceToken {
		tokens = tokens[1:]
	}
	for len(tokens) > 0 && tokens[len(tokens)-1].kind == css.WhitespaceToken {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}
