package html

import "strings"

// FromPlain makes HTML of the text of a mail, as FromText does, and shows what is quoted and where the signature is: lines that begin with
// signs > stand in as many elements blockquote of the type cite, up to 16, and what follows the separator "-- " (RFC 3676, 4.3) in an
// element div with the class signature.
func FromPlain(text string) string {
	var out, run strings.Builder
	depth, signature := 0, false
	flush := func() {
		out.WriteString(FromText(strings.TrimSuffix(run.String(), "\n")))
		run.Reset()
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		level, rest := quoteLevel(line)
		if level != depth {
			flush()
			if signature {
				out.WriteString("</div>")
				signature = false
			}
			out.WriteString(strings.Repeat("</blockquote>", max(depth-level, 0)))
			out.WriteString(strings.Repeat(`<blockquote type="cite">`, max(level-depth, 0)))
			depth = level
		}
		if !signature && depth == 0 && line == "-- " {
			flush()
			out.WriteString(`<div class="signature">`)
			signature = true
		}
		run.WriteString(rest + "\n")
	}
	flush()
	if signature {
		out.WriteString("</div>")
	}
	out.WriteString(strings.Repeat("</blockquote>", depth))
	return out.String()
}

// quoteLevel is how often a line is quoted, and what is quoted. Programs write the signs with a blank behind each, or behind the last (RFC 3676, 4.5).
func quoteLevel(line string) (level int, rest string) {
	for level < deepestQuote {
		after, ok := strings.CutPrefix(line, ">")
		if !ok && level > 0 {
			after, ok = strings.CutPrefix(line, " >")
		}
		if !ok {
			break
		}
		line = after
		level++
	}
	if level > 0 {
		line = strings.TrimPrefix(line, " ")
	}
	return level, line
}
