package spooler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"zarafa/agents/connection"
	"zarafa/agents/spool"
	"zarafa/agents/spooler/config"
	"zarafa/agents/spooler/queue"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/report"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// job is one attempt to send one mail. What it learns is in the message before anything follows from it:
//
//	who sends, first attempt ─▶ relay ─▶ accepted and refused ─▶ reports ─▶ out of the queue ─▶ Sent Items
//
// So the process may die at any arrow: the next attempt goes on from what the message says, and what it repeats has the same identity.
type job struct {
	d      *driver
	cfg    *config.Config
	task   queue.Task
	id     mapi.EntryID
	s      *client.Session // as the owner
	box    *client.Mailbox
	object *client.Object
	m      *mapi.Message
	rows   []mapi.Props    // recipients
	parts  []client.Change // the same as the server numbers them
	state  state
	author author
	locked bool
}

// attempt sends a mail, as far as it goes.
func (d *driver) attempt(ctx context.Context, t queue.Task) queue.Result {
	j := &job{d: d, cfg: d.config.Load(), task: t, id: mapi.EntryID(t.Key)}
	result, err := j.run(ctx)
	result.Key = t.Key
	switch {
	case err == nil:
	case none(err):
		result.Next, result.Failed = time.Time{}, false // it was deleted
	case mapi.CodeOf(err) == mapi.Submitted:
		// Another spooler has it, or one that died: its lock ends with its session.
		result.Next = d.now().Add(time.Minute)
	default:
		result.Failed = true
		if ctx.Err() == nil {
			d.log.Error("a mail could not be worked on and is tried again", "owner", t.Owner, "error", err)
		}
	}
	return result
}

// run opens the message and goes through the steps.
func (j *job) run(ctx context.Context) (queue.Result, error) {
	release, err := j.open(ctx)
	if err != nil {
		return queue.Result{}, err
	}
	defer release()
	if err := j.load(ctx); err != nil {
		return queue.Result{}, err
	}
	if bytes.Equal(j.object.Props.Bytes(mapi.PrParentEntryID), j.box.Props.Bytes(mapi.PrIPMWastebasketEntryID)) {
		j.d.log.Info("a mail in Deleted Items is not sent", "owner", j.task.Owner, "subject", j.m.Props.Str(mapi.PrSubject))
		return queue.Result{}, j.s.AbortSubmit(ctx, j.id)
	}
	if v, ok := j.m.Props.Get(mapi.PrDeferredSendTime); ok && j.state.first.IsZero() && v.Time().Time().After(j.d.now()) {
		return queue.Result{Next: v.Time().Time()}, nil // its sender wants it so
	}
	if j.author, err = j.authorOf(ctx); err != nil {
		return queue.Result{}, err
	}
	return j.send(ctx)
}

