package sanitize

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/tdewolff/parse/v2/css"
)

// properties are those that a mail may set. None of them takes an element out of the flow of the page, adds contents or runs something;
// those that load something are in withPicture.
var properties = set(`
	background background-color background-image background-position background-repeat background-size background-clip background-origin
	border-block border-inline margin-block margin-block-end margin-block-start margin-inline margin-inline-end margin-inline-start
	padding-block padding-block-end padding-block-start padding-inline padding-inline-end padding-inline-start
	border-collapse border-spacing border-radius border-top-left-radius border-top-right-radius border-bottom-left-radius
	border-bottom-right-radius box-shadow box-sizing caption-side clear color color-scheme columns column-count column-gap column-width
	direction display empty-cells float flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap align-content align-items
	align-self justify-content justify-items justify-self order gap row-gap
	font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight font-feature-settings font-kerning
	height width max-height max-width min-height min-width hyphens letter-spacing line-break line-height
	list-style list-style-image list-style-position list-style-type margin margin-top margin-right margin-bottom margin-left
	object-fit object-position opacity orphans outline outline-color outline-style outline-width outline-offset
	overflow overflow-x overflow-y overflow-wrap padding padding-top padding-right padding-bottom padding-left
	page-break-after page-break-before page-break-inside break-after break-before break-inside position quotes table-layout tab-size
	text-align text-align-last text-decoration text-decoration-color text-decoration-line text-decoration-style text-indent text-overflow
	text-shadow text-transform text-underline-offset vertical-align visibility white-space widows word-break word-spacing word-wrap
	writing-mode z-index -webkit-text-size-adjust -ms-text-size-adjust text-size-adjust`)

// withPicture are the properties in which an address may stand.
var withPicture = set("background background-image list-style list-style-image")

// withText are the properties in which a string may stand: names of fonts.
var withText = set("font font-family")

// functions of CSS that neither load nor compute something of the page.
var functions = set("rgb rgba hsl hsla calc min max clamp linear-gradient radial-gradient repeating-linear-gradient repeating-radial-gradient")

func isProperty(name string) bool {
	if properties[name] {
		return true
	}
	rest, ok := strings.CutPrefix(name, "border")
	if !ok {
		return false
	}
	for _, side := range []string{"-top", "-right", "-bottom", "-left", ""} {
		if after, ok := strings.CutPrefix(rest, side); ok {
			return after == "" || after == "-width" || after == "-style" || after == "-color"
		}
	}
	return false
}

// declarations writes those of the declarations that are allowed.
func (c *cleaner) declarations(tokens []token) string {
	var out strings.Builder
	for len(tokens) > 0 {
		var one []token
		one, tokens = declaration(tokens)
		if property, value, ok := c.declaration(one); ok {
			if out.Len() > 0 {
				out.WriteByte(';')
			}
			out.WriteString(property + ":" + value)
		}
	}
	return out.String()
}

// declaration cuts off what belongs to the first declaration: up to a semicolon that is not in brackets.
func declaration(tokens []token) (first, rest []token) {
	depth := 0
	for i, t := range tokens {
		switch t.kind {
		case css.LeftBraceToken, css.LeftBracketToken, css.LeftParenthesisToken, css.FunctionToken:
			depth++
		case css.RightBraceToken, css.RightBracketToken, css.RightParenthesisToken:
			depth = max(depth-1, 0)
		case css.SemicolonToken:
			if depth == 0 {
				return tokens[:i], tokens[i+1:]
			}
		}
	}
	return tokens, nil
}

func (c *cleaner) declaration(tokens []token) (property, value string, ok bool) {
	tokens = trimBlanks(tokens)
	if len(tokens) < 3 || tokens[0].kind != css.IdentToken {
		return "", "", false
	}
	property = strings.ToLower(tokens[0].text)
	rest := trimBlanks(tokens[1:])
	if !isProperty(property) || rest[0].kind != css.ColonToken {
		return "", "", false
	}
	value, ok = c.value(property, trimBlanks(rest[1:]))
	if !ok || value == "" {
		return "", "", false
	}
	if property == "position" && value != "relative" && value != "static" {
		return "", "", false // nothing may lie over what the client shows
	}
	c.noteColours(property, value)
	return property, value, true
}

