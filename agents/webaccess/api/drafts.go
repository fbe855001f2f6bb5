package api

import (
	"context"
	"slices"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// Bounds of drafts.
const (
	maxBody       = 4 << 20
	maxSubject    = 4096
	maxRecipients = 2000
	maxDestroy    = 100
)

// aboutName names the property by which a draft remembers the message that it is about: PR_LAST_VERB_EXECUTED of that in 4 bytes, and its entry id.
func aboutName() mapi.PropName {
	return mapi.PropName{Set: mapi.PsPublicStrings, Name: "zarafa-webaccess-about"}
}

func (a *API) draftsCreate(ctx context.Context, s *session.Session, args DraftCreate) (d Draft, err error) {
	_, chosen, err := readSettings(ctx, s)
	if err != nil {
		return d, err
	}
	c := composer{api: a, session: s, args: args, settings: chosen.result().Settings}
	if args.Kind != DraftNew {
		if args.About == nil {
			return d, invalid("%s is about a message", args.Kind)
		}
		if c.about, err = a.Load(ctx, s, *args.About); err != nil {
			return d, err
		}
	}
	m, err := c.compose(ctx)
	if err != nil {
		return d, err
	}
	id, err := server(s).SaveMessage(ctx, s.Folders[client.Drafts], m, client.SaveOptions{})
	if err != nil {
		return d, err
	}
	return a.draftsGet(ctx, s, DraftGet{ID: idOf(id)})
}

func (a *API) draftsGet(ctx context.Context, s *session.Session, args DraftGet) (d Draft, err error) {
	l, err := a.Load(ctx, s, MessageRef{ID: args.ID})
	if err != nil {
		return d, err
	}
	if err := isDraft(l.Message.Props); err != nil {
		return d, err
	}
	return a.draft(l), nil
}

// isDraft fails for messages that were sent, or came.
func isDraft(p mapi.Props) error {
	if p.Uint32(mapi.PrMessageFlags)&mapi.MsgUnsent == 0 {
		return &Problem{Code: AlreadySent, Message: "the message is no draft"}
	}
	return nil
}

// draft is a message as the editor gets it.
func (a *API) draft(l *Loaded) Draft {
	p := l.Message.Props
	plain, page := convert.Texts(l.Message)
	d := Draft{
		ID: l.Ref.ID, State: stateOf(p.Bytes(mapi.PrChangeKey)), Recipients: recipientsOf(l.Message), Subject: p.Str(mapi.PrSubject), Format: FormatText,
		Importance: importanceOf(p), Text: plain, Queued: queued(p), Saved: timeIn(p, mapi.PrLastModificationTime),
	}
	if v, ok := p.Get(mapi.PrReadReceiptRequested); ok {
		d.ReceiptWanted = v.Bool()
	}
	if d.Queued {
		d.Until = timeIn(p, mapi.PrDeferredSendTime)
	}
	if page != "" && a.settings.Clean != nil {
		mine, quote, _ := splitPage(page)
		d.Format, d.Text, d.HTML, d.Quote = FormatHTML, "", a.written(mine), a.forEditor(quote)
	}
	for i, f := range l.Message.Attachments {
		d.Files = append(d.Files, a.file(l, i, f))
	}
	return d
}

func (a *API) draftsUpdate(ctx context.Context, s *session.Session, args DraftUpdate) (r DraftSaved, err error) {
	id, err := messageID(args.ID)
	if err != nil {
		return r, err
	}
	if err := a.unchanged(ctx, s, id, args.IfInState); err != nil {
		return r, err
	}
	change, err := a.changeOf(ctx, s, id, &args)
	if err != nil {
		return r, err
	}
	if err := server(s).ChangeMessage(ctx, id, change); err != nil {
		return r, err
	}
	if len(args.Detach) > 0 {
		if err := detach(ctx, s, id, args.Detach); err != nil {
			return r, err
		}
	}
	if len(args.Attach) > 0 {
		if err := a.attach(ctx, s, id, args.Attach); err != nil {
			return r, err
		}
	}
	return a.saved(ctx, s, args)
}

// saved is what became of a draft.
func (a *API) saved(ctx context.Context, s *session.Session, args DraftUpdate) (r DraftSaved, err error) {
	r.Saved = timeOf(a.now())
	if len(args.Attach)+len(args.Detach) > 0 {
		l, err := a.Load(ctx, s, MessageRef{ID: args.ID})
		if err != nil {
			return r, err
		}
		d := a.draft(l)
		r.State, r.Files = d.State, d.Files
		return r, nil
	}
	id, _ := messageID(args.ID) // the caller has read it
	v, err := server(s).VersionOf(ctx, id)
	r.State = stateOf(v.ChangeKey)
	return r, err
}

// unchanged fails if a message is not in a state, unless that is empty.
func (a *API) unchanged(ctx context.Context, s *session.Session, id mapi.EntryID, state State) error {
	if state == "" {
		return nil
	}
	v, err := server(s).VersionOf(ctx, id)
	if err != nil {
		return err
	}
	if stateOf(v.ChangeKey) != state {
		return &errState
	}
	return nil
}

// changeOf makes the change of a draft that a client asks for.
func (a *API) changeOf(ctx context.Context, s *session.Session, id mapi.EntryID, args *DraftUpdate) (c client.MessageChange, err error) {
	m := new(mapi.Message)
	if args.Subject != nil {
		if len(*args.Subject) > maxSubject {
			return c, tooLarge("a subject has at most %d bytes", maxSubject)
		}
		convert.SetSubject(m, *args.Subject)
	}
	if args.Importance != nil {
		level, ok := map[Importance]uint32{Low: 0, Normal: 1, High: 2}[*args.Importance]
		if !ok {
			return c, invalid("there is no importance %q", *args.Importance)
		}
		m.Props.Set(mapi.Long(mapi.PrImportance, level))
	}
	if args.ReceiptWanted != nil {
		m.Props.Set(mapi.Bool(mapi.PrReadReceiptRequested, *args.ReceiptWanted))
	}
	if args.Recipients != nil {
		if c.Recipients, err = recipientRows(ctx, s, *args.Recipients); err != nil {
			return c, err
		}
	}
	if args.HTML != nil || args.Quote != nil || args.Text != nil {
		if err := a.setBody(ctx, s, id, m, args); err != nil {
			return c, err
		}
		c.Delete = []mapi.PropTag{mapi.PrRTFCompressed}
		if !m.Props.Has(mapi.PrHTML.ID()) {
			c.Delete = append(c.Delete, mapi.PrHTML)
		}
	}
	c.Set = m.Props
	return c, nil
}

// setBody sets the bodies of a draft; of the two parts of a page one may stay as it is.
func (a *API) setBody(ctx context.Context, s *session.Session, id mapi.EntryID, m *mapi.Message, args *DraftUpdate) error {
	if args.Text != nil && args.HTML == nil && args.Quote == nil {
		if len(*args.Text) > maxBody {
			return tooLarge("a mail has at most %d bytes of text", maxBody)
		}
		convert.SetText(m, *args.Text)
		return nil
	}
	if args.Text != nil {
		return invalid("a draft has text or html, not both")
	}
	if a.settings.Clean == nil {
		return &Problem{Code: NotSupported, Message: "mails are written as text"}
	}
	mine, quote, err := a.pieces(ctx, s, id, args)
	if err != nil {
		return err
	}
	if len(mine)+len(quote) > maxBody {
		return tooLarge("a mail has at most %d bytes of html", maxBody)
	}
	setPage(m, mine, quote)
	return nil
}

// pieces are what the user wrote and what he quotes, as they are saved. A piece that the client does not name stays as it is.
func (a *API) pieces(ctx context.Context, s *session.Session, id mapi.EntryID, args *DraftUpdate) (mine, quote string, err error) {
	if args.HTML == nil || args.Quote == nil {
		l, err := a.Load(ctx, s, MessageRef{ID: idOf(id)})
		if err != nil {
			return "", "", err
		}
		_, page := convert.Texts(l.Message)
		var ours bool
		if mine, quote, ours = splitPage(page); !ours {
			mine = a.written(mine)
		}
	}
	if args.HTML != nil {
		mine = a.written(*args.HTML)
	}
	if args.Quote != nil {
		quote = a.forEditor(*args.Quote)
	}
	return mine, quote, nil
}

// recipientRows are the rows of recipients: those of the address book by their entries, others by their addresses.
func recipientRows(ctx context.Context, s *session.Session, list []Recipient) ([]mapi.Props, error) {
	if len(list) > maxRecipients {
		return nil, tooLarge("a mail has at most %d recipients", maxRecipients)
	}
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.Address
	}
	entries, err := s.Client.ResolveNames(ctx, names...)
	if err != nil {
		return nil, err
	}
	rows := make([]mapi.Props, 0, len(list))
	for i, r := range list {
		kind, ok := map[RecipientKind]uint32{To: mapi.RecipientTo, Cc: mapi.RecipientCc, Bcc: mapi.RecipientBcc}[r.Kind]
		if !ok {
			return nil, invalid("there are no recipients of the kind %q", r.Kind)
		}
		if entries[i].Resolution == client.Resolved {
			rows = append(rows, entries[i].Recipient(kind))
			continue
		}
		m := new(mapi.Message)
		convert.AddRecipient(m, nil, kind, addressOfText(r.Name, r.Address))
		rows = append(rows, m.Recipients...)
	}
	return rows, nil
}

