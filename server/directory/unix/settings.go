package unix

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"zarafa/daemon/settings"
	"zarafa/server/directory/charset"
)

// Settings are those of unix.cfg. They are read once and never changed.
type Settings struct {
	FullNameCharset string
	DefaultDomain   string
	Users, Groups   Numbers
	NonLoginShells  []string
}

// Numbers says which accounts of the system count, by their numbers.
type Numbers struct {
	Min, Max int
	Except   []uint32
}

// contains reports whether a number counts.
func (n Numbers) contains(number uint32) bool {
	return int64(number) >= int64(n.Min) && int64(number) <= int64(n.Max) && !slices.Contains(n.Except, number)
}

// Sections is the table of settings (agents.md section 10).
func (s *Settings) Sections() []settings.Section {
	return []settings.Section{
		{Title: "Users", Options: append([]settings.Option{
			{
				Name: "default_domain", Value: settings.Text(&s.DefaultDomain),
				Doc: "What follows the @ in the mail addresses of users who were given none. Must be set.",
			},
			{
				Name: "fullname_charset", Default: "iso-8859-15", Value: settings.Text(&s.FullNameCharset),
				Doc: "The character set of full names in the system's list of users. Names that are UTF-8 are understood in any case.",
			},
			{
				Name: "non_login_shell", Default: "/bin/false", Value: settings.Words(&s.NonLoginShells),
				Doc: "The shells of users who do not log on, here neither: their stores are for others to share.",
			},
		}, s.Users.options("user", "uid", "users")...)},
		{Title: "Groups", Options: s.Groups.options("group", "gid", "groups")},
	}
}

func (n *Numbers) options(kind, number, plural string) []settings.Option {
	return []settings.Option{
		{Name: "min_" + kind + "_" + number, Default: "1000", Value: settings.Int(&n.Min, 0, math.MaxInt32), Doc: "The lowest number of " + plural + " who count."},
		{Name: "max_" + kind + "_" + number, Default: "10000", Value: settings.Int(&n.Max, 0, math.MaxInt32), Doc: "The highest number of " + plural + " who count."},
		{Name: "except_" + kind + "_" + number + "s", Value: numberList{&n.Except}, Doc: "Numbers between those of " + plural + " who do not count."},
	}
}

// numberList binds a list of numbers.
type numberList struct{ field *[]uint32 }

func (v numberList) Set(text string) error {
	*v.field = nil
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, ",", " ")) {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is not a number; write %s", word, v.Kind())
		}
		*v.field = append(*v.field, uint32(n))
	}
	return nil
}

func (v numberList) String() string {
	words := make([]string, len(*v.field))
	for i, n := range *v.field {
		words[i] = strconv.FormatUint(uint64(n), 10)
	}
	return strings.Join(words, " ")
}

func (v numberList) Kind() string { return "numbers separated by spaces" }

// ReadSettings reads unix.cfg. Warnings are for the log.
func ReadSettings(path string) (Settings, []string, error) {
	var s Settings
	set, err := settings.New(s.Sections())
	if err != nil {
		return s, nil, err
	}
	err = set.ReadFile(path, settings.Source{})
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil, fmt.Errorf("user_plugin_config: %w; create the file, at least with default_domain", err)
	}
	if err != nil {
		return s, nil, err
	}
	if err := set.Apply(); err != nil {
		return s, nil, err
	}
	if s.DefaultDomain == "" {
		return s, nil, set.Problem("default_domain", "users have no mail addresses without it", "write the domain, such as example.com")
	}
	if _, err := charset.New(s.FullNameCharset); err != nil {
		return s, nil, set.Problem("fullname_charset", err.Error(), "write the name of a character set, such as UTF-8")
	}
	return s, set.Warnings(), nil
}
