package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// figure is what is measured: the least time and the least processor time of some rounds, which need not be the same round's.
type figure struct {
	wall time.Duration
	used []time.Duration // of each process
}

func (f *figure) least(wall time.Duration, used []time.Duration) {
	if f.wall == 0 || wall < f.wall {
		f.wall = wall
	}
	if f.used == nil || total(used) < total(f.used) {
		f.used = used
	}
}

func total(list []time.Duration) (sum time.Duration) {
	for _, d := range list {
		sum += d
	}
	return sum
}

// measure does something and adds what it took, divided by times.
func (f *figure) measure(s system, times int, do func() error) error {
	before := usedOf(s)
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	wall := time.Since(start)
	after := usedOf(s)
	for i := range after {
		after[i] = (after[i] - before[i]) / time.Duration(times)
	}
	f.least(wall/time.Duration(times), after)
	return nil
}

func usedOf(s system) (list []time.Duration) {
	for _, pid := range s.pids() {
		list = append(list, used(pid))
	}
	return list
}

const headers = "(UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Bcc Resent-Message-ID Subject Date Message-ID Priority X-Priority References " +
	"Newsgroups In-Reply-To Content-Type Reply-To)])"

// task is something that a mail program does. n is how many messages there are.
type task struct {
	title string
	do    func(c *conn, n int) error
	cold  bool // it is measured when it is done for the first time, too
	most  int  // in mailboxes of up to so many messages
}

const everywhere = 1 << 30

// mostStored is in up to how many mails flags are changed: in 20,000 that takes seconds.
func (o *options) mostStored() int {
	if o.huge {
		return 20_000
	}
	return 1000
}

func (o *options) tasks() []task {
	rows := func(command string) func(c *conn, n int) error {
		return func(c *conn, n int) error {
			a, err := c.command(command)
			if err == nil && a.untagged < n {
				return fmt.Errorf("%s: %d answers of %d", command, a.untagged, n)
			}
			return err
		}
	}
	search := func(text string, part int) func(c *conn, n int) error {
		return func(c *conn, n int) error {
			a, err := c.command("SEARCH " + text)
			if found := a.found(); err == nil && found != n/part {
				return fmt.Errorf("SEARCH %s finds %d of %d", text, found, n/part)
			}
			return err
		}
	}
	return []task{
		{"UID FETCH 1:* (FLAGS)", rows("UID FETCH 1:* (FLAGS)"), false, everywhere},
		{"ENVELOPE of all", rows("FETCH 1:* ENVELOPE"), true, 20_000},
		{"BODYSTRUCTURE of all", rows("FETCH 1:* BODYSTRUCTURE"), true, 20_000},
		{"header list of all", rows("UID FETCH 1:* " + headers), true, 20_000},
		{"bodies of all", rows("UID FETCH 1:* BODY.PEEK[]"), false, 20_000},
		{"100 single bodies", func(c *conn, n int) error {
			for i := range 100 {
				if _, err := c.command(fmt.Sprintf("FETCH %d BODY.PEEK[]", i+1)); err != nil {
					return err
				}
			}
			return nil
		}, false, everywhere},
		{"STORE 1:* +FLAGS", rows("STORE 1:* +FLAGS (\\Flagged)"), false, o.mostStored()},
		{"STORE 1:* -FLAGS", rows("STORE 1:* -FLAGS (\\Flagged)"), false, o.mostStored()},
		{"SEARCH SUBJECT", search(`SUBJECT "mail xyz"`, 1<<30), false, everywhere},
		{"SEARCH TEXT, a word", search("TEXT word77", 100), true, everywhere},
		{"SEARCH TEXT, no word", search("TEXT a-b-77", 100), false, 20_000},
		{"NOOP", func(c *conn, _ int) error { _, err := c.command("NOOP"); return err }, false, everywhere},
	}
}

// mailboxes are filled one from the other.
type mailbox struct {
	name string
	n    int
}

// commands measures all tasks in both systems in turns.
func (o *options) commands(ctx context.Context, ours *gateway, other *dovecotServer) error {
	boxes := []mailbox{{"INBOX", 1000}}
	if o.large {
		boxes = append(boxes, mailbox{"Large", 20_000})
	}
	if o.huge {
		boxes = append(boxes, mailbox{"Huge", 200_000})
	}
	systems := []system{ours, other}
	for _, s := range systems {
		if err := fill(s, boxes); err != nil {
			return fmt.Errorf("filling %s: %w", s.name(), err)
		}
	}
	settle(ours.pids()...)
	fmt.Printf("\n%-28s %8s   %9s  %9s  %9s   %9s  %9s\n", "best of rounds, ms", "messages", "zarafa", "gateway", "server", "dovecot", "processor")
	for _, box := range boxes {
		if err := o.logOns(systems, box); err != nil {
			return err
		}
		if err := o.inMailbox(ctx, systems, box); err != nil {
			return err
		}
	}
	return o.deliveries(systems)
}

