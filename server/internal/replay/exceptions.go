package replay

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Exception excuses differences of the exchanges and paths it names.
type Exception struct {
	Scenario string // prefix of the scenario's name, or "*"
	Exchange string // number or operation, or "*"
	Reason   string
	pattern  *regexp.Regexp
	line     int
	Used     int // how many differences it has excused
}

// LoadExceptions reads an exceptions file; its format stands in exceptions.txt.
func LoadExceptions(path string) ([]*Exception, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := readExceptions(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

func readExceptions(r io.Reader) ([]*Exception, error) {
	var out []*Exception
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		fields := strings.SplitN(text, "|", 4)
		if len(fields) != 4 {
			return nil, fmt.Errorf("line %d: want scenario | exchange | path | reason", n)
		}
		for i := range fields {
			if fields[i] = strings.TrimSpace(fields[i]); fields[i] == "" {
				return nil, fmt.Errorf("line %d: field %d is empty", n, i+1)
			}
		}
		pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(fields[2]), `\*`, ".*") + "$"
		out = append(out, &Exception{Scenario: fields[0], Exchange: fields[1], Reason: fields[3], pattern: regexp.MustCompile(pattern), line: n})
	}
	return out, lines.Err()
}

func (e *Exception) covers(scenario string) bool {
	return e.Scenario == "*" || strings.HasPrefix(scenario, e.Scenario)
}

func (e *Exception) applies(scenario string, ex *Exchange, d Diff) bool {
	return e.covers(scenario) && (e.Exchange == "*" || e.Exchange == ex.Op || e.Exchange == strconv.Itoa(ex.N)) && e.pattern.MatchString(d.Path)
}

func (e *Exception) String() string {
	return fmt.Sprintf("line %d: %s | %s | %s | %s", e.line, e.Scenario, e.Exchange, e.pattern, e.Reason)
}

// Stale lists the exceptions that a run over the given scenarios did not need.
func Stale(exceptions []*Exception, played []*Scenario) []*Exception {
	var out []*Exception
	for _, e := range exceptions {
		for _, sc := range played {
			if e.Used == 0 && e.covers(sc.Name) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}
