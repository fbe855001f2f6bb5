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

// quotaOptions are those about the quota of a user.
type quotaOptions struct {
	override         boolean
	useDefault       boolean // --qd, the older spelling with the opposite meaning
	warn, soft, hard level
	userDefaults     [4]string
}

func (q *quotaOptions) define(fs *pflag.FlagSet) {
	fs.Var(&q.override, "qo", "the user has limits of his own, not the server's")
	fs.Var(&q.useDefault, "qd", "the opposite of --qo")
	fs.Var(&q.warn, "qw", "warn the user at this size; 0 for never")
	fs.Var(&q.soft, "qs", "let the user send no more at this size")
	fs.Var(&q.hard, "qh", "let the user receive no more at this size")
	for i, name := range []string{"udqo", "udqw", "udqs", "udqh"} {
		fs.StringVar(&q.userDefaults[i], name, "", "refused: `quota` of a company's users")
	}
}

func (q *quotaOptions) check() error {
	for _, text := range q.userDefaults {
		if text != "" {
			return fmt.Errorf("--udqo, --udqw, --udqs and --udqh set the default quota of a company: %w; "+
				"set quota_warn, quota_soft and quota_hard in server.cfg", errNoCompanies)
		}
	}
	if q.useDefault.given {
		if q.override.given {
			return errors.New("give either --qo or --qd")
		}
		q.override = boolean{value: !q.useDefault.value, given: true}
	}
	return nil
}

func (q *quotaOptions) given() bool {
	return q.override.given || q.warn.given || q.soft.given || q.hard.given
}

// complete reports whether all three levels are given.
func (q *quotaOptions) complete() bool { return q.warn.given && q.soft.given && q.hard.given }

// setQuota changes what the options say about the quota of a user, and leaves the rest.
func (j *job) setQuota(ctx context.Context, u client.User) error {
	q, err := j.session.Quota(ctx, u)
	if err != nil {
		return fmt.Errorf("reading the quota of %q: %w", u.Name, err)
	}
	if j.quota.override.given {
		q.UseDefault = !j.quota.override.value
	} else if q.UseDefault {
		j.warn("the levels have no effect until the user's own quota is switched on with --qo yes")
	}
	for _, l := range []struct {
		level *level
		field *int64
	}{{&j.quota.warn, &q.Warn}, {&j.quota.soft, &q.Soft}, {&j.quota.hard, &q.Hard}} {
		if l.level.given {
			*l.field = l.level.bytes
		}
	}
	if err := j.session.SetQuota(ctx, u, q); err != nil {
		return fmt.Errorf("setting the quota of %q: %w", u.Name, err)
	}
	return nil
}
