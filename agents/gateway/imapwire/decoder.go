package imapwire

import (
	"bufio"
	"errors"
	"io"
	"strconv"
)

// Limits bound what a command may cost. A zero means the default.
type Limits struct {
	// Text is the length of a command without its literals, in bytes. The default is 65,536.
	Text int
	// Literal is the length of a literal that stands for a string, in bytes. That of streams is the affair of who accepts them. The default is 65,536.
	Literal int64
	// Strings is the length of all literals of a command together that stand for strings. The default is 1 MiB.
	Strings int64
	// Skip is how many bytes of a malformed or refused command are read to find its end; a longer one is a fatal error. A client that is to go on after
	// the refusal of a message that it sent without asking needs as much as the largest message. The default is 1 MiB.
	Skip int64
	// Depth is how deep lists and search keys may be nested. The default is 1,000: clients join alternatives as OR a OR b OR c ….
	Depth int
	// Elements is how many items, search keys, flags and list elements a command may have; ranges of sets do not count. The default is 20,000.
	Elements int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Text: orDefault(l.Text, 1<<16), Literal: orDefault(l.Literal, 1<<16), Strings: orDefault(l.Strings, 1<<20),
		Skip: orDefault(l.Skip, 1<<20), Depth: orDefault(l.Depth, 1000), Elements: orDefault(l.Elements, 20000),
	}
}

func orDefault[T int | int64](n, otherwise T) T {
	if n == 0 {
		return otherwise
	}
	return n
}

// Decoder reads commands. See the package comment.
type Decoder struct {
	r      *bufio.Reader
	limits Limits
	// proceed sends the continuation request for a synchronising literal.
	proceed func() error
	utf8    bool

	err        error
	begun      bool  // something of the command was read
	ended      bool  // its last line end was read, or it was refused at a synchronising literal
	text       int   // bytes of its text
	slack      int   // how much longer it may be, within the header of a literal
	strings    int64 // bytes of its literals that were kept
	elements   int
	depth      int
	literal    literalState
	appended   int    // messages of APPEND so far
	inUTF8Data bool   // a literal stands within UTF8 (…)
	start      int    // where in the text the current token begins
	scratch    []byte // the current token
	steps      int    // bytes that were looked at, for the test that each is looked at a bounded number of times
}

// NewDecoder makes a decoder. proceed is called when a synchronising literal is accepted; it has to send a continuation request ("+ OK") and all
// that is buffered. Its error ends the connection.
func NewDecoder(r *bufio.Reader, limits Limits, proceed func() error) *Decoder {
	return &Decoder{r: r, limits: limits.withDefaults(), proceed: proceed, ended: true}
}

// Reset goes on with another reader, as after STARTTLS. What the old one had buffered is lost on purpose: it came unprotected.
func (d *Decoder) Reset(r *bufio.Reader) { d.r = r }

// SetLimits changes the limits from the next command on, as after log-on.
func (d *Decoder) SetLimits(limits Limits) { d.limits = limits.withDefaults() }

// SetUTF8 says how names of mailboxes are written: in UTF-8 (after ENABLE UTF8=ACCEPT or IMAP4rev2), or in modified UTF-7.
func (d *Decoder) SetUTF8(on bool) { d.utf8 = on }

// Err is the first error since Command.
func (d *Decoder) Err() error { return d.err }

// begin forgets the command before.
func (d *Decoder) begin() {
	d.err, d.begun, d.ended, d.text, d.strings, d.elements, d.depth = nil, false, false, 0, 0, 0, 0
	d.literal, d.appended, d.inUTF8Data = literalState{}, 0, false
	if cap(d.scratch) > 4096 {
		d.scratch = nil // a connection that waits has no use for it
	}
}

// Command begins a command and reads its tag and its name in upper case; that of UID commands is "UID FETCH" and so on. Where the tag is "",
// the answer has to be untagged. Err is io.EOF if the connection ended between commands.
func (d *Decoder) Command() (tag, name string) {
	d.begin()
	tag = d.Tag()
	d.SP()
	if d.err != nil {
		return tag, ""
	}
	word := d.keyword()
	if len(word) == 0 {
		d.fail("Command expected")
		return tag, ""
	}
	if string(word) == "UID" {
		d.SP()
		word = d.keyword()
		return tag, uidCommand(word)
	}
	return tag, commandName(word)
}

