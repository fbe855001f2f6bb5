package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mapi"
)

// Bounds of addresses.
const (
	maxCompletions = 20
	maxResolve     = 100
	maxTyped       = 256
	maxHistory     = 500
)

// Values of PR_DISPLAY_TYPE_EX for rooms and equipment (MS-OXOABK 2.2.3.12): DT_ROOM and DT_EQUIPMENT in the low byte.
const (
	displayRoom      = 7
	displayEquipment = 8
)

func addressOfEntry(e *client.Entry) Address {
	a := Address{Name: e.Name, Address: e.SMTP, Kind: AddressUser}
	switch {
	case e.ObjectType == mapi.TypeDistList:
		a.Kind = AddressGroup
	case e.DisplayType&0xFF == displayRoom || e.DisplayType&0xFF == displayEquipment:
		a.Kind = AddressRoom
	case e.Account == "":
		a.Kind = AddressContact
	}
	if a.Address == "" {
		a.Address = e.Account
	}
	return a
}

func (a *API) addressesComplete(ctx context.Context, s *session.Session, args AddressesComplete) (r Addresses, err error) {
	text := strings.ToLower(strings.TrimSpace(args.Text))
	if text == "" || len(text) > maxTyped || args.N < 1 || args.N > maxCompletions {
		return r, invalid("text has from 1 to %d bytes, and n is from 1 to %d", maxTyped, maxCompletions)
	}
	history, err := readHistory(ctx, s)
	if err != nil {
		return r, err
	}
	for _, h := range history.list {
		if h.matches(text) && len(r.List) < args.N {
			r.List = append(r.List, Address{Name: h.Name, Address: h.SMTP, Kind: AddressRecent})
		}
	}
	entries, err := s.Client.Entries(ctx, client.GlobalAddressBook(), text, nil)
	if err != nil {
		return r, err
	}
	for i := range entries {
		r.add(addressOfEntry(&entries[i]), args.N)
	}
	return r, nil
}

// add adds somebody of the address book; of whom the user has written to the book knows the kind.
func (r *Addresses) add(found Address, most int) {
	if i := slices.IndexFunc(r.List, func(o Address) bool { return strings.EqualFold(o.Address, found.Address) }); i >= 0 {
		r.List[i] = found
	} else if len(r.List) < most {
		r.List = append(r.List, found)
	}
}

func (a *API) addressesResolve(ctx context.Context, s *session.Session, args AddressesResolve) (r AddressesResolved, err error) {
	if len(args.Names) > maxResolve {
		return r, tooLarge("at most %d names are resolved at a time", maxResolve)
	}
	exact, err := s.Client.ResolveNames(ctx, args.Names...)
	if err != nil {
		return r, err
	}
	for i, name := range args.Names {
		one := Resolved{Name: name}
		switch e := &exact[i]; e.Resolution {
		case client.Resolved:
			one.Found = []Address{addressOfEntry(e)}
		case client.Ambiguous:
			entries, err := s.Client.Entries(ctx, client.GlobalAddressBook(), name, nil)
			if err != nil {
				return r, err
			}
			for j := range entries[:min(len(entries), maxCompletions)] {
				one.Found = append(one.Found, addressOfEntry(&entries[j]))
			}
		}
		r.List = append(r.List, one)
	}
	return r, nil
}

func (a *API) addressesForget(ctx context.Context, s *session.Session, args AddressesForget) (None, error) {
	s.Writing.Lock()
	defer s.Writing.Unlock()
	h, err := readHistory(ctx, s)
	if err != nil {
		return None{}, err
	}
	h.list = slices.DeleteFunc(h.list, func(r recent) bool {
		return slices.ContainsFunc(args.Addresses, func(address string) bool { return strings.EqualFold(address, r.SMTP) })
	})
	return None{}, h.write(ctx, s)
}

// history is to whom the user has written, as the original's web client keeps it in PR_EC_RECIPIENT_HISTORY_JSON; those used most come first.
type history struct {
	all  map[string]json.RawMessage
	list []recent
}

// recent is one of them.
type recent struct {
	Name        string `json:"display_name"`
	SMTP        string `json:"smtp_address"`
	Address     string `json:"email_address"`
	AddressType string `json:"address_type"`
	Count       int    `json:"count"`
	LastUsed    int64  `json:"last_used"` // seconds since 1970
	ObjectType  int    `json:"object_type"`
}

const historyKey = "recipients"

func (r *recent) matches(text string) bool {
	name, address := strings.ToLower(r.Name), strings.ToLower(r.SMTP)
	return strings.HasPrefix(address, text) || strings.HasPrefix(name, text) || strings.Contains(name, " "+text)
}

func readHistory(ctx context.Context, s *session.Session) (*history, error) {
	all, _, err := readJSON(ctx, s, mapi.PrECRecipientHistoryJSON)
	if err != nil {
		return nil, err
	}
	h := &history{all: all}
	if json.Unmarshal(all[historyKey], &h.list) != nil {
		h.list = nil // somebody else's form
	}
	slices.SortStableFunc(h.list, func(a, b recent) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return int(min(max(b.LastUsed-a.LastUsed, -1), 1))
	})
	return h, nil
}

func (h *history) write(ctx context.Context, s *session.Session) error {
	text, err := json.Marshal(h.list)
	if err != nil {
		return err
	}
	h.all[historyKey] = text
	return writeJSON(ctx, s, mapi.PrECRecipientHistoryJSON, h.all)
}

// remember counts those to whom a mail is sent.
func (a *API) remember(ctx context.Context, s *session.Session, sent []Recipient) error {
	s.Writing.Lock()
	defer s.Writing.Unlock()
	h, err := readHistory(ctx, s)
	if err != nil {
		return err
	}
	for _, r := range sent {
		if r.Address == "" {
			continue
		}
		i := slices.IndexFunc(h.list, func(o recent) bool { return strings.EqualFold(o.SMTP, r.Address) })
		if i < 0 {
			h.list = append(h.list, recent{SMTP: r.Address, Address: r.Address, AddressType: "SMTP", ObjectType: int(mapi.TypeMailUser)})
			i = len(h.list) - 1
		}
		h.list[i].Count++
		h.list[i].LastUsed = a.now().Unix()
		if r.Name != "" {
			h.list[i].Name = r.Name
		}
	}
	if len(h.list) > maxHistory {
		slices.SortStableFunc(h.list, func(x, y recent) int { return int(min(max(y.LastUsed-x.LastUsed, -1), 1)) })
		h.list = h.list[:maxHistory]
	}
	return h.write(ctx, s)
}
