package unix

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Limits of the files: what a wrong one can cost.
const (
	maxFile = 64 << 20 // bytes
	maxLine = 1 << 20  // groups have long ones
)

// account is a line of /etc/passwd.
type account struct {
	name, password string
	uid, gid       uint32
	gecos          []byte
	shell          string
}

// group is a line of /etc/group.
type group struct {
	name    string
	gid     uint32
	members []string
}

// shadow is a line of /etc/shadow. Times are days since 1970; those that are not there are -1.
type shadow struct {
	name, password                      string
	changed, maximum, inactive, expires int64
}

// files reads the system's lists below a root folder.
type files struct{ root string }

func (f files) lines(path string, line func(fields []string)) error {
	file, err := os.Open(filepath.Join(f.root, path))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := eachLine(file, line); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// eachLine splits the lines of a list into fields. Comments and entries of NIS ("+", "-") are left out.
func eachLine(r io.Reader, line func(fields []string)) error {
	limited := &io.LimitedReader{R: r, N: maxFile}
	sc := bufio.NewScanner(limited)
	sc.Buffer(make([]byte, 0, 4096), maxLine)
	for sc.Scan() {
		text := sc.Text()
		if text == "" || strings.ContainsAny(text[:1], "#+-") {
			continue
		}
		line(strings.Split(text, ":"))
	}
	if err := sc.Err(); err != nil {
		return err
	}
	if limited.N == 0 {
		return fmt.Errorf("the file has more than %d bytes", maxFile)
	}
	return nil
}

func (f files) accounts() ([]account, error) {
	var list []account
	err := f.lines("etc/passwd", func(fields []string) {
		if a, ok := parseAccount(fields); ok {
			list = append(list, a)
		}
	})
	return list, err
}

// parseAccount reads name:password:uid:gid:gecos:home:shell.
func parseAccount(fields []string) (account, bool) {
	if len(fields) != 7 || fields[0] == "" {
		return account{}, false
	}
	uid, err := strconv.ParseUint(fields[2], 10, 32)
	gid, gerr := strconv.ParseUint(fields[3], 10, 32)
	if err != nil || gerr != nil {
		return account{}, false
	}
	return account{name: fields[0], password: fields[1], uid: uint32(uid), gid: uint32(gid), gecos: []byte(fields[4]), shell: fields[6]}, true
}

func (f files) groups() ([]group, error) {
	var list []group
	err := f.lines("etc/group", func(fields []string) {
		if g, ok := parseGroup(fields); ok {
			list = append(list, g)
		}
	})
	return list, err
}

// parseGroup reads name:password:gid:members.
func parseGroup(fields []string) (group, bool) {
	if len(fields) != 4 || fields[0] == "" {
		return group{}, false
	}
	gid, err := strconv.ParseUint(fields[2], 10, 32)
	if err != nil {
		return group{}, false
	}
	g := group{name: fields[0], gid: uint32(gid)}
	for member := range strings.SplitSeq(fields[3], ",") {
		if member = strings.TrimSpace(member); member != "" {
			g.members = append(g.members, member)
		}
	}
	return g, true
}

// shadowOf finds a line of /etc/shadow; ok is false if there is none.
func (f files) shadowOf(name string) (found shadow, ok bool, err error) {
	err = f.lines("etc/shadow", func(fields []string) {
		if s, valid := parseShadow(fields); valid && s.name == name && !ok {
			found, ok = s, true
		}
	})
	return found, ok, err
}

// parseShadow reads name:password:changed:minimum:maximum:warning:inactive:expires:reserved. A number that cannot be read makes the line
// invalid, so that nobody is let in by mistake.
func parseShadow(fields []string) (shadow, bool) {
	if len(fields) < 8 || fields[0] == "" {
		return shadow{}, false
	}
	s := shadow{name: fields[0], password: fields[1]}
	for i, number := range map[int]*int64{2: &s.changed, 4: &s.maximum, 6: &s.inactive, 7: &s.expires} {
		*number = -1
		if fields[i] == "" {
			continue
		}
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return shadow{}, false
		}
		*number = max(n, -1)
	}
	return s, true
}

// expired says why an account may not log on on a day; "" if it may.
func (s *shadow) expired(day int64) string {
	switch {
	case s.expires >= 0 && day >= s.expires:
		return "the account has expired"
	case s.changed == 0:
		return "the password must be changed first"
	case s.changed > 0 && s.maximum >= 0 && s.maximum < 99999 && day > s.changed+s.maximum:
		return "the password has expired"
	}
	return ""
}

// fullName is the first part of the comment field.
func (a *account) fullName() []byte {
	name, _, _ := bytes.Cut(a.gecos, []byte(","))
	return bytes.TrimSpace(name)
}
