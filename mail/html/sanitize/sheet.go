package sanitize

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

const (
	mostRules       = 5_000 // of a page; the rest is left out
	deepestMedia    = 2     // rules @media in each other
	longestSelector = 40    // tokens
)

// sheet writes those rules of a style sheet that are allowed: with selectors that reach nothing but the page, alone or in @media.
func (c *cleaner) sheet(s styleSheet) string {
	rules := c.rules(lex(s.css), 0)
	if rules == "" || s.media == "" {
		return rules
	}
	media, ok := c.media(lex(s.media))
	if !ok {
		return ""
	}
	return "@media " + media + "{" + rules + "}"
}

func (c *cleaner) rules(tokens []token, depth int) string {
	var out strings.Builder
	for {
		for len(tokens) > 0 && (tokens[0].kind == css.WhitespaceToken || tokens[0].kind == css.SemicolonToken ||
			tokens[0].kind == css.RightBraceToken) {
			tokens = tokens[1:]
		}
		if len(tokens) == 0 || c.ruleCount >= mostRules {
			return out.String()
		}
		c.ruleCount++
		prelude, block, rest := cutRule(tokens)
		tokens = rest
		switch first := prelude; {
		case len(first) == 0:
		case first[0].kind == css.AtKeywordToken:
			if strings.EqualFold(first[0].text, "media") && depth < deepestMedia {
				if media, ok := c.media(first[1:]); ok {
					if inner := c.rules(block, depth+1); inner != "" {
						out.WriteString("@media " + media + "{" + inner + "}")
					}
				}
			}
		default:
			out.WriteString(c.rule(first, block))
		}
	}
}

// cutRule cuts the first rule off: what stands in front of its block, and the block without braces. A rule with @ may end in a semicolon.
func cutRule(tokens []token) (prelude, block, rest []token) {
	at := tokens[0].kind == css.AtKeywordToken
	for i, t := range tokens {
		switch {
		case t.kind == css.SemicolonToken && at:
			return tokens[:i], nil, tokens[i+1:]
		case t.kind == css.LeftBraceToken:
			end := blockEnd(tokens, i)
			return tokens[:i], tokens[i+1 : end], tokens[min(end+1, len(tokens)):]
		}
	}
	return tokens, nil, nil
}

// blockEnd is where the block that begins at i ends.
func blockEnd(tokens []token, i int) int {
	depth := 0
	for ; i < len(tokens); i++ {
		switch tokens[i].kind {
		case css.LeftBraceToken:
			depth++
		case css.RightBraceToken:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens)
}

// rule writes a rule, "" if nothing of it is allowed.
func (c *cleaner) rule(prelude, block []token) string {
	var selectors []string
	for len(prelude) > 0 && c.ruleCount < mostRules {
		c.ruleCount++
		end := len(prelude)
		for i, t := range prelude {
			if t.kind == css.CommaToken {
				end = i
				break
			}
		}
		one := trimBlanks(prelude[:end])
		if s, ok := c.selector(one, " "); ok {
			selectors = append(selectors, s)
		}
		if c.namesBody(one) { // which has become our element
			if s, ok := c.selector(one, ""); ok {
				selectors = append(selectors, s)
			}
		}
		prelude = prelude[min(end+1, len(prelude)):]
	}
	if len(selectors) == 0 {
		return ""
	}
	body := c.declarations(block)
	if body == "" {
		return ""
	}
	return strings.Join(selectors, ",") + "{" + body + "}"
}

// media writes a query of @media.
func (c *cleaner) media(tokens []token) (string, bool) {
	var out strings.Builder
	depth := 0
	for _, t := range trimBlanks(tokens) {
		switch t.kind {
		case css.WhitespaceToken:
			out.WriteByte(' ')
		case css.IdentToken:
			if !isName(t.text) {
				return "", false
			}
			out.WriteString(strings.ToLower(t.text))
		case css.FunctionToken: // "and(" is read as a function by browsers too, which ignore the query
			return "", false
		case css.LeftParenthesisToken:
			depth++
			out.WriteByte('(')
		case css.RightParenthesisToken:
			depth--
			out.WriteByte(')')
		case css.ColonToken, css.CommaToken:
			out.WriteString(t.text)
		case css.NumberToken, css.DimensionToken:
			if !isNumber(t.text) {
				return "", false
			}
			out.WriteString(t.text)
		default:
			return "", false
		}
		if depth < 0 || depth > 8 {
			return "", false
		}
	}
	query := out.String()
	if strings.Contains(query, "prefers-color-scheme") {
		c.result.DarkMode = true
	}
	return query, depth == 0 && query != ""
}

// pseudo are the classes of elements that are known of the page alone.
var pseudo = set(`link visited hover active focus first-child last-child only-child first-of-type last-of-type only-of-type empty
	nth-child nth-last-child nth-of-type nth-last-of-type`)

// namesBody reports whether a selector begins with a class or the id of the page's body.
func (c *cleaner) namesBody(tokens []token) bool {
	switch {
	case len(tokens) > 0 && tokens[0].kind == css.HashToken:
		return c.bodyNames["#"+tokens[0].text]
	case len(tokens) > 1 && tokens[0].kind == css.DelimToken && tokens[0].text == "." && tokens[1].kind == css.IdentToken:
		return c.bodyNames["."+tokens[1].text]
	}
	return false
}

// selector writes a selector that finds elements within the page only: in our element, or with nothing between also that one. A selector that is not
// understood is left out.
func (c *cleaner) selector(tokens []token, between string) (string, bool) {
	if len(tokens) == 0 || len(tokens) > longestSelector {
		return "", false
	}
	root := "." + c.policy.Prefix + "root"
	tokens, isRoot := cutRoot(tokens)
	if leavesPage(tokens) || !isRoot && tokens[0].text == ">" {
		return "", false
	}
	var out strings.Builder
	out.WriteString(root)
	if !isRoot {
		out.WriteString(between)
	}
	start := !isRoot && between != "" // a name of an element may come
	for len(tokens) > 0 {
		t := tokens[0]
		n := 1
		switch {
		case t.kind == css.WhitespaceToken:
			out.WriteByte(' ')
		case t.kind == css.DelimToken && strings.Contains(">+~", t.text):
			out.WriteString(t.text)
		case t.kind == css.DelimToken && t.text == "*" && start:
			out.WriteByte('*')
		case t.kind == css.IdentToken && start && elements[strings.ToLower(t.text)]:
			out.WriteString(strings.ToLower(t.text))
		default:
			var s string
			if s, n = c.simple(tokens); n == 0 {
				return "", false
			}
			out.WriteString(s)
		}
		start = t.kind == css.WhitespaceToken || t.kind == css.DelimToken && strings.Contains(">+~", t.text)
		tokens = tokens[n:]
	}
	return out.String(), !start
}

// cutRoot cuts off what stands for the root of the page, which is our element: html, body, both, or :root.
func cutRoot(tokens []token) (rest []token, isRoot bool) {
	for {
		n := 0
		if isRoot {
			for n < len(tokens) && (tokens[n].kind == css.WhitespaceToken || tokens[n].text == ">") {
				n++
			}
		}
		switch after := tokens[n:]; {
		case len(after) > 0 && after[0].kind == css.IdentToken && isOneOf(after[0].text, "html", "body") && (n > 0 || !isRoot):
			n++
		case len(after) > 1 && after[0].kind == css.ColonToken && after[1].kind == css.IdentToken && isOneOf(after[1].text, "root"):
			n += 2
		default:
			return tokens, isRoot
		}
		tokens, isRoot = tokens[n:], true
	}
}

func isOneOf(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(s, w) })
}