// addressOfText is an address as it was typed.
func addressOfText(name, address string) header.Address {
	at := strings.LastIndexByte(address, '@')
	who := header.Address{Name: oneLine(name), Local: oneLine(address)}
	if at >= 0 {
		who.Local, who.Domain = oneLine(address[:at]), oneLine(address[at+1:])
	}
	return who
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (a *API) draftsDestroy(ctx context.Context, s *session.Session, args DraftDestroy) (None, error) {
	if len(args.IDs) > maxDestroy {
		return None{}, tooLarge("at most %d drafts are deleted at a time", maxDestroy)
	}
	var ids []mapi.EntryID
	for _, id := range args.IDs {
		draft, err := messageID(id)
		if err != nil {
			return None{}, err
		}
		o, err := server(s).LoadObject(ctx, draft)
		if err != nil {
			return None{}, err
		}
		if err := isDraft(o.Props); err != nil {
			return None{}, err
		}
		ids = append(ids, draft)
	}
	return None{}, server(s).DeleteMessages(ctx, false, ids...)
}

// detach takes attachments out of a message. They are numbered as its table of attachments is.
func detach(ctx context.Context, s *session.Session, id mapi.EntryID, paths []string) error {
	o, err := server(s).LoadObject(ctx, id)
	if err != nil {
		return err
	}
	c := client.Change{Type: o.Type, ServerID: o.ServerID}
	number := 0
	for _, child := range o.Children {
		if child.Type != mapi.TypeAttach {
			continue
		}
		if number++; slices.Contains(paths, MessageRef{}.path(number-1)) {
			c.Children = append(c.Children, client.Change{Type: child.Type, ServerID: child.ServerID, Remove: true})
		}
	}
	if len(c.Children) != len(paths) {
		return errNoPart
	}
	_, err = server(s).SaveObject(ctx, o.Props.Bytes(mapi.PrParentEntryID), id, &c, false)
	return err
}

// streamed is the size of uploads from which on a message is sent as a stream and not from memory.
const streamed = 4 << 20

// attach makes uploads attachments of a message.
func (a *API) attach(ctx context.Context, s *session.Session, id mapi.EntryID, uploads []ID) error {
	added := new(mapi.Message)
	var sum int64
	for _, u := range uploads {
		f, ok := s.Uploads.Get(string(u))
		if !ok {
			return &Problem{Code: NotFound, Message: "there is no such upload"}
		}
		sum += f.Size()
		convert.Attach(added, f.Name, f.Type, f)
	}
	err := a.addTo(ctx, s, id, added.Attachments, sum)
	if err != nil {
		return err
	}
	for _, u := range uploads {
		s.Uploads.Remove(string(u))
	}
	return nil
}

func (a *API) addTo(ctx context.Context, s *session.Session, id mapi.EntryID, files []*mapi.Attachment, sum int64) error {
	if sum <= streamed {
		return server(s).ChangeMessage(ctx, id, client.MessageChange{Attachments: files})
	}
	m, err := server(s).LoadMessage(ctx, id)
	if err != nil {
		return err
	}
	m.Attachments = append(m.Attachments, files...)
	return server(s).ReplaceMessage(ctx, id, m)
}

func (a *API) uploadsDestroy(_ context.Context, s *session.Session, args UploadsDestroy) (None, error) {
	for _, id := range args.IDs {
		s.Uploads.Remove(string(id))
	}
	return None{}, nil
}