// open takes the message for this spooler alone. Release gives it back.
func (j *job) open(ctx context.Context) (release func(), err error) {
	j.s, err = j.d.group.Session(ctx, j.task.Owner)
	giveBack := func() { j.d.group.Release(j.s, j.d.now()) }
	if code := mapi.CodeOf(err); code == mapi.LogonFailed || code == mapi.NoAccess {
		// Owners who may not log on have mail too.
		j.s, giveBack, err = j.d.group.Admin(), func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := j.s.SetLock(ctx, j.id, true); err != nil {
		giveBack()
		return nil, err
	}
	j.locked = true
	return func() {
		if err := j.unlock(context.WithoutCancel(ctx)); err != nil && !none(err) && !connection.Away(err) {
			j.d.log.Warn("a mail stays locked until the spooler's session ends", "owner", j.task.Owner, "error", err)
		}
		giveBack()
	}, nil
}

// unlock gives the message back. That must be before it is moved: it has another entry id then.
func (j *job) unlock(ctx context.Context) error {
	if !j.locked {
		return nil
	}
	j.locked = false
	return j.s.SetLock(ctx, j.id, false)
}

func (j *job) load(ctx context.Context) (err error) {
	if j.object, err = j.s.LoadObject(ctx, j.id); err != nil {
		return err
	}
	if j.m, err = j.s.LoadMessage(ctx, j.id); err != nil {
		return err
	}
	j.rows, j.parts = rowsOf(j.object)
	j.m.Recipients = j.rows
	j.state = stateOf(j.m)
	j.box, err = j.d.boxes.Get(ctx, j.task.Owner)
	return err
}

// send does what is still to be done for the message.
func (j *job) send(ctx context.Context) (queue.Result, error) {
	now := j.d.now()
	if j.state.first.IsZero() {
		j.state.first = mapi.FileTimeOf(now).Time() // as the message will have it, since identities are made of it
	}
	p, err := j.recipients(ctx)
	if err != nil {
		return queue.Result{}, err
	}
	t := transmission{}
	if len(p.addresses) > 0 {
		if t, err = j.transmit(ctx, &p); err != nil {
			return queue.Result{}, err
		}
	}
	j.state.accepted = append(j.state.accepted, t.accepted...)
	for _, r := range t.refused {
		j.state.refuse(r.address, r.reason)
	}
	result := queue.Result{Relay: t.relay}
	if j.task.Offline {
		result.Relay = queue.Unreachable
	}
	step := queue.Step{}
	if len(t.deferred) > 0 {
		step = j.d.schedule(j.cfg).After(j.state.first, now, j.state.told, j.d.chance())
	}
	if step.Expired {
		for _, r := range t.deferred {
			j.state.refuse(r.address, "4.4.7 The mail was given up after it had been tried for "+days(j.cfg.SMTP.Lifetime)+". "+r.reason)
		}
		t.deferred = nil
	}
	if len(t.accepted)+len(t.refused) > 0 || j.unreported() {
		if err := j.record(ctx, &p, len(t.deferred) == 0); err != nil {
			return result, err
		}
	}
	j.d.count(&t)
	return j.conclude(ctx, result, &t, step)
}

func days(d time.Duration) string { return fmt.Sprintf("%d days", int(d/(24*time.Hour))) }

// recipients plans who gets the mail; one that may not be sent goes to nobody.
func (j *job) recipients(ctx context.Context) (plan, error) {
	if j.author.capacity == refused {
		p := plan{}
		for _, r := range j.rows {
			address := r.Str(mapi.PrSMTPAddress)
			if address == "" {
				address = nameOf(r)
			}
			j.state.refuse(address, j.author.refusal(j.m))
			p.byRow = append(p.byRow, []string{address})
		}
		return p, nil
	}
	p, err := planFor(ctx, j.d.dir, j.cfg, j.rows, &j.state)
	if err == nil && len(j.rows) == 0 {
		j.state.refuse("no recipient", "5.1.0 The mail has no recipients")
	}
	return p, err
}

// unreported reports whether there are refusals that the owner does not know about.
func (j *job) unreported() bool { return len(j.state.refused) > j.state.reported }

// transmit makes the mail and hands it over. Before that the message says that it is being sent and who does, which proves too that it can be
// written to.
func (j *job) transmit(ctx context.Context, p *plan) (transmission, error) {
	mail := spool.New(j.cfg.Mail.TempPath)
	defer mail.Close()
	sent, err := j.export(ctx, mail, p)
	if err != nil {
		return transmission{}, err
	}
	if err := j.save(ctx, client.Change{Set: sent}); err != nil {
		return transmission{}, err
	}
	if j.task.Offline {
		t := transmission{}
		for _, a := range p.addresses {
			t.deferred = append(t.deferred, refusal{a, "4.4.1 The mail server of this organisation cannot be reached"})
		}
		return t, nil
	}
	j.keepRaw(mail)
	wanted, _ := j.m.Props.Get(mapi.PrOriginatorDeliveryReportRequested)
	return transmit(j.d.relaying, j.cfg.SMTP.Relays, &envelope{
		from: j.returnPath(), to: p.addresses, report: wanted.Bool() && j.cfg.SMTP.DSN, text: mail,
	}), nil
}

// export writes the mail, and returns what the message is to say from now on.
func (j *job) export(ctx context.Context, to *spool.Mail, p *plan) (mapi.Props, error) {
	set := j.author.stored(j.m)
	for _, v := range set {
		j.m.Props.Set(v)
	}
	options := &convert.ExportOptions{
		Addresses: j.d.dir.addresses(ctx), Charset: j.cfg.Mail.Charset, Domain: j.domain(), Now: j.d.now(), TNEF: j.cfg.Mail.TNEF,
	}
	if id := convert.MessageID(j.m, options.Domain); id != "" {
		v := mapi.String(mapi.PrInternetMessageID, id)
		j.m.Props.Set(v)
		set = append(set, v)
	}
	if mail := j.written(); mail != nil {
		_, err := to.Write(mail)
		return set, err
	}
	out := *j.m
	out.Props = append(mapi.Props{}, j.m.Props...)
	out.Recipients = p.rows
	j.author.outgoing(&out)
	if err := convert.Export(to, &out, options); err != nil {
		return nil, fmt.Errorf("making the mail: %w", err)
	}
	kept, err := j.forIMAP(to, &out, options)
	return append(set, kept...), err
}

// largestKept bounds what is kept of a mail for IMAP, in bytes; larger ones are made anew when somebody asks.
const largestKept = 16 << 20

// forIMAP is what the sender's own copy keeps of the mail, with the recipients of blind copies.
func (j *job) forIMAP(mail *spool.Mail, out *mapi.Message, options *convert.ExportOptions) (mapi.Props, error) {
	if drop, _ := j.m.Props.Get(mapi.PrDeleteAfterSubmit); drop.Bool() || mail.Size() > largestKept || !usesIMAP(j.author.owner) {
		return nil, nil
	}
	var own bytes.Buffer
	withBcc := *options
	withBcc.Bcc = true
	if err := convert.Export(&own, out, &withBcc); err != nil {
		return nil, fmt.Errorf("making the sender's copy: %w", err)
	}
	props, named, err := convert.IMAP(tree.ParseBytes(own.Bytes()))
	if err != nil {
		return nil, err
	}
	list, err := j.named(context.WithoutCancel(j.d.relaying), named)
	return append(props, list...), err
}

// usesIMAP reports whether a user has a feature that needs the mail's bytes.
func usesIMAP(e client.Entry) bool {
	for _, feature := range e.Enabled {
		if strings.EqualFold(feature, "imap") || strings.EqualFold(feature, "pop3") {
			return true
		}
	}
	return false
}

// domain is that of Message-IDs that are made here.
func (j *job) domain() string {
	if _, domain, ok := strings.Cut(j.author.owner.SMTP, "@"); ok {
		return domain
	}
	return j.d.hostname
}

// keepRaw keeps a copy of the mail where the settings ask for it. A disk that is full stops no mail.
func (j *job) keepRaw(mail *spool.Mail) {
	if j.cfg.Mail.RawPath == "" {
		return
	}
	name := fmt.Sprintf("SMTP1_%s_%x.eml", j.d.now().UTC().Format("20060102150405.000000000"), j.m.Props.Bytes(mapi.PrSearchKey))
	if err := mail.SaveAs(filepath.Join(j.cfg.Mail.RawPath, name)); err != nil {
		j.d.log.Error("log_raw_message_path: a copy of a mail could not be kept", "error", err)
	}
}

// named are named properties with the server's ids.
func (j *job) named(ctx context.Context, list []mapi.NamedValue) (props mapi.Props, err error) {
	names := make([]mapi.PropName, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	ids, err := j.s.PropIDs(ctx, true, names...)
	if err != nil {
		return nil, err
	}
	for i := range list {
		v := list[i].Value
		v.Tag = mapi.MakeTag(ids[i], v.Tag.Type())
		for k := range v.Values() {
			v.Values()[k].Tag = v.Tag.WithType(v.Tag.Type().Base())
		}
		props = append(props, v)
	}
	return props, nil
}

// save writes to the message, the state too. A server that is away is waited for: what a relay has taken must not be forgotten.
func (j *job) save(ctx context.Context, c client.Change) error {
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		err := j.saveOnce(ctx, c)
		if !connection.Away(err) || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(err, ctx.Err())
		case <-timer.C:
		}
	}
}

