package content

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

const sample = `BEGIN:VCALENDAR
x-odd;A="b;c:d",e;CN="say ^'hi^' ^^ ^n";empty=:va\,lue\;\\ \n:x
begin:vevent
SUMMARY:folded i
 n two
	 and three
BEGIN:VALARM
END:VALARM
DTSTART;TZID=Europe/Amsterdam:20260102T030405
end:VEVENT
END:VCALENDAR
`

// TestUntouchedIsIdentical: what was read is written as it was, with CRLF in place of other ends.
func TestUntouchedIsIdentical(t *testing.T) {
	for _, in := range []string{crlf(sample), sample, strings.ReplaceAll(sample, "\n", "\r"), "\uFEFF" + sample, sample + "\n\n"} {
		roots, err := Parse(in, Limits{})
		if err != nil || len(roots) != 1 {
			t.Fatalf("%q: %v, %d components", in, err, len(roots))
		}
		if got := roots[0].String(); got != crlf(sample) {
			t.Errorf("got\n%s", got)
		}
		if got := roots[0].Clone().String(); got != crlf(sample) {
			t.Errorf("a clone is\n%s", got)
		}
	}
}

func TestLine(t *testing.T) {
	roots, err := Parse(sample, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	c := roots[0]
	l := c.Get("X-ODD")
	if got := l.ParamValues("a"); !slices.Equal(got, []string{"b;c:d", "e"}) {
		t.Errorf("A is %q", got)
	}
	if got := l.Param("CN"); got != "say \"hi\" ^ \n" {
		t.Errorf("CN is %q", got)
	}
	if !l.HasParam("EMPTY") || l.Param("EMPTY") != "" || l.HasParam("none") {
		t.Error("an empty parameter is not told from none")
	}
	if got := l.Text(); got != "va,lue;\\ \n:x" {
		t.Errorf("the text is %q", got)
	}
	l.SetParam("CN", "a \"b\"; c")
	l.SetText("new,")
	if got, want := l.String(), `x-odd;A="b;c:d",e;CN="a ^'b^'; c";empty=:new\,`; got != want {
		t.Errorf("got %s, not %s", got, want)
	}
	event := slices.Collect(c.Components())[0]
	if got := event.Text("summary"); got != "folded in two and three" {
		t.Errorf("unfolded %q", got)
	}
	event.Set(New("SUMMARY", "new"))
	event.Remove("DTSTART")
	event.RemoveComponents(func(c *Component) bool { return c.Is("valarm") })
	if got, want := event.String(), crlf("begin:vevent\nSUMMARY:new\nend:VEVENT\n"); got != want {
		t.Errorf("got %q", got)
	}
}

func TestVCardLines(t *testing.T) {
	in := crlf("BEGIN:VCARD\nitem1.TEL;HOME;TYPE=cell,voice:+31\nN:Jan\\;sen;A,B;;\nEND:VCARD\n")
	roots, err := Parse(in, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tel := roots[0].Get("tel")
	if tel.Group() != "item1" || tel.Params()[0].Values[0] != "HOME" || tel.Param("type") != "cell" {
		t.Errorf("read as %+v", tel)
	}
	fields := Fields(roots[0].Value("N"))
	if len(fields) != 4 || fields[0][0] != "Jan;sen" || !slices.Equal(fields[1], []string{"A", "B"}) || fields[2] != nil {
		t.Errorf("fields are %q", fields)
	}
	if got := JoinFields(fields); got != "Jan\\;sen;A,B;;" {
		t.Errorf("written as %s", got)
	}
}

// TestSyntax: what Parse refuses, ParseLenient makes the best of.
func TestSyntax(t *testing.T) {
	for _, c := range []struct {
		in      string
		line    int
		lenient string
	}{
		{"BEGIN:A\nX\nY:1\nEND:A\n", 2, "BEGIN:A\nY:1\nEND:A\n"},
		{"BEGIN:A\nX;A=b\nEND:A\n", 2, "BEGIN:A\nEND:A\n"},
		{"BEGIN:A\nö:1\nEND:A\n", 2, "BEGIN:A\nEND:A\n"},
		{"BEGIN:A\nX:1\n", 3, "BEGIN:A\nX:1\nEND:A\n"},
		{"X:1\nBEGIN:A\nEND:A\n", 1, "BEGIN:A\nEND:A\n"},
		{"BEGIN:A\nBEGIN:B\nEND:A\n", 3, "BEGIN:A\nBEGIN:B\nEND:B\nEND:A\n"},
		{"BEGIN:A\nEND:B\nEND:A\n", 2, "BEGIN:A\nEND:A\n"},
	} {
		_, err := Parse(c.in, Limits{})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != c.line {
			t.Errorf("%q: %v, not line %d", c.in, err, c.line)
		}
		roots, err := ParseLenient(c.in, Limits{})
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		var got []byte
		for _, r := range roots {
			got = r.Append(got)
		}
		if string(got) != crlf(c.lenient) {
			t.Errorf("%q is read as %q", c.in, got)
		}
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("BEGIN:A\n", 9)
	for name, c := range map[string]struct {
		text   string
		limits Limits
	}{
		"depth":       {deep, Limits{}},
		"line":        {"A:" + strings.Repeat("x", 100), Limits{Line: 100}},
		"folded line": {"A:\n" + strings.Repeat(" x\n", 100), Limits{Line: 100}},
		"lines":       {"BEGIN:A\nX:1\nY:1\nEND:A", Limits{Lines: 3}},
		"components":  {"BEGIN:A\nEND:A\nBEGIN:A\nEND:A", Limits{Components: 1}},
	} {
		for _, parse := range []func(string, Limits) ([]*Component, error){Parse, ParseLenient} {
			if _, err := parse(c.text, c.limits); !errors.Is(err, ErrLimit) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestFold: no line is longer than 75 bytes, no character is cut, and unfolding gives the line back.
func TestFold(t *testing.T) {
	for _, value := range []string{
		"", strings.Repeat("a", 73), strings.Repeat("a", 74), strings.Repeat("é", 300), strings.Repeat("😀", 200), "a" + strings.Repeat("😀", 200),
		strings.Repeat("\xff", 200), strings.Repeat("\x80", 200),
	} {
		c := NewComponent("A")
		c.Add(New("X", value))
		text := c.String()
		for line := range strings.Lines(text) {
			if n := len(strings.TrimSuffix(line, "\r\n")); n > 75 {
				t.Errorf("a line of %d bytes", n)
			}
			if strings.HasPrefix(value, "é") && strings.ContainsRune(line, '\uFFFD') {
				t.Errorf("a character is cut in %q", line)
			}
		}
		roots, err := Parse(text, Limits{})
		if err != nil || roots[0].Value("X") != value {
			t.Errorf("%q comes back as %q, %v", value, roots, err)
		}
	}
}

// TestNoInjection: what a value or a parameter holds cannot become another line.
func TestNoInjection(t *testing.T) {
	c := NewComponent("A")
	c.Add(New("X\r\nY", "1\r\nEVIL:1", P("A\r\nB", "a\r\nEVIL:1\"")), NewText("Z", "a\r\nEVIL:1\rEVIL:2"))
	roots, err := Parse(c.String(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(slices.Collect(roots[0].Lines())); got != 2 {
		t.Errorf("%d lines: %s", got, c)
	}
	if got := roots[0].Text("Z"); got != "a\nEVIL:1\nEVIL:2" {
		t.Errorf("the text is %q", got)
	}
}

// TestRandomLines: any parameters and any text come back.
func TestRandomLines(t *testing.T) {
	r := testseed.New(t)
	for range 2000 {
		text := randomText(r)
		l := NewText("X-A", text)
		want := map[string][]string{}
		for _, name := range []string{"P", "Q-R", "S"}[:r.IntN(4)] {
			for range 1 + r.IntN(3) {
				want[name] = append(want[name], randomText(r))
			}
			l.SetParam(name, want[name]...)
		}
		c := NewComponent("A")
		c.Add(l)
		roots, err := Parse(c.String(), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		back := roots[0].Get("X-A")
		if back.Text() != text {
			t.Fatalf("%q came back as %q", text, back.Text())
		}
		for name, values := range want {
			if got := back.ParamValues(name); !slices.Equal(got, values) {
				t.Fatalf("%s=%q came back as %q", name, values, got)
			}
		}
		list := []string{randomText(r), text, ""}
		if got := Texts(JoinTexts(list)); !slices.Equal(got, list) {
			t.Fatalf("the list %q came back as %q", list, got)
		}
	}
}

func randomText(r *rand.Rand) string {
	alphabet := []rune("ab ,;:\\\"^'n\nNé😀=.\t")
	out := make([]rune, r.IntN(40))
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// TestLinear: the work grows with the text. Allocations tell, as each piece that is read is at most one.
func TestLinear(t *testing.T) {
	for name, piece := range map[string]string{
		"parameters": ";A=b", "quotes": `;A="b`, "values": ",b", "quoted values": `,"b"`, "carets": "^n", "bare": ";A",
	} {
		small, large := cost(piece, 1000), cost(piece, 8000)
		if large > 12*small+100 {
			t.Errorf("%s: %v allocations for 8 times the text of %v", name, large, small)
		}
	}
}

func cost(piece string, n int) float64 {
	text := "BEGIN:A\nX;P=q" + strings.Repeat(piece, n) + ":v\nEND:A\n"
	return testing.AllocsPerRun(1, func() { _, _ = ParseLenient(text, Limits{}) })
}
