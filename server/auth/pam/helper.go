package pam

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What the helper process ends with.
const (
	exitAllowed = 0
	exitRefused = 10
	exitFailed  = 11
)

// question is what the helper process is asked, on its standard input.
type question struct {
	service, confdir, user, password string
}

// maxField bounds each field, in bytes.
const maxField = 4096

// encode makes lines that end with NUL, which no field has.
func (q question) encode() (string, error) {
	var b strings.Builder
	for _, field := range []string{q.service, q.confdir, q.user, q.password} {
		if strings.ContainsRune(field, 0) || len(field) > maxField {
			return "", errors.New("a name or password has a NUL, or is too long")
		}
		b.WriteString(field)
		b.WriteByte(0)
	}
	return b.String(), nil
}

func readQuestion(r io.Reader) (question, error) {
	var q question
	buffered := bufio.NewReader(io.LimitReader(r, 4*(maxField+1)))
	for _, field := range []*string{&q.service, &q.confdir, &q.user, &q.password} {
		text, err := buffered.ReadString(0)
		if err != nil {
			return q, fmt.Errorf("reading the question: %w", err)
		}
		*field = strings.TrimSuffix(text, "\x00")
	}
	return q, nil
}

// refusal is an error that knows whether somebody was refused.
type refusal interface{ Refused() bool }

// Help is the helper process: it reads one question, has it answered by authenticate (libpam.Authenticate), and returns what the
// process is to exit with. The reason of a refusal goes to stderr.
func Help(stdin io.Reader, stderr io.Writer, authenticate func(service, confdir, user, password string) error) int {
	q, err := readQuestion(stdin)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	err = authenticate(q.service, q.confdir, q.user, q.password)
	if err == nil {
		return exitAllowed
	}
	fmt.Fprintln(stderr, err)
	var r refusal
	if errors.As(err, &r) && r.Refused() {
		return exitRefused
	}
	return exitFailed
}