func (j *job) saveOnce(ctx context.Context, c client.Change) error {
	props, err := j.named(ctx, j.state.named())
	if err != nil {
		return err
	}
	c.Type, c.ServerID = j.object.Type, j.object.ServerID
	c.Set = append(append([]mapi.PropValue{}, c.Set...), props...)
	_, err = j.s.SaveObject(ctx, j.object.Props.Bytes(mapi.PrParentEntryID), j.id, &c, false)
	return err
}

// record writes who has got the mail: first of all, since a mail that is forgotten is sent twice.
func (j *job) record(ctx context.Context, p *plan, last bool) error {
	var c client.Change
	if _, ok := j.m.Props.Get(mapi.PrDeferredSendTime); ok && last {
		c.Delete = append(c.Delete, mapi.PrDeferredSendTime)
	}
	for i, addresses := range p.byRow {
		done := true
		for _, a := range addresses {
			done = done && j.state.settled(a)
		}
		if done {
			part := j.parts[i]
			part.Set = with(part.Set, mapi.Bool(mapi.PrResponsibility, true))
			c.Children = append(c.Children, part)
		}
	}
	return j.save(ctx, c)
}

// conclude tells the owner what he must know, and takes the message out of the queue or leaves it there for later.
func (j *job) conclude(ctx context.Context, result queue.Result, t *transmission, step queue.Step) (queue.Result, error) {
	if j.unreported() {
		if err := j.tell(ctx, "refused", report.Failed, j.state.refused[j.state.reported:], time.Time{}); err != nil {
			return result, err
		}
		j.state.reported = len(j.state.refused)
	}
	if len(t.deferred) == 0 {
		return result, j.finish(ctx)
	}
	if step.Notice {
		if err := j.tell(ctx, "delayed", report.Delayed, t.deferred, j.state.first.Add(j.cfg.SMTP.Lifetime)); err != nil {
			return result, err
		}
		j.state.told = true
	}
	result.Next = step.Next.Truncate(time.Second)
	j.d.log.Info("a mail is tried again", "owner", j.task.Owner, "subject", j.m.Props.Str(mapi.PrSubject), "next", result.Next, "reason", t.deferred[0].reason)
	return result, j.save(ctx, client.Change{Set: []mapi.PropValue{mapi.Time(mapi.PrDeferredSendTime, mapi.FileTimeOf(result.Next))}})
}
