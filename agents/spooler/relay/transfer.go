package relay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-smtp"
)

// Outcome is what became of a mail for one recipient.
type Outcome int

// Outcomes. A mail whose outcome is Unanswered may have been accepted.
const (
	Accepted   Outcome = iota
	Refused            // for good
	Deferred           // not now
	Unanswered         // the relay said nothing after the whole mail
)

// Result is what the relay said of a recipient.
type Result struct {
	Outcome  Outcome
	Code     int    // of the reply, 0 without one
	Enhanced string // such as 5.1.1 (RFC 3463), empty if the relay gives none
	Text     string // all lines of the reply, without codes
}

// String is the reply as people read it.
func (r Result) String() string {
	if r.Code == 0 {
		return r.Text
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text))
}

// transfer is one transaction. Its error says that no recipient got an answer.
func transfer(c *smtp.Client, m *Mail) ([]Result, error) {
	results := make([]Result, len(m.Recipients))
	if err := sender(c, m); err != nil {
		return same(results, err)
	}
	accepted := 0
	for i, to := range m.Recipients {
		err := c.Rcpt(to, m.rcpt())
		if err == nil {
			accepted++
			continue
		}
		results[i] = resultOf(err)
		if lost(err) {
			if i == 0 {
				return nil, err
			}
			return deferRest(results, i, err), nil
		}
	}
	if accepted == 0 {
		return results, nil
	}
	err := text(c, m)
	for i := range results {
		if results[i].Code == 0 {
			results[i] = resultOfText(err)
		}
	}
	return results, nil
}

// rcpt are the parameters of RCPT; relays that do not know DSN get none.
func (m *Mail) rcpt() *smtp.RcptOptions {
	if !m.Report {
		return nil
	}
	return &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifySuccess, smtp.DSNNotifyFailure, smtp.DSNNotifyDelayed}}
}

// sender begins the transaction.
func sender(c *smtp.Client, m *Mail) error {
	if ok, _ := c.Extension("SMTPUTF8"); m.UTF8 && !ok {
		// No later attempt would end otherwise (RFC 6531 section 3.5).
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 6, 7}, Message: "The relay takes no addresses beyond ASCII"}
	}
	return c.Mail(m.From, &smtp.MailOptions{Size: m.Size, UTF8: m.UTF8})
}

// same gives all recipients the answer to MAIL, if it is one that concerns them.
func same(results []Result, err error) ([]Result, error) {
	var reply *smtp.SMTPError
	if !errors.As(err, &reply) || reply.Code == 421 {
		return nil, err
	}
	for i := range results {
		results[i] = resultOf(err)
	}
	return results, nil
}

// deferRest is for a connection that ended at a recipient: those accepted before were not sent anything either.
func deferRest(results []Result, from int, err error) []Result {
	for i := range results {
		if results[i].Code == 0 || i >= from {
			results[i] = Result{Outcome: Deferred, Text: err.Error()}
		}
	}
	return results
}

// errText is a failure to write the mail that is not the relay's.
type errText struct{ error }

func (e errText) Unwrap() error { return e.error }

// text sends the mail itself.
func text(c *smtp.Client, m *Mail) error {
	w, err := c.Data()
	if err != nil {
		return err
	}
	lines := bufio.NewWriterSize(w, 32<<10)
	err = m.Text(bareless{lines})
	if err == nil {
		err = lines.Flush()
	}
	if err != nil {
		// Closing the connection without the final dot makes the relay forget what it has.
		return errText{errors.Join(err, ignoreClosed(c.Close()))}
	}
	_, err = w.CloseWithResponse()
	if err != nil && lost(err) {
		return unanswered{err}
	}
	return err
}

type unanswered struct{ error }

func (e unanswered) Unwrap() error { return e.error }

// lost reports whether an error is not a reply but the end of the connection; 421 announces it.
func lost(err error) bool {
	var reply *smtp.SMTPError
	return !errors.As(err, &reply) || reply.Code == 421
}

// resultOf is what a reply means. Codes that are not among those of RFC 5321 count as refusals.
func resultOf(err error) Result {
	var reply *smtp.SMTPError
	if !errors.As(err, &reply) {
		return Result{Outcome: Deferred, Text: err.Error()}
	}
	r := Result{Outcome: Refused, Code: reply.Code, Text: reply.Message}
	if reply.EnhancedCode != (smtp.EnhancedCode{}) {
		r.Enhanced = fmt.Sprintf("%d.%d.%d", reply.EnhancedCode[0], reply.EnhancedCode[1], reply.EnhancedCode[2])
	}
	if reply.Code/100 == 4 {
		r.Outcome = Deferred
	}
	return r
}

func resultOfText(err error) Result {
	switch {
	case err == nil:
		return Result{Outcome: Accepted, Code: 250}
	case errors.As(err, new(unanswered)):
		return Result{Outcome: Unanswered, Text: err.Error()}
	}
	return resultOf(err)
}

// bareless leaves out carriage returns that end no line: relays treat them differently, which lets one mail become two.
type bareless struct{ w *bufio.Writer }

func (b bareless) Write(p []byte) (int, error) {
	for i, ch := range p {
		if ch == '\r' {
			continue // the writer below puts one before each LF
		}
		if err := b.w.WriteByte(ch); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

var _ io.Writer = bareless{}
