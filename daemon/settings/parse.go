package settings

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Limits of the file syntax. They bound what a wrong file (a log, a device) can
// cost; MaxValue is the limit that all programs of this family have.
const (
	MaxValue    = 1023    // bytes of one value
	maxLine     = 4 << 10 // bytes of one line
	maxLines    = 50_000  // lines of one file
	maxIncludes = 64      // files read for one setting file
)

// Line is one line of a settings file that means something.
type Line struct {
	Number int
	// Directive is the word after "!" of a line such as "!include FILE", whose
	// argument is then in Value; it is empty on a line "name = value".
	Directive string
	Name      string
	Value     string
}

// Parse reads the syntax of a settings file and calls yield for each assignment
// and directive. It knows no settings: names and values are passed on as written,
// trimmed. Comments, empty lines and lines without "=" are skipped. Parse stops
// with an [Error] whose origin has the line (and file as name) if a line or the
// file is too long, and with yield's error if it returns one.
func Parse(r io.Reader, file string, yield func(Line) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 1024), maxLine)
	number := 0
	for sc.Scan() {
		number++
		if number > maxLines {
			return &Error{Origin: Origin{file, number}, Problem: "the file is too long for a settings file",
				Remedy: "check that the right file is named"}
		}
		line, ok := parseLine(sc.Text())
		if !ok {
			continue
		}
		line.Number = number
		if err := yield(line); err != nil {
			return err
		}
	}
	if err := sc.Err(); err == bufio.ErrTooLong {
		return &Error{Origin: Origin{file, number + 1}, Problem: fmt.Sprintf("the line is longer than %d bytes", maxLine),
			Remedy: "shorten it, or check that the right file is named"}
	} else if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// space is what is trimmed round names and values.
const space = " \t\r\n"

// parseLine reports false for a line without meaning.
func parseLine(text string) (Line, bool) {
	if strings.HasPrefix(text, "#") {
		return Line{}, false
	}
	if rest, ok := strings.CutPrefix(text, "!"); ok {
		rest = strings.Trim(rest, space)
		word, argument := rest, ""
		if i := strings.IndexAny(rest, space); i >= 0 {
			word, argument = rest[:i], strings.Trim(rest[i:], space)
		}
		return Line{Directive: word, Value: argument}, word != ""
	}
	name, value, ok := strings.Cut(text, "=")
	name = strings.Trim(name, space)
	if !ok || name == "" {
		return Line{}, false
	}
	return Line{Name: name, Value: strings.Trim(value, space)}, true
}
