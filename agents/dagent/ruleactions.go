package dagent

import (
	"context"
	"fmt"
	"io"
	"strings"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/reply"
	"zarafa/mail/report"
	"zarafa/mapi"
	"zarafa/rules"
)

// sendForRules sends what rules ask for, and reports whether the mail went to all whom rules send it on to, and the sender knows if it was
// refused. What cannot be sent is logged.
func (v *delivery) sendForRules(ctx context.Context, plan *rules.Plan) (sent bool) {
	sent = true
	for i := range plan.Forwards {
		f := &plan.Forwards[i]
		went, err := v.forward(ctx, f)
		v.outcome("forward", f.Rule, err)
		sent = sent && went && err == nil
	}
	for i := range plan.Replies {
		r := &plan.Replies[i]
		v.outcome("reply", r.Rule, v.replyWith(ctx, r))
	}
	if plan.Bounce != nil {
		err := v.bounce(ctx, plan.Bounce)
		v.outcome("refuse", plan.Bounce.Rule, err)
		sent = sent && err == nil
	}
	for _, r := range plan.LeftAlone {
		v.log.Debug("a rule is left to Outlook", "user", v.to.Account, "rule", r.Name)
	}
	return sent
}

func (v *delivery) outcome(what string, r *rules.Rule, err error) {
	if err != nil {
		v.log.Error("a rule could not "+what+" a mail", "user", v.to.Account, "rule", r.Name, "error", err)
	}
}

// forward sends the mail on: as it is, as a new message, or as an attachment. It reports whether there was somebody to send it to.
func (v *delivery) forward(ctx context.Context, f *rules.Forward) (went bool, err error) {
	rows, to := v.targets(ctx, f)
	if len(rows) == 0 {
		return false, nil
	}
	if f.Flavor&rules.ForwardPreserveSender != 0 || f.Delegate {
		return true, v.redirect(ctx, to)
	}
	c := v.composer()
	m := c.Forward
	if f.Flavor&rules.ForwardAsAttachment != 0 {
		m = c.ForwardAttached
	}
	out := m(v.message, rows)
	out.Props.Set(mapi.Bool(mapi.PrAutoForwarded, true))
	return true, v.send(ctx, out)
}

func (v *delivery) composer() *reply.Composer {
	return &reply.Composer{From: v.self(), Now: v.now(), Directory: v.directory(), Mark: v.config.SetRuleHeaders, Through: v.facts.Through()}
}

// targets are those recipients of a rule that the mail may be sent on to.
func (v *delivery) targets(ctx context.Context, f *rules.Forward) (rows []mapi.Props, to []header.Address) {
	inhibit := v.config.forwardPatterns
	if v.config.NoDoubleForward {
		inhibit = append(append(reply.Patterns{}, inhibit...), reply.RuleActionField)
	}
	for _, r := range f.Recipients {
		row := append(mapi.Props(nil), r...)
		address := convert.Address(row, v.addressByID(ctx))
		if reason := v.facts.MaySendOn(address.Addr(), inhibit); reason != "" {
			v.log.Info("a rule does not send a mail on", "user", v.to.Account, "rule", f.Rule.Name, "to", address.Addr(), "reason", string(reason))
			continue
		}
		if !v.config.mayForwardTo(address.Addr()) && !v.isUser(row) {
			v.log.Info("a rule may not send mail to that domain (forward_whitelist_domains)", "user", v.to.Account, "rule", f.Rule.Name, "to", address.Addr())
			v.tellBlocked(ctx, address.Addr())
			continue
		}
		row.Set(mapi.Long(mapi.PrRecipientType, mapi.RecipientTo))
		row.Set(mapi.String(mapi.PrSMTPAddress, address.Addr()))
		rows, to = append(rows, row), append(to, address)
	}
	return rows, to
}

// isUser reports whether a recipient is in the address book.
func (v *delivery) isUser(row mapi.Props) bool {
	_, ok := mapi.ParseABEntryID(row.Bytes(mapi.PrEntryID))
	return ok
}

// addressByID finds the addresses of users by their entry ids.
func (v *delivery) addressByID(ctx context.Context) func(mapi.Props) (string, bool) {
	return func(who mapi.Props) (string, bool) {
		id := who.Bytes(mapi.PrEntryID)
		if _, ok := mapi.ParseABEntryID(id); !ok {
			return "", false
		}
		e, err := v.session.Entry(ctx, id)
		return e.SMTP, err == nil && e.SMTP != ""
	}
}

