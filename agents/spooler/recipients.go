package spooler

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"zarafa/agents/spooler/config"
	"zarafa/client"
	"zarafa/mapi"
)

// faxType and listType are address types of fax machines and of personal lists.
const (
	faxType  = "FAX"
	listType = "MAPIPDL"
)

// plan is who gets a mail.
type plan struct {
	// rows are the recipients as the mail shows them, with their addresses.
	rows []mapi.Props
	// addresses are those that the mail is still to be sent to, each once.
	addresses []string
	// byRow are the addresses of each row of the message, those done with too, in the message's order.
	byRow [][]string
}

// planner makes plans.
type planner struct {
	dir   *directory
	mail  *config.Mail
	rules *config.Rules
	state *state
	plan  plan
	seen  map[string]bool
}

// planFor resolves the recipients of a message. Whoever can get no mail is refused in the state.
func planFor(ctx context.Context, dir *directory, cfg *config.Config, recipients []mapi.Props, s *state) (plan, error) {
	p := planner{dir: dir, mail: &cfg.Mail, rules: &cfg.Rules, state: s, seen: make(map[string]bool)}
	for _, r := range recipients {
		addresses, err := p.row(ctx, r)
		if err != nil {
			return p.plan, err
		}
		p.plan.byRow = append(p.plan.byRow, addresses)
		for _, a := range addresses {
			key := strings.ToLower(a)
			if !p.seen[key] && !s.settled(a) {
				p.plan.addresses = append(p.plan.addresses, a)
			}
			p.seen[key] = true
		}
	}
	return p.plan, nil
}

// row resolves one recipient, and adds what the mail shows of him.
func (p *planner) row(ctx context.Context, r mapi.Props) ([]string, error) {
	if strings.EqualFold(r.Str(mapi.PrAddrtype), faxType) {
		return p.fax(r), nil
	}
	if isGroup(r) {
		return p.group(ctx, r)
	}
	address, err := p.addressOf(ctx, r)
	if err != nil {
		return nil, err
	}
	return p.single(r, address), nil
}

// single is a recipient with an address of his own.
func (p *planner) single(r mapi.Props, address string) []string {
	name := nameOf(r)
	if address == "" {
		p.state.refuse(name, "5.1.1 The recipient has no address of the Internet")
		p.plan.rows = append(p.plan.rows, r)
		return []string{name}
	}
	ascii, ok := mailbox(address)
	if !ok {
		p.state.refuse(address, "5.1.3 This is no valid address")
		p.plan.rows = append(p.plan.rows, r)
		return []string{address}
	}
	p.plan.rows = append(p.plan.rows, with(r, mapi.String(mapi.PrSMTPAddress, ascii)))
	return []string{ascii}
}

// with is a row with a property changed.
func with(r mapi.Props, v mapi.PropValue) mapi.Props {
	r = append(mapi.Props{}, r...)
	r.Set(v)
	return r
}

// nameOf is how reports call a recipient without an address.
func nameOf(r mapi.Props) string {
	for _, tag := range []mapi.PropTag{mapi.PrEmailAddress, mapi.PrDisplayName} {
		if s := r.Str(tag); s != "" {
			return s
		}
	}
	return "unknown recipient"
}

// addressOf is the address of a recipient that is no group, empty if he has none.
func (p *planner) addressOf(ctx context.Context, r mapi.Props) (string, error) {
	if a := r.Str(mapi.PrSMTPAddress); a != "" {
		return a, nil
	}
	if a := r.Str(mapi.PrEmailAddress); strings.EqualFold(r.Str(mapi.PrAddrtype), "SMTP") && a != "" {
		return a, nil
	}
	if one, ok := mapi.ParseOneOff(r.Bytes(mapi.PrEntryID)); ok && strings.EqualFold(one.AddressType, "SMTP") && one.Address != "" {
		return one.Address, nil
	}
	e, ok, err := p.dir.who(ctx, r)
	if err != nil || !ok {
		return "", err
	}
	return e.SMTP, nil
}

