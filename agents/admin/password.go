package admin

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// maxPasswordLine bounds what is read for a password.
const maxPasswordLine = 4096

// readPassword asks for the password if -P is given: twice on a terminal, without echo; otherwise two lines are read, so
// that scripts need not show it in the process list.
func (j *job) readPassword() error {
	if !j.promptPassword {
		if j.given("password") && j.password == "" {
			return errEmptyPassword
		}
		return nil
	}
	read := j.lineReader()
	if f, ok := j.Stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		read = j.terminalReader(f)
	}
	first, err := read("Type password: ")
	if err != nil {
		return err
	}
	second, err := read("Retype password: ")
	if err != nil {
		return err
	}
	switch {
	case first != second:
		return errors.New("the passwords do not match")
	case first == "":
		return errEmptyPassword
	}
	j.password = first
	return nil
}

var errEmptyPassword = errors.New("the password is empty")

// terminalReader asks on a terminal.
func (j *job) terminalReader(f *os.File) func(prompt string) (string, error) {
	return func(prompt string) (string, error) {
		fmt.Fprint(j.Stderr, prompt)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(j.Stderr)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		return string(text), nil
	}
}

// lineReader reads lines from standard input, without asking.
func (j *job) lineReader() func(string) (string, error) {
	lines := bufio.NewScanner(io.LimitReader(j.Stdin, 2*maxPasswordLine))
	lines.Buffer(nil, maxPasswordLine)
	return func(string) (string, error) {
		if lines.Scan() {
			return lines.Text(), nil
		}
		if err := lines.Err(); err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		return "", errors.New("reading the password: -P needs it on two lines of standard input")
	}
}
