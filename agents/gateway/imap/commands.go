package imap

import (
	"context"
	"strings"

	"zarafa/agents/gateway/sasl"
)

// command is a row of the table of commands.
type command struct {
	states states
	run    func(*session, context.Context, *call) error
	uid    bool // it counts in UIDs
	// keepsNumbers says that the numbers of messages must not change with its answer (RFC 9051 7.5.1).
	keepsNumbers bool
}

// commands are all commands by their names. The table never changes. CLOSE and the like end with no mailbox to tell anything of.
var commands = map[string]command{
	// RFC 9051 6.1, RFC 2971
	"CAPABILITY": {states: anyState, run: (*session).capability},
	"NOOP":       {states: anyState, run: (*session).noop},
	"LOGOUT":     {states: anyState, run: (*session).logout},
	"ID":         {states: anyState, run: (*session).id},
	// RFC 9051 6.2
	"STARTTLS":     {states: notAuthenticated, run: (*session).startTLS},
	"AUTHENTICATE": {states: notAuthenticated, run: (*session).authenticate},
	"LOGIN":        {states: notAuthenticated, run: (*session).login},
	// RFC 9051 6.3, RFC 5161, RFC 2177
	"ENABLE":      {states: loggedOn, run: (*session).enable},
	"SELECT":      {states: loggedOn, run: (*session).selectMailbox},
	"EXAMINE":     {states: loggedOn, run: (*session).selectMailbox},
	"CREATE":      {states: loggedOn, run: (*session).create},
	"DELETE":      {states: loggedOn, run: (*session).delete},
	"RENAME":      {states: loggedOn, run: (*session).rename},
	"SUBSCRIBE":   {states: loggedOn, run: (*session).subscribe},
	"UNSUBSCRIBE": {states: loggedOn, run: (*session).subscribe},
	"LIST":        {states: loggedOn, run: (*session).list},
	"LSUB":        {states: loggedOn, run: (*session).lsub},
	"NAMESPACE":   {states: loggedOn, run: (*session).namespace},
	"STATUS":      {states: loggedOn, run: (*session).statusCommand},
	"APPEND":      {states: loggedOn, run: (*session).append},
	"IDLE":        {states: loggedOn, run: (*session).idleCommand},
	// RFC 9208
	"GETQUOTA":     {states: loggedOn, run: (*session).getQuota},
	"GETQUOTAROOT": {states: loggedOn, run: (*session).getQuotaRoot},
	"SETQUOTA":     {states: loggedOn, run: (*session).setQuota},
	// RFC 4314
	"GETACL":     {states: loggedOn, run: (*session).getACL},
	"SETACL":     {states: loggedOn, run: (*session).setACL},
	"DELETEACL":  {states: loggedOn, run: (*session).deleteACL},
	"LISTRIGHTS": {states: loggedOn, run: (*session).listRights},
	"MYRIGHTS":   {states: loggedOn, run: (*session).myRights},
	// RFC 9051 6.4, RFC 5256
	"CHECK":       {states: selected, run: (*session).noop},
	"CLOSE":       {states: selected, run: (*session).closeMailbox},
	"UNSELECT":    {states: selected, run: (*session).unselectMailbox},
	"EXPUNGE":     {states: selected, run: (*session).expunge},
	"UID EXPUNGE": {states: selected, run: (*session).expunge, uid: true},
	"SEARCH":      {states: selected, run: (*session).search, keepsNumbers: true},
	"UID SEARCH":  {states: selected, run: (*session).search, uid: true},
	"SORT":        {states: selected, run: (*session).sort, keepsNumbers: true},
	"UID SORT":    {states: selected, run: (*session).sort, uid: true},
	"THREAD":      {states: selected, run: (*session).thread, keepsNumbers: true},
	"UID THREAD":  {states: selected, run: (*session).thread, uid: true},
	"FETCH":       {states: selected, run: (*session).fetch, keepsNumbers: true},
	"UID FETCH":   {states: selected, run: (*session).fetch, uid: true},
	"STORE":       {states: selected, run: (*session).store, keepsNumbers: true},
	"UID STORE":   {states: selected, run: (*session).store, uid: true},
	"COPY":        {states: selected, run: (*session).copy},
	"UID COPY":    {states: selected, run: (*session).copy, uid: true},
	"MOVE":        {states: selected, run: (*session).copy},
	"UID MOVE":    {states: selected, run: (*session).copy, uid: true},
}