// fax makes an address of a number.
func (p *planner) fax(r mapi.Props) []string {
	text := r.Str(mapi.PrEmailAddress)
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		text = text[i+1:] // NAME@NUMBER
	}
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
	switch {
	case p.mail.FaxDomain == "":
		p.state.refuse(nameOf(r), "5.1.1 Faxes cannot be sent from here: the administrator has set no fax_domain")
	case digits == "":
		p.state.refuse(nameOf(r), "5.1.3 This is no number of a fax")
	default:
		if strings.HasPrefix(strings.TrimSpace(text), "+") {
			digits = p.mail.FaxInternational + digits
		}
		return p.single(r, digits+"@"+p.mail.FaxDomain)
	}
	p.plan.rows = append(p.plan.rows, r)
	return []string{nameOf(r)}
}

func isGroup(r mapi.Props) bool {
	a, ok := mapi.ParseABEntryID(r.Bytes(mapi.PrEntryID))
	return r.Uint32(mapi.PrObjectType) == uint32(mapi.TypeDistList) || ok && a.Type == mapi.TypeDistList ||
		strings.EqualFold(r.Str(mapi.PrAddrtype), listType)
}

// group resolves a group: to its own address, or to its members'.
func (p *planner) group(ctx context.Context, r mapi.Props) ([]string, error) {
	e, ok, err := p.dir.who(ctx, r)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		p.state.refuse(nameOf(r), "5.1.1 There is no such group")
		p.plan.rows = append(p.plan.rows, r)
		return []string{nameOf(r)}, nil
	case isEveryone(e.EntryID) && !p.rules.SendToEveryone:
		p.state.refuse(nameOf(r), "5.7.1 You are not allowed to send to the group of all users")
		p.plan.rows = append(p.plan.rows, r)
		return []string{nameOf(r)}, nil
	case !p.mail.ExpandGroups && e.SMTP != "":
		return p.single(r, e.SMTP), nil
	}
	members, err := p.dir.session.ExpandGroup(ctx, e.EntryID)
	if err != nil {
		return nil, err
	}
	shown := len(p.plan.rows)
	var all []string
	for _, m := range members {
		if m.SMTP == "" {
			continue // users that only exist to log on
		}
		all = append(all, p.single(m.Recipient(r.Uint32(mapi.PrRecipientType)), m.SMTP)...)
	}
	if !p.mail.ExpandGroups {
		p.plan.rows = append(p.plan.rows[:shown], r)
	}
	if all == nil {
		p.state.refuse(nameOf(r), "5.1.1 The group has no members with an address")
		all = []string{nameOf(r)}
	}
	return all, nil
}

// mailbox makes an address fit for SMTP: its domain in ASCII. ok is false for what is no address.
func mailbox(address string) (ascii string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || len(address) > 320 {
		return "", false
	}
	local, domain := address[:at], address[at+1:]
	quoted := len(local) > 1 && local[0] == '"' && local[len(local)-1] == '"'
	for _, c := range local {
		if unicode.IsControl(c) || c == unicode.ReplacementChar || !quoted && (unicode.IsSpace(c) || strings.ContainsRune(`<>()[]:;,\"@`, c)) {
			return "", false
		}
	}
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		return address, !strings.ContainsFunc(domain[1:len(domain)-1], func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("[]<>", c) })
	}
	plain, err := idna.New(idna.MapForLookup(), idna.Transitional(false)).ToASCII(domain)
	if err != nil || plain == "" || strings.ContainsFunc(plain, func(c rune) bool {
		return c != '-' && c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	}) {
		return "", false
	}
	return local + "@" + plain, true
}

// international reports whether an address needs SMTPUTF8 (RFC 6531).
func international(address string) bool {
	return strings.ContainsFunc(address, func(c rune) bool { return c > unicode.MaxASCII })
}

// rowsOf are the recipients of a message as its object has them, and what saves each of them as it is: a server takes what is sent of a
// recipient for all of him.
func rowsOf(o *client.Object) (rows []mapi.Props, parts []client.Change) {
	for i := range o.Children {
		c := &o.Children[i]
		if c.Type == mapi.TypeAttach {
			continue
		}
		r := append(mapi.Props{}, c.Props...)
		if id := r.Bytes(mapi.PrECContactEntryID); id != nil && !r.Has(mapi.PrEntryID.ID()) {
			r = append(r, mapi.Binary(mapi.PrEntryID, id))
		}
		rows = append(rows, r)
		parts = append(parts, client.Change{Type: c.Type, ServerID: c.ServerID, Set: c.Props})
	}
	return rows, parts
}
