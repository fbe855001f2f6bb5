package settings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Value binds a setting to a field and knows its syntax.
type Value interface {
	// Set parses text and stores the result. Its error says what is wrong with
	// the text and how a right one looks; the caller adds where and which setting.
	Set(text string) error
	// String gives the stored value in the syntax that Set accepts.
	String() string
	// Kind describes the accepted values to people, e.g. "yes or no".
	Kind() string
}

// cautious is a Value that accepts some texts which were probably not meant so.
type cautious interface {
	// Caution returns what the operator should know about text, or "".
	Caution(text string) string
}

type textValue struct{ field *string }

// Text binds a text that is taken as it is.
func Text(field *string) Value { return textValue{field} }

func (v textValue) Set(text string) error { *v.field = text; return nil }
func (v textValue) String() string        { return *v.field }
func (v textValue) Kind() string          { return "text" }

type secretValue struct{ field *Secret }

// SecretText binds a text that is concealed wherever it is shown, is not taken
// from the environment and is refused on the command line, which every user of the
// machine can read.
func SecretText(field *Secret) Value { return secretValue{field} }

func (v secretValue) Set(text string) error { *v.field = NewSecret(text); return nil }
func (v secretValue) String() string        { return v.field.String() }
func (v secretValue) Kind() string          { return "secret text" }

type boolValue struct{ field *bool }

// Bool binds a truth value. As in all programs of this family only 0, no and
// false mean no; any other text means yes, the empty one included.
func Bool(field *bool) Value { return boolValue{field} }

func (v boolValue) Set(text string) error {
	*v.field = text != "0" && !strings.EqualFold(text, "no") && !strings.EqualFold(text, "false")
	return nil
}

func (v boolValue) String() string {
	if *v.field {
		return "yes"
	}
	return "no"
}

func (v boolValue) Kind() string { return "yes or no" }

func (v boolValue) Caution(text string) string {
	switch strings.ToLower(text) {
	case "0", "1", "no", "yes", "false", "true":
		return ""
	}
	return fmt.Sprintf("%q means yes, because only 0, no and false mean no; write yes or no", text)
}

type intValue struct {
	field    *int
	min, max int
}

// Int binds a whole number between min and max, both included.
func Int(field *int, min, max int) Value { return intValue{field, min, max} }

func (v intValue) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%q is not a whole number; write %s", text, v.Kind())
	}
	if n < v.min || n > v.max {
		return fmt.Errorf("%d is out of range; write %s", n, v.Kind())
	}
	*v.field = n
	return nil
}

func (v intValue) String() string { return strconv.Itoa(*v.field) }

func (v intValue) Kind() string {
	if v.max == math.MaxInt {
		return fmt.Sprintf("a number from %d", v.min)
	}
	return fmt.Sprintf("a number from %d to %d", v.min, v.max)
}

type sizeValue struct {
	field    *int64
	min, max int64
}

// Size binds a number of bytes, which may be written with k, m or g for powers of
// 1024.
func Size(field *int64, min, max int64) Value { return sizeValue{field, min, max} }

func (v sizeValue) Set(text string) error {
	n, err := ParseSize(text)
	if err != nil {
		return err
	}
	if n < v.min || n > v.max {
		return fmt.Errorf("%d bytes is out of range; write %s to %s", n, FormatSize(v.min), FormatSize(v.max))
	}
	*v.field = n
	return nil
}

func (v sizeValue) String() string { return FormatSize(*v.field) }
func (v sizeValue) Kind() string   { return "bytes, with k, m or g for powers of 1024" }

type durationValue struct {
	field    *time.Duration
	unit     time.Duration
	min, max int64 // in units
}

// Duration binds a whole number of units (seconds, minutes, days…) between low
// and high, both included.
func Duration(field *time.Duration, unit time.Duration, low, high int64) Value {
	return durationValue{field, unit, low, min(high, int64(math.MaxInt64/unit))}
}

func (v durationValue) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number; write %s", text, v.Kind())
	}
	if n < v.min || n > v.max {
		return fmt.Errorf("%d is out of range; write %d to %d (%s)", n, v.min, v.max, v.Kind())
	}
	*v.field = time.Duration(n) * v.unit
	return nil
}

func (v durationValue) String() string { return strconv.FormatInt(int64(*v.field/v.unit), 10) }

func (v durationValue) Kind() string {
	switch v.unit {
	case time.Millisecond:
		return "milliseconds"
	case time.Second:
		return "seconds"
	case time.Minute:
		return "minutes"
	case 24 * time.Hour:
		return "days"
	}
	return "units of " + v.unit.String()
}

type choiceValue struct {
	field   *string
	allowed []string
}

// Choice binds one of the allowed words.
func Choice(field *string, allowed ...string) Value { return choiceValue{field, allowed} }

func (v choiceValue) Set(text string) error {
	if !slices.Contains(v.allowed, text) {
		return fmt.Errorf("%q is not one of the possible values; write %s", text, v.Kind())
	}
	*v.field = text
	return nil
}

func (v choiceValue) String() string { return *v.field }

func (v choiceValue) Kind() string {
	if n := len(v.allowed); n > 1 {
		return strings.Join(v.allowed[:n-1], ", ") + " or " + v.allowed[n-1]
	}
	return strings.Join(v.allowed, "")
}

type wordsValue struct{ field *[]string }

// Words binds a list of words separated by spaces.
func Words(field *[]string) Value { return wordsValue{field} }

func (v wordsValue) Set(text string) error { *v.field = strings.Fields(text); return nil }
func (v wordsValue) String() string        { return strings.Join(*v.field, " ") }
func (v wordsValue) Kind() string          { return "words separated by spaces" }
