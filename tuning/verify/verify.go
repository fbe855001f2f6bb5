package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Limits of the time.
const (
	// fillShare is how much of the budget filling the mailboxes may take.
	fillShare = 0.5
	// pairTime is how long a pair of turns should take; what is left of a long budget makes them longer, not more.
	pairTime = 110 * time.Second
	// turnOverhead is what starting, copying, the starts and stopping take of a turn, as far as is known before the first.
	turnOverhead = 25 * time.Second
	minSearch    = 5 * time.Second
)

// spareSpace is how much space must be left beside the data.
const spareSpace = 1 << 30

// busyMachine is how many processors other programs may use before that is said in advance.
const busyMachine = 0.5

// verification is a run.
type verification struct {
	Options
	scratch string // for files and logs
	sockets string // short, since names of Unix sockets are limited
	full    string // the data with the full mailboxes
	bytes   int64  // that the database takes for them
	// overhead is what the last turn took beside its search.
	overhead time.Duration
}

// Run compares the settings. The budget is kept as far as whole turns can be; each setting has at least one.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	begin := time.Now()
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	v := &verification{Options: o, overhead: turnOverhead}
	defer func() { err = errors.Join(err, v.remove()) }()
	if err := v.makeFolders(); err != nil {
		return nil, err
	}
	atFirst, err := usedTime()
	if err != nil {
		return nil, err
	}
	if err := v.prepare(ctx); err != nil {
		return nil, err
	}
	if o.Data != "" {
		begin = time.Now()
	}
	r := &Report{SLO: o.SLO, Profile: o.Profile, Compress: o.Compress, Mailboxes: o.Mailboxes, Messages: o.Messages, DataBytes: v.bytes}
	if o.FillOnly {
		return r, nil
	}
	before, err := usedTime()
	if err != nil {
		return nil, err
	}
	if others := before.others(atFirst); others > busyMachine {
		o.Say("other programs keep %.1f processors busy, which blurs what follows; better stop this and wait until the machine is quiet", others)
	}
	defaults, tuned, err := v.turns(ctx, begin.Add(o.Budget))
	if err != nil {
		return nil, err
	}
	after, err := usedTime()
	if err != nil {
		return nil, err
	}
	r.Defaults, r.Tuned, r.Comparison = summarize(defaults), summarize(tuned), compare(defaults, tuned)
	r.OtherPrograms, r.Seconds = after.others(before), time.Since(begin).Seconds()
	return r, nil
}

// makeFolders makes what Run removes.
func (v *verification) makeFolders() (err error) {
	if v.sockets, err = os.MkdirTemp("", "ztv"); err != nil {
		return err
	}
	if v.scratch, err = os.MkdirTemp(v.Folder, "ztune-verify-"); err != nil {
		return err
	}
	for _, folder := range []string{v.sockets, v.scratch} {
		// The database's own user must get to its folders; names in them cannot be listed.
		if err := os.Chmod(folder, 0o711); err != nil {
			return err
		}
	}
	if v.Programs.Database == "" {
		return nil
	}
	return giveToDatabase(v.sockets)
}

// remove removes what was made, whatever of it there is.
func (v *verification) remove() (err error) {
	for _, folder := range []string{v.sockets, v.scratch} {
		if folder != "" {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}
	return err
}

// turns takes turns until the time is up, in the order A B B A. What searches leave of their time makes more of them.
func (v *verification) turns(ctx context.Context, until time.Time) (defaults, tuned []Turn, err error) {
	pairs := min(max(int(time.Until(until)/pairTime), 2), maxPairs)
	first := max(v.Mailboxes/8, 1)
	var pairTook time.Duration
	for n := 0; n < maxPairs; n++ {
		left := time.Until(until)
		if n > 0 && left < pairTook*3/4 {
			break
		}
		begin := time.Now()
		budget := max(left/time.Duration(2*max(pairs-n, 1))-v.overhead, minSearch)
		for k := range 2 {
			isTuned := (n+k)%2 == 1
			t, err := v.turn(ctx, isTuned, first, uint64(1+1000*n), budget)
			if err != nil {
				return nil, nil, err
			}
			if isTuned {
				tuned = append(tuned, t)
			} else {
				defaults = append(defaults, t)
			}
		}
		pairTook = time.Since(begin)
		// The next pair begins somewhat below what was found, with both settings alike.
		if found := min(defaults[n].Passed, tuned[n].Passed); found > 0 {
			first = max(found*3/4, 1)
		}
	}
	return defaults, tuned, nil
}

// turn measures one of the settings once.
func (v *verification) turn(ctx context.Context, isTuned bool, first int, seed uint64, budget time.Duration) (t Turn, err error) {
	begin := time.Now()
	settings, name := v.Defaults, "defaults"
	if isTuned {
		settings, name = v.Tuned, "tuned"
	}
	if err := v.checkSpace(); err != nil {
		return t, err
	}
	folder := filepath.Join(v.scratch, "turn")
	if err := copyTree(ctx, v.full, folder); err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	i, err := v.startInstance(ctx, folder, settings)
	if err != nil {
		return t, fmt.Errorf("with the %s settings: %w", name, err)
	}
	defer i.stop() // before the folder is removed
	if t, err = v.measure(ctx, i, first, seed, budget); err != nil {
		return t, fmt.Errorf("with the %s settings: %w", name, err)
	}
	v.overhead = time.Since(begin) - t.searched
	v.Say("%-8s  %4d users meet %s, %s do not; %d trials; %d came to a cold server: ready after %.1f s, and after %.1f s when they came again",
		name, t.Passed, v.SLO, orUnknown(t.Failed), t.Trials, t.Cold.Users, t.Cold.Ready, t.Warm.Ready)
	return t, nil
}

// measure lets some users come twice, cold and warm, searches how many are served well after that, and reads what it took.
func (v *verification) measure(ctx context.Context, i *instance, first int, seed uint64, budget time.Duration) (t Turn, err error) {
	some := max(v.Mailboxes/startShare, 1)
	cold, err := v.begin(ctx, i, some)
	if err != nil {
		return t, err
	}
	warm, err := v.begin(ctx, i, some)
	if err != nil {
		return t, err
	}
	begin := time.Now()
	s, err := v.capacity(ctx, i, first, seed, budget)
	if err != nil {
		return t, err
	}
	t = s.turn()
	t.searched = time.Since(begin)
	t.Cold, t.Warm, t.Most = cold, warm, max(t.Most, some)
	if t.Memory, err = i.memory(ctx); err != nil {
		return t, err
	}
	all, err := i.used(ctx)
	all.pages.Operations = t.Pages.Operations + cold.operations + warm.operations
	t.Pages = all.pages
	return t, err
}

// startShare is one of how many users come to a server that was just started.
const startShare = 4

func orUnknown(failed int) string {
	if failed == 0 {
		return "how many"
	}
	return fmt.Sprint(failed)
}

// checkSpace refuses to fill the disk of a machine that is perhaps in use.
func (v *verification) checkSpace() error {
	used, err := size(v.full)
	if err != nil {
		return err
	}
	free, err := freeBytes(v.scratch)
	if err != nil {
		return err
	}
	if need := used + v.LogBytes + spareSpace; free < need {
		return fmt.Errorf("%s has %d MB of free space, and %d are needed; name a folder with more with --folder", v.Folder, free>>20, need>>20)
	}
	return nil
}