// noteColours notes whether a declaration sets a colour of text or background.
func (c *cleaner) noteColours(property, value string) {
	switch property {
	case "color", "background", "background-color":
		value = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(value, "!important")))
		switch value {
		case "inherit", "initial", "unset", "transparent", "currentcolor", "windowtext", "window", "none", "auto":
		default:
			c.result.Colours = true
		}
	case "color-scheme":
		c.result.DarkMode = c.result.DarkMode || strings.Contains(strings.ToLower(value), "dark")
	}
}

// value writes the value of a property; it does not if a part of it is not allowed.
func (c *cleaner) value(property string, tokens []token) (string, bool) {
	tokens, important := cutImportant(tokens)
	var out strings.Builder
	depth := 0
	for _, t := range tokens {
		switch t.kind {
		case css.FunctionToken, css.LeftParenthesisToken:
			depth++
		case css.RightParenthesisToken:
			depth--
		}
		s, ok := c.valueToken(property, t)
		if !ok || depth < 0 || depth > 16 || t.kind == css.LeftParenthesisToken && depth == 1 {
			return "", false
		}
		out.WriteString(s)
	}
	if depth != 0 || out.Len() == 0 {
		return "", false
	}
	if important {
		out.WriteString("!important")
	}
	return out.String(), true
}

// cutImportant cuts off the end of an important declaration.
func cutImportant(tokens []token) ([]token, bool) {
	n := len(tokens)
	if n < 2 || tokens[n-1].kind != css.IdentToken || !strings.EqualFold(tokens[n-1].text, "important") {
		return tokens, false
	}
	before := trimBlanks(tokens[:n-1])
	if m := len(before); m > 0 && before[m-1].kind == css.DelimToken && before[m-1].text == "!" {
		return trimBlanks(before[:m-1]), true
	}
	return tokens, false
}

func (c *cleaner) valueToken(property string, t token) (string, bool) {
	switch t.kind {
	case css.WhitespaceToken:
		return " ", true
	case css.CommaToken:
		return ",", true
	case css.IdentToken:
		return t.text, isName(t.text)
	case css.HashToken:
		return "#" + t.text, len(t.text) <= 8 && strings.Trim(strings.ToLower(t.text), "0123456789abcdef") == ""
	case css.NumberToken, css.PercentageToken, css.DimensionToken:
		return t.text, isNumber(t.text)
	case css.StringToken:
		return "'" + t.text + "'", withText[property] && isFontName(t.text)
	case css.FunctionToken:
		return t.text + "(", functions[t.text]
	case css.LeftParenthesisToken:
		return "(", true
	case css.RightParenthesisToken:
		return ")", true
	case css.DelimToken:
		return t.text, strings.Contains("/+-*", t.text)
	case css.URLToken:
		if !withPicture[property] {
			return "", false
		}
		if address, ok := c.picture(t.text); ok {
			return `url("` + address + `")`, true
		}
		return "none", true
	}
	return "", false
}

// mostLength bounds numbers, so that no page makes a frame of any size.
const mostLength = 100_000

// units are those of lengths that do not depend on the height of the frame, which depends on the page's; of angles, and of resolutions.
var units = set("% px pt pc in cm mm q em rem ex ch vw fr deg rad turn grad dpi dpcm dppx")

// isNumber reports whether a number, with its unit, is written plainly and small.
func isNumber(s string) bool {
	if len(s) > 40 {
		return false
	}
	digits := strings.TrimRight(s, "%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if unit := s[len(digits):]; unit != "" && !units[strings.ToLower(unit)] {
		return false
	}
	n, err := strconv.ParseFloat(digits, 64)
	return err == nil && n <= mostLength && n >= -mostLength
}

// isFontName reports whether a string is the name of a font.
func isFontName(s string) bool {
	if len(s) > 100 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.,&+", r)
	}) < 0
}