// leavesPage reports whether a selector goes on with what lies beside the element in front of it.
func leavesPage(tokens []token) bool {
	tokens = trimBlanks(tokens)
	return len(tokens) > 0 && tokens[0].kind == css.DelimToken && (tokens[0].text == "+" || tokens[0].text == "~")
}

// simple writes a class, an id, a condition on the class or a pseudo-class; n is the number of its tokens, 0 if it is not allowed.
func (c *cleaner) simple(tokens []token) (s string, n int) {
	t := tokens[0]
	var next token
	if len(tokens) > 1 {
		next = tokens[1]
	}
	switch {
	case t.kind == css.DelimToken && t.text == "." && next.kind == css.IdentToken && c.isClass(next.text):
		return "." + next.text, 2
	case t.kind == css.HashToken && isName(t.text):
		return "#" + c.policy.Prefix + t.text, 1
	case t.kind == css.ColonToken && next.kind == css.IdentToken && pseudo[strings.ToLower(next.text)]:
		return ":" + strings.ToLower(next.text), 2
	case t.kind == css.ColonToken && next.kind == css.FunctionToken && pseudo[next.text]:
		return nth(next.text, tokens[2:])
	case t.kind == css.LeftBracketToken:
		return c.ofClass(tokens)
	}
	return "", 0
}

// nth writes a pseudo-class with a number.
func nth(name string, tokens []token) (string, int) {
	out := ":" + name + "("
	for i, t := range tokens {
		switch t.kind {
		case css.RightParenthesisToken:
			return out + ")", i + 3
		case css.NumberToken, css.DimensionToken, css.IdentToken:
			if strings.Trim(strings.ToLower(t.text), "0123456789-+evnod") != "" {
				return "", 0
			}
			out += t.text
		case css.WhitespaceToken:
		case css.DelimToken:
			if t.text != "+" && t.text != "-" {
				return "", 0
			}
			out += t.text
		default:
			return "", 0
		}
	}
	return "", 0
}

// ofClass writes a condition on the attribute class, the only one that says nothing that the author of the styles has not written.
func (c *cleaner) ofClass(tokens []token) (string, int) {
	if len(tokens) < 3 || tokens[1].kind != css.IdentToken || !strings.EqualFold(tokens[1].text, "class") {
		return "", 0
	}
	if tokens[2].kind == css.RightBracketToken {
		return "[class]", 3
	}
	op := tokens[2].text
	if len(tokens) < 5 || tokens[4].kind != css.RightBracketToken || op != "=" && len(op) != 2 {
		return "", 0
	}
	value := tokens[3]
	switch tokens[2].kind {
	case css.DelimToken, css.IncludeMatchToken, css.DashMatchToken, css.PrefixMatchToken, css.SuffixMatchToken, css.SubstringMatchToken:
	default:
		return "", 0
	}
	if value.kind != css.IdentToken && value.kind != css.StringToken || !isFontName(value.text) {
		return "", 0
	}
	return "[class" + op + "'" + value.text + "']", 5
}

// isClass reports whether a name may be a class of the page.
func (c *cleaner) isClass(s string) bool {
	return isName(s) && !strings.HasPrefix(strings.ToLower(s), strings.ToLower(c.policy.Prefix))
}