// Finish ends a command: it expects its line end, or, after an error, consumes the rest of it. It returns the first error.
//
// After an error a synchronising literal ends the command, since the client waits until it has been told; others are skipped.
func (d *Decoder) Finish() error {
	d.endLiteral()
	if d.inUTF8Data && !d.take(')') {
		d.fail(") expected")
	}
	if d.err == nil {
		d.CRLF()
	}
	if d.err != nil {
		d.skip()
	}
	return d.err
}

// Fail makes the command an erroneous one for a reason of the caller's, such as that he does not know its name: Finish then consumes it, and returns
// err if there was no other error before.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// fail records a syntax error at what comes next, if it is the first one.
func (d *Decoder) fail(text string) { d.failAt(d.text, text) }

// failWord records a syntax error at the token that was read last.
func (d *Decoder) failWord(text string) { d.failAt(d.start, text) }

// failAt records a syntax error at a place in the command's text, which does not count literals. People count from 1.
func (d *Decoder) failAt(place int, text string) {
	d.failAs(Syntax, text+" at byte "+strconv.Itoa(place+1))
}

func (d *Decoder) failAs(kind Kind, text string) {
	if d.err == nil {
		d.err = &Error{Kind: kind, Text: text}
	}
}

// fatal records an error after which nothing can be read any more, even if there was one before.
func (d *Decoder) fatal(kind Kind, text string) {
	d.err, d.ended = &Error{Kind: kind, Text: text, Fatal: true}, true
}

// broken records an error of the connection, whatever was before.
func (d *Decoder) broken(err error) {
	if errors.Is(err, io.EOF) && d.begun {
		err = io.ErrUnexpectedEOF
	}
	d.err, d.ended = err, true
}

// window is what is buffered of the command's text: at least one byte, or nil after an error or the command's end.
func (d *Decoder) window() []byte {
	if d.err != nil || d.ended {
		return nil
	}
	d.endLiteral()
	return d.buffered()
}

// buffered is what is buffered, whatever the state; nil if the connection broke.
func (d *Decoder) buffered() []byte {
	if d.r.Buffered() == 0 {
		if _, err := d.r.Peek(1); err != nil {
			d.broken(err)
			return nil
		}
	}
	d.begun = true
	b, _ := d.r.Peek(d.r.Buffered())
	return b
}

// lookahead is what comes next, n bytes unless the connection has fewer; none of them is consumed. The command must not end before them but by
// what the caller looks for: it may wait for the connection otherwise, and so gives less as soon as a line ends.
func (d *Decoder) lookahead(n int) []byte {
	for k := len(d.window()); d.err == nil && !d.ended; {
		b, err := d.r.Peek(min(k, n))
		d.steps += len(b)
		for i, c := range b {
			if c == '\r' || c == '\n' {
				return b[:i]
			}
		}
		if err != nil || len(b) == n {
			return b
		}
		k = len(b) + 1
	}
	return nil
}

// peek is the next byte; 0, which no element of the grammar has, after an error or the command's end.
func (d *Decoder) peek() byte {
	d.steps++
	if b := d.window(); len(b) > 0 {
		return b[0]
	}
	return 0
}

// advance consumes n bytes of text that are buffered.
func (d *Decoder) advance(n int) {
	d.steps += n
	if left := max(0, d.limits.Text+d.slack-d.text); n > left {
		n = left
		d.failAs(TooLong, "Command is too long")
	}
	d.text += n
	_, _ = d.r.Discard(n)
}

// take consumes a byte if it is the next one.
func (d *Decoder) take(c byte) bool {
	if d.peek() != c || d.err != nil || d.ended {
		return false
	}
	d.advance(1)
	return d.err == nil
}

// element counts an element of the command.
func (d *Decoder) element() {
	if d.elements++; d.elements > d.limits.Elements {
		d.failAs(TooLong, "Command has too many elements")
	}
}

// enter and leave count how deep elements are nested.
func (d *Decoder) enter() bool {
	if d.depth++; d.depth > d.limits.Depth {
		d.failAs(TooLong, "Command is nested too deeply")
	}
	return d.err == nil
}

func (d *Decoder) leave() { d.depth-- }