// capabilities are what the server announces in the connection's state.
func (s *session) capabilities() string {
	names := []string{"IMAP4rev1", "IMAP4rev2", "LITERAL+", "SASL-IR", "ID", "ENABLE"}
	if s.account == nil {
		if s.info.TLS != nil {
			names = append(names, "STARTTLS")
		}
		if s.info.Secure {
			for _, mechanism := range sasl.Mechanisms(s.server.options.Tokens) {
				names = append(names, "AUTH="+mechanism)
			}
		} else {
			names = append(names, "LOGINDISABLED")
		}
		return strings.Join(s.shown(append(names, "IDLE")), " ")
	}
	names = append(names,
		"IDLE", "NAMESPACE", "UIDPLUS", "MOVE", "UNSELECT", "CHILDREN", "SPECIAL-USE", "CREATE-SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "ESEARCH",
		"SEARCHRES", "WITHIN", "SORT", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "BINARY", "MULTIAPPEND", "UTF8=ACCEPT", "STATUS=SIZE", "QUOTA", "QUOTA=RES-STORAGE", "ACL", "RIGHTS=kxte", "OBJECTID", "PREVIEW", "SAVEDATE",
	)
	if limit := s.account.MaxMessage(); limit > 0 {
		names = append(names, appendLimit(limit))
	}
	if s.account.Capabilities().ModSeq {
		names = append(names, "CONDSTORE", "QRESYNC")
	}
	return strings.Join(s.shown(names), " ")
}

// shown leaves out what the operator hides.
func (s *session) shown(names []string) []string {
	var list []string
	for _, name := range names {
		key, _, _ := strings.Cut(name, "=")
		if upper := strings.ToUpper(name); !s.server.hidden[upper] && !(key == "APPENDLIMIT" && s.server.hidden[key]) {
			list = append(list, name)
		}
	}
	return list
}

func (s *session) capability(_ context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	s.line("* CAPABILITY " + s.capabilities())
	return nil
}

// noop asks for what has not arrived yet; the answer tells it.
func (s *session) noop(ctx context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil || s.selection == nil {
		return err
	}
	return fault(ctx, s.selection.folder.Sync(ctx))
}

func (s *session) logout(_ context.Context, c *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	s.line("* BYE See you")
	s.line(c.tag + " OK LOGOUT completed")
	c.ended = errLogout
	return nil
}

func (s *session) id(_ context.Context, _ *call) error {
	fields := s.dec.ID()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	for _, f := range fields {
		if f.HasValue && len(f.Value) <= 100 {
			s.log.Debug("the client says who it is", "field", f.Name, "value", f.Value)
		}
	}
	e := s.enc().Raw(`* ID ("name" `).String(s.server.options.Name)
	if version := s.server.options.Version; version != "" {
		e.Raw(` "version" `).String(version)
	}
	e.Raw(")").CRLF()
	return nil
}

// enable does what RFC 5161 says; what is unknown or enabled already is passed over.
func (s *session) enable(_ context.Context, _ *call) error {
	names := s.dec.Enable()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	enabled := ""
	modSeq := s.account.Capabilities().ModSeq
	turnOn := func(name string, what *bool) {
		if !*what {
			*what = true
			enabled += " " + name
		}
	}
	had := s.condStore
	for _, name := range names {
		switch {
		case name == "CONDSTORE" && modSeq:
			turnOn("CONDSTORE", &s.condStore)
		case name == "QRESYNC" && modSeq:
			s.condStore = true // RFC 7162 3.2.3
			turnOn("QRESYNC", &s.qresync)
		case name == "UTF8=ACCEPT":
			turnOn("UTF8=ACCEPT", &s.utf8)
		case name == "IMAP4REV2":
			turnOn("IMAP4rev2", &s.rev2)
		}
	}
	s.dec.SetUTF8(s.utf8 || s.rev2)
	s.line("* ENABLED" + enabled)
	s.enc().SetUTF8(s.utf8 || s.rev2)
	if s.condStore && !had {
		s.tellModSeq()
	}
	return nil
}

// enableCondStore is for commands that enable it by the way (RFC 7162 3.1).
func (s *session) enableCondStore() error {
	if !s.account.Capabilities().ModSeq {
		return errNoModSeq
	}
	if !s.condStore {
		s.condStore = true
		s.tellModSeq()
	}
	return nil
}
