package config

import (
	"strings"

	"zarafa/daemon/settings"
)

// Companies says whether the server serves several companies, whose users do not see each other unless
// they are allowed to.
type Companies struct {
	Hosted bool
}

func (c *Companies) section() settings.Section {
	return settings.Section{Title: "Several companies", Options: []settings.Option{
		{
			Name: "enable_hosted_zarafa", Aliases: []string{"enable_hosted_kopano"}, Default: "no", Value: settings.Bool(&c.Hosted),
			Doc: "Whether the server serves several companies, each with users, groups and a public store of its own. " +
				"Users log on as loginname_format says.",
		},
	}}
}

// check refuses names of users that could not be told apart or taken apart again.
func (c *Companies) check(set *settings.Set, format string) error {
	if !c.Hosted {
		return nil
	}
	user, company := strings.Count(format, "%u"), strings.Count(format, "%c")
	switch {
	case user != 1 || company > 1:
		return set.Problem("loginname_format", "with enable_hosted_zarafa it needs %u once, and %c at most once", "use %u@%c")
	case strings.Contains(format, "%u%c") || strings.Contains(format, "%c%u"):
		return set.Problem("loginname_format", "nothing separates the user from the company", "use %u@%c")
	}
	return nil
}