func fill(s system, boxes []mailbox) error {
	c, err := logOn(s.imap(), nil, user, "")
	if err != nil {
		return err
	}
	defer c.close()
	var f figure
	if err := f.measure(s, boxes[0].n, func() error { return c.appendMails(boxes[0].name, 0, boxes[0].n, size) }); err != nil {
		return err
	}
	fmt.Printf("%s: APPEND takes %s a mail of 100 in a command, %v of processor time\n", s.name(), f.wall, f.used)
	for i, box := range boxes[1:] {
		if _, err := c.command("CREATE " + box.name); err != nil {
			return err
		}
		if _, err := c.command("SELECT " + boxes[i].name); err != nil {
			return err
		}
		start := time.Now()
		for range box.n / boxes[i].n {
			if _, err := c.command("COPY 1:* " + box.name); err != nil {
				return err
			}
		}
		fmt.Printf("%s: COPY takes %s a mail\n", s.name(), time.Since(start)/time.Duration(box.n))
	}
	return nil
}

// logOns measures how long it takes until a mailbox is selected.
func (o *options) logOns(systems []system, box mailbox) error {
	best := make([]figure, len(systems))
	const times = 20
	for range max(o.rounds, 1) + 1 {
		for i, s := range systems {
			err := best[i].measure(s, times, func() error {
				for range times {
					c, err := logOn(s.imap(), nil, user, box.name)
					if err != nil {
						return err
					}
					c.close()
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	row("connect, LOGIN, SELECT", box.n, best)
	return nil
}

func row(title string, n int, best []figure) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%-28s %8d   %9.2f  %9.2f  %9.2f   %9.2f  %9.2f\n", title, n, ms(best[0].wall), ms(best[0].used[0]), ms(best[0].used[1]), ms(best[1].wall), ms(best[1].used[0]))
}

// inMailbox measures the tasks on one connection to each system.
func (o *options) inMailbox(ctx context.Context, systems []system, box mailbox) error {
	for _, t := range o.tasks() {
		if box.n > t.most || !strings.Contains(t.title, o.only) {
			continue
		}
		if t.cold && box.n == 1000 {
			if err := o.cold(ctx, systems, box, t); err != nil {
				return err
			}
		}
		if err := o.warm(systems, box, t); err != nil {
			return err
		}
	}
	return nil
}

// warm measures what was done before.
func (o *options) warm(systems []system, box mailbox, t task) error {
	best := make([]figure, len(systems))
	conns := make([]*conn, len(systems))
	for i, s := range systems {
		c, err := logOn(s.imap(), nil, user, box.name)
		if err != nil {
			return err
		}
		defer c.close()
		conns[i] = c
		if err := t.do(c, box.n); err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
	}
	for range o.rounds {
		for i, s := range systems {
			if strings.HasPrefix(t.title, "STORE") { // so that there is something to change
				if _, err := conns[i].command(opposite(t.title) + ".SILENT (\\Flagged)"); err != nil {
					return err
				}
			}
			if err := best[i].measure(s, 1, func() error { return t.do(conns[i], box.n) }); err != nil {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
		}
	}
	row(t.title, box.n, best)
	return nil
}

func opposite(store string) string {
	if head, ok := strings.CutSuffix(store, "+FLAGS"); ok {
		return head + "-FLAGS"
	}
	return strings.TrimSuffix(store, "-FLAGS") + "+FLAGS"
}

// cold measures what is done for the first time.
func (o *options) cold(ctx context.Context, systems []system, box mailbox, t task) error {
	best := make([]figure, len(systems))
	for range min(2, o.rounds) {
		for i, s := range systems {
			if err := s.forget(ctx); err != nil {
				return err
			}
			c, err := logOn(s.imap(), nil, user, box.name)
			if err != nil {
				return err
			}
			err = best[i].measure(s, 1, func() error { return t.do(c, box.n) })
			c.close()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
		}
	}
	row(t.title+", cold", box.n, best)
	return nil
}

// deliveries measures how long after a delivery was accepted a waiting client is told of it. The mails are new ones.
func (o *options) deliveries(systems []system) error {
	best := make([]figure, len(systems))
	list := make([][]time.Duration, len(systems))
	for round := range 2 * o.rounds {
		for i, s := range systems {
			if i > 0 && round > 0 {
				continue // once is enough: where the kernel does not tell Dovecot of changes, it looks for them every half minute
			}
			c, err := logOn(s.imap(), nil, user, "INBOX")
			if err != nil {
				return err
			}
			d, err := deliverTo(s.lmtp())
			if err != nil {
				return err
			}
			if err = c.send("IDLE"); err == nil {
				_, err = c.in.ReadSlice('\n')
			}
			told := make(chan error, 1)
			var at time.Time
			go func() {
				_, err := c.in.ReadSlice('\n')
				at = time.Now()
				told <- err
			}()
			if err == nil {
				err = d.send(1_000_000 + 10*round + i)
			}
			accepted := time.Now()
			if err = errors.Join(err, <-told); err != nil {
				return err
			}
			list[i] = append(list[i], max(at.Sub(accepted), 0))
			best[i].least(max(at.Sub(accepted), 1), make([]time.Duration, len(s.pids())))
			_ = d.net.Close()
			c.close()
		}
	}
	fmt.Printf("from the end of a delivery to EXISTS in IDLE, the best and the worst of %d: zarafa %v %v; dovecot, once: %v\n", 2*o.rounds,
		best[0].wall, maxOf(list[0]), best[1].wall)
	return nil
}

func maxOf[T cmp.Ordered](list []T) (most T) {
	for _, v := range list {
		most = max(most, v)
	}
	return most
}
