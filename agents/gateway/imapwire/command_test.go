package imapwire

import (
	"bufio"
	"io"
	"strings"
	"testing/iotest"
)

// command is a command with its arguments, as its method gave them.
type command struct {
	tag, name string
	args      any
}

// pair are two arguments.
type pair struct{ first, second any }

// appended is a message of APPEND with its literal.
type appended struct {
	AppendMessage
	content string
}

type login struct{ user, password string }

type quotaRoot string

type aclArgs struct {
	ACLArgs
	withRights bool
}

type authenticate struct {
	mechanism  string
	initial    []byte
	hasInitial bool
}

// readCommand reads a command by the method that belongs to its name.
func readCommand(d *Decoder) (command, error) {
	c := command{}
	c.tag, c.name = d.Command()
	c.args = readArgs(d, strings.TrimPrefix(c.name, "UID "), c.name)
	err := d.Finish()
	return c, err
}

func readArgs(d *Decoder, name, full string) any {
	switch name {
	case "FETCH":
		return d.Fetch()
	case "STORE":
		return d.Store()
	case "SEARCH":
		return d.Search()
	case "SORT":
		return d.Sort()
	case "THREAD":
		return d.Thread()
	case "COPY", "MOVE":
		set, mailbox := d.Copy()
		return pair{set, mailbox}
	}
	switch full {
	case "UID EXPUNGE":
		return d.UIDs()
	case "SELECT", "EXAMINE":
		return d.Select()
	case "LIST":
		return d.ListCommand()
	case "LSUB":
		reference, pattern := d.LSub()
		return pair{reference, pattern}
	case "STATUS":
		return d.Status()
	case "CREATE":
		return d.Create()
	case "RENAME":
		from, to := d.Rename()
		return pair{from, to}
	case "DELETE", "SUBSCRIBE", "UNSUBSCRIBE", "GETQUOTAROOT", "GETACL", "MYRIGHTS":
		return d.MailboxArg()
	case "APPEND":
		return readAppend(d)
	}
	return readSessionArgs(d, full)
}

func readAppend(d *Decoder) any {
	p := pair{first: d.MailboxArg()}
	var messages []appended
	for m := (AppendMessage{}); d.AppendMessage(&m); {
		a := appended{AppendMessage: m}
		if m.Size > 10 {
			d.Refuse(&Error{Kind: TooLong, Text: "refused"})
		} else if r := d.Accept(); r != nil {
			content, _ := io.ReadAll(r)
			a.content = string(content)
		}
		messages = append(messages, a)
	}
	p.second = messages
	return p
}

func readSessionArgs(d *Decoder, name string) any {
	switch name {
	case "LOGIN":
		user, password := d.Login()
		return login{user, password}
	case "AUTHENTICATE":
		a := authenticate{}
		a.mechanism, a.initial, a.hasInitial = d.Authenticate()
		return a
	case "ENABLE":
		return d.Enable()
	case "ID":
		return d.ID()
	case "GETQUOTA":
		return quotaRoot(d.QuotaRoot())
	case "SETQUOTA":
		return d.SetQuota()
	case "SETACL":
		return aclArgs{d.ACL(true), true}
	case "DELETEACL", "LISTRIGHTS":
		return aclArgs{d.ACL(false), false}
	case "NOOP", "CHECK", "CLOSE", "EXPUNGE", "LOGOUT", "CAPABILITY", "STARTTLS", "IDLE", "NAMESPACE", "UNSELECT":
		return nil
	}
	d.Fail(&Error{Text: "Unknown command " + name})
	return nil
}

// A connection is what a client sends, and counts how often it was asked for a literal.
type connection struct {
	d     *Decoder
	asked int
}

// connect makes a decoder of what a client sends. In pieces says that the bytes come one by one.
func connect(sent string, inPieces bool, limits Limits) *connection {
	var r io.Reader = strings.NewReader(sent)
	if inPieces {
		r = iotest.OneByteReader(r)
	}
	c := new(connection)
	c.d = NewDecoder(bufio.NewReader(r), limits, func() error { c.asked++; return nil })
	return c
}
