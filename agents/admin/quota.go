package admin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/client"
)

// megabyte is the unit of the levels on the command line.
const megabyte = 1 << 20

// level is a limit in MB; 0 is none.
type level struct {
	bytes int64
	given bool
}

func (l *level) Type() string   { return "MB" }
func (l *level) String() string { return "" }

func (l *level) Set(text string) error {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/megabyte {
		return errors.New("write a number of megabytes, 0 for no limit")
	}
	*l = level{n * megabyte, true}
	return nil
}

// limits are options about one quota.
type limits struct {
	override         boolean
	warn, soft, hard level
}

func (l *limits) given() bool {
	return l.override.given || l.warn.given || l.soft.given || l.hard.given
}

// complete reports whether all three levels are given.
func (l *limits) complete() bool { return l.warn.given && l.soft.given && l.hard.given }

// apply changes what is given, and reports whether the levels have an effect then.
func (l *limits) apply(q *client.Quota) bool {
	if l.override.given {
		q.UseDefault = !l.override.value
	}
	for _, level := range []struct {
		from *level
		to   *int64
	}{{&l.warn, &q.Warn}, {&l.soft, &q.Soft}, {&l.hard, &q.Hard}} {
		if level.from.given {
			*level.to = level.from.bytes
		}
	}
	return l.override.given || !q.UseDefault
}

// quotaOptions are those about the quota of a user or of the public store of a company, and about that of a company's
// users.
type quotaOptions struct {
	limits
	useDefault boolean // --qd, the older spelling with the opposite meaning
	users      limits
}

func (q *quotaOptions) define(fs *pflag.FlagSet) {
	fs.Var(&q.override, "qo", "the user or company has limits of its own, not the default")
	fs.Var(&q.useDefault, "qd", "the opposite of --qo")
	fs.Var(&q.warn, "qw", "warn the user at this size; 0 for never")
	fs.Var(&q.soft, "qs", "let the user send no more at this size")
	fs.Var(&q.hard, "qh", "let the user receive no more at this size")
	fs.Var(&q.users.override, "udqo", "the company has limits of its own for its users, not the server's")
	fs.Var(&q.users.warn, "udqw", "warn the company's users at this size")
	fs.Var(&q.users.soft, "udqs", "let them send no more at this size")
	fs.Var(&q.users.hard, "udqh", "let them receive no more at this size")
}

func (q *quotaOptions) check(a *action) error {
	if q.users.given() && a.name != actionCreateCompany && a.name != actionUpdateCompany {
		return errors.New("--udqo, --udqw, --udqs and --udqh set what a company has for its users; use them with --create-company or --update-company")
	}
	if q.useDefault.given {
		if q.override.given {
			return errors.New("give either --qo or --qd")
		}
		q.override = boolean{value: !q.useDefault.value, given: true}
	}
	return nil
}

// setQuota changes what the options say about the quota of a user, and leaves the rest.
func (j *job) setQuota(ctx context.Context, u client.User) error {
	q, err := j.session.Quota(ctx, u)
	if err != nil {
		return fmt.Errorf("reading the quota of %q: %w", u.Name, err)
	}
	if !j.quota.apply(&q) {
		j.warn("the levels have no effect until the user's own quota is switched on with --qo yes")
	}
	if err := j.session.SetQuota(ctx, u, q); err != nil {
		return fmt.Errorf("setting the quota of %q: %w", u.Name, err)
	}
	return nil
}