// redirect sends the mail on as it is.
func (v *delivery) redirect(ctx context.Context, to []header.Address) error {
	if v.mail.tree.Size > largestKept {
		return fmt.Errorf("the mail has %d bytes, which is too many to redirect", v.mail.tree.Size)
	}
	r := &reply.Redirection{From: v.self(), To: to, MessageID: v.messageID(), Now: v.now(), Mark: v.config.SetRuleHeaders}
	return v.sendMail(ctx, to, func(w io.Writer) error { return r.Write(w, v.mail.tree.Section(0, v.mail.tree.Size)) })
}

// replyWith answers with a template, once for each sender and period.
func (v *delivery) replyWith(ctx context.Context, r *rules.Reply) error {
	if reason := v.facts.MayAnswer(v.answering(true)); reason != "" {
		v.log.Info("a rule does not answer a mail", "user", v.to.Account, "rule", r.Rule.Name, "reason", string(reason))
		return nil
	}
	key := fmt.Sprintf("rule %d", r.Rule.ID)
	if ok, err := v.mayAnswerAgain(ctx, key); !ok || err != nil {
		return err
	}
	template, err := v.box.Store.Session.LoadMessage(ctx, mapi.EntryID(r.Template))
	if err != nil {
		return fmt.Errorf("its template: %w", err)
	}
	m := v.composer().FromTemplate(template, addressOf("", v.sender()), reply.AnsweredOf(v.mail.header))
	return v.send(ctx, m)
}

// bounce tells the sender that the mail was refused.
func (v *delivery) bounce(ctx context.Context, b *rules.Bounce) error {
	if v.sender() == "" || v.facts.Automated() {
		return nil // nobody reports about reports
	}
	d := &report.Delivery{
		Server: v.host, From: v.self(), To: addressOf("", v.sender()), Subject: v.m.Props.Str(mapi.PrSubject),
		MessageID: v.m.Props.Str(mapi.PrInternetMessageID), Arrived: v.now(), Now: v.now(), Directory: v.directory(),
		Recipients: []report.Recipient{report.Refused(v.to.SMTP, b.Code)},
	}
	return v.sendMail(ctx, []header.Address{d.To}, func(w io.Writer) error {
		return d.Write(w, v.mail.tree.Section(0, v.mail.tree.Size), report.ReturnHeader)
	})
}

// tellBlocked tells the user that his rule was not allowed to send a mail on.
func (v *delivery) tellBlocked(ctx context.Context, address string) {
	if v.config.ForwardMessage == "" {
		return
	}
	fill := strings.NewReplacer("%subject", v.m.Props.Str(mapi.PrSubject), "%forward", address, "%sender", v.sender())
	if err := v.note(ctx, fill.Replace(v.config.ForwardSubject), fill.Replace(v.config.ForwardMessage)); err != nil {
		v.log.Error("a user could not be told about his rule", "user", v.to.Account, "error", err)
	}
}

// note puts a message of the administrator into the user's inbox.
func (v *delivery) note(ctx context.Context, subject, text string) error {
	now := mapi.FileTimeOf(v.now())
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Time(mapi.PrClientSubmitTime, now), mapi.Time(mapi.PrMessageDeliveryTime, now),
	}}
	convert.SetSubject(m, subject)
	convert.SetSender(m, nil, header.Address{Name: "System Administrator"})
	convert.SetText(m, text)
	m.Recipients = append(m.Recipients, v.to.Recipient(mapi.RecipientTo))
	_, err := v.box.Store.Session.SaveMessage(ctx, v.box.Inbox, m, client.SaveOptions{NewMail: true})
	return err
}

// disable switches rules off that can never be carried out, and tells their owner.
func (v *delivery) disable(ctx context.Context, failures []rules.Failure) {
	if len(failures) == 0 {
		return
	}
	why := make(map[uint64]error)
	for _, f := range failures {
		why[f.Rule.ID] = f.Err
	}
	var text strings.Builder
	err := v.box.Store.Session.ChangeRules(ctx, v.box.Inbox, func(rows []mapi.Props) ([]mapi.Props, error) {
		text.Reset()
		for i := range rows {
			r := rules.FromRow(rows[i])
			cause, broken := why[r.ID]
			if !broken || r.State&rules.StateError != 0 {
				continue
			}
			rows[i].Set(mapi.Long(mapi.PrRuleState, r.State|rules.StateError))
			fmt.Fprintf(&text, "%s: %v\r\n", r.Name, cause)
		}
		return rows, nil
	})
	if err == nil && text.Len() > 0 {
		err = v.note(ctx, "A rule was switched off", "These rules could not be carried out and are switched off until you change them:\r\n\r\n"+text.String()+
			"\r\nThe mail they were about is in your inbox, or where your other rules put it.\r\n")
	}
	if err != nil {
		v.log.Error("rules that cannot be carried out could not be switched off", "user", v.to.Account, "error", err)
	}
}
