package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zarafa/agents/webaccess/api"
)

func (s *Server) batch(w http.ResponseWriter, r *http.Request) {
	var b api.Batch
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		refuse(w, http.StatusBadRequest, api.Invalid)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user == "" {
		refuse(w, http.StatusUnauthorized, api.NotLoggedOn)
		return
	}
	var all api.Answers
	for _, c := range b.Calls {
		s.asked[c.Method]++
		a := api.Answer{ID: c.ID}
		result, problem := s.call(c)
		if problem != nil {
			a.Error = problem
		} else if text, err := json.Marshal(result); err == nil {
			a.Result = text
		}
		all.Answers = append(all.Answers, a)
	}
	answer(w, all)
}

// take reads arguments.
func take[A any](c api.Call) A {
	var args A
	if err := json.Unmarshal(c.Args, &args); err != nil {
		panic(fmt.Sprintf("%s: %v", c.Method, err))
	}
	return args
}

func (s *Server) call(c api.Call) (any, *api.Problem) {
	switch c.Method {
	case "session/get":
		return s.whoever(), nil
	case "session/list":
		return api.SessionList{List: []api.OpenSession{{ID: "s", Current: true, Since: "2026-11-30T08:00:00Z", Used: "2026-11-30T10:00:00Z", Address: "127.0.0.1"}}}, nil
	case "quota/get":
		return api.Quota{Used: 3 << 30, Warn: 8 << 30, Soft: 9 << 30, Hard: 10 << 30}, nil
	case "settings/get":
		return api.SettingsResult{Settings: s.settings, State: "1"}, nil
	case "settings/set":
		if err := json.Unmarshal(take[api.SettingsSet](c).Set, &s.settings); err != nil {
			return nil, &api.Problem{Code: api.Invalid, Message: err.Error()}
		}
		return api.SettingsResult{Settings: s.settings, State: "2"}, nil
	case "folders/get":
		s.count()
		return api.Folders{Store: "store", List: s.folders, State: "1"}, nil
	case "messages/get":
		return s.message(take[api.MessagesGet](c))
	case "messages/headers":
		return api.MessageHeaders{Text: "Subject: test"}, nil
	case "messages/set":
		return s.set(take[api.MessagesSet](c)), nil
	case "messages/move":
		a := take[api.MessagesMove](c)
		return s.move(a.Of, a.To), nil
	case "messages/delete":
		return s.move(take[api.MessagesDelete](c).Of, "deleted"), nil
	case "addresses/complete":
		return s.complete(take[api.AddressesComplete](c)), nil
	}
	return s.draftCall(c)
}

func (s *Server) draftCall(c api.Call) (any, *api.Problem) {
	switch c.Method {
	case "drafts/create":
		return s.create(take[api.DraftCreate](c)), nil
	case "drafts/get", "drafts/hold":
		if d := s.drafts[take[api.DraftGet](c).ID]; d != nil {
			return d, nil
		}
		return nil, &api.Problem{Code: api.NotFound}
	case "drafts/update":
		return s.update(take[api.DraftUpdate](c))
	case "drafts/destroy":
		for _, id := range take[api.DraftDestroy](c).IDs {
			delete(s.drafts, id)
		}
		return api.None{}, nil
	case "drafts/send":
		return s.send(take[api.DraftSend](c).ID)
	}
	return nil, &api.Problem{Code: api.NotSupported, Message: c.Method}
}

func (s *Server) find(id api.ID) (*api.Row, api.ID) {
	for folder, rows := range s.rows {
		for _, r := range rows {
			if r.ID == id {
				return r, folder
			}
		}
	}
	return nil, ""
}

func (s *Server) message(a api.MessagesGet) (any, *api.Problem) {
	row, folder := s.find(a.IDs[0])
	if row == nil {
		return api.Messages{List: []api.Message{}, Failed: api.Failures{}}, nil
	}
	m := api.Message{
		ID: row.ID, Folder: folder, State: "1", Class: row.Class, Subject: row.Subject, From: row.From, ReplyTo: []api.Who{}, Received: row.Date, Sent: row.Date, Size: row.Size,
		Recipients: []api.Recipient{{Kind: api.To, Name: "Alice Example", Address: "alice@example.com"}, {Kind: api.Cc, Name: "Carol Chen", Address: "carol@example.com"}},
		Read:       row.Read, Flag: row.Flag, Importance: row.Importance, Categories: row.Categories, Topic: row.Topic, Files: []api.Attachment{},
		External: !strings.HasSuffix(row.From.Address, "@example.com"),
		Body:     api.Body{Format: api.FormatHTML, Frame: "mail/" + string(row.ID) + "/body", Text: row.Preview},
	}
	if strings.HasPrefix(string(row.From.Address), "news@") {
		m.Body.Blocked = 12
	}
	if row.Attachments {
		m.Files = append(m.Files, api.Attachment{Path: "1", Name: "Plan of the harbour.pdf", Type: "application/pdf", Size: 481_220, Address: "mail/" + string(row.ID) + "/files/1"},
			api.Attachment{Path: "2", Name: "crane.jpg", Type: "image/jpeg", Size: 1_204_220, Address: "mail/" + string(row.ID) + "/files/2"})
	}
	return api.Messages{List: []api.Message{m}, Failed: api.Failures{}}, nil
}

// list is what a list of the client shows: a folder in an order, with a filter.
func (s *Server) list(folder api.ID, sort api.Sort, filter api.Filter, keep []string) []*api.Row {
	rows := s.rows[folder]
	if filter != api.All {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r *api.Row) bool {
			fits := filter == api.Unread && !r.Read || filter == api.Flagged && r.Flag == api.FlagSet || filter == api.Attachments && r.Attachments
			return !fits && !slices.Contains(keep, r.Key)
		})
	}
	if sort == api.ByDate {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	return rows
}

func (s *Server) window(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	rows := s.list(api.ID(q.Get("folder")), api.Sort(q.Get("sort")), api.Filter(q.Get("filter")), q["keep"])
	at, _ := strconv.Atoi(q.Get("at"))
	n, _ := strconv.Atoi(q.Get("n"))
	if key := q.Get("key"); key != "" {
		before, _ := strconv.Atoi(q.Get("before"))
		if i := slices.IndexFunc(rows, func(r *api.Row) bool { return r.Key == key }); i >= 0 {
			at = i - before
		}
	}
	at = min(max(0, at), len(rows))
	out := api.Rows{Total: len(rows), At: at, Rows: []api.Row{}}
	for _, row := range rows[at:min(len(rows), at+n)] {
		out.Rows = append(out.Rows, *row)
	}
	answer(w, out)
}

// chosen are the rows of a selection.
func (s *Server) chosen(of api.MessageSelection) []*api.Row {
	var all []*api.Row
	for _, id := range of.IDs {
		if row, _ := s.find(id); row != nil {
			all = append(all, row)
		}
	}
	rows := s.list(of.Folder, of.Sort, of.Filter, nil)
	for _, r := range of.Ranges {
		all = append(all, rows[r.At:r.At+r.N]...)
	}
	return all
}

func (s *Server) set(a api.MessagesSet) api.Bulk {
	rows := s.chosen(a.Of)
	for _, row := range rows {
		if a.Read != nil {
			row.Read = *a.Read
		}
		if a.Flag != nil {
			row.Flag = *a.Flag
		}
		row.Categories = slices.DeleteFunc(append(slices.Clone(row.Categories), a.AddCategories...), func(c string) bool { return slices.Contains(a.RemoveCategories, c) })
	}
	s.changed("inbox")
	return api.Bulk{Done: len(rows), Failed: api.Failures{}, Moved: map[api.ID]api.ID{}}
}

func (s *Server) move(of api.MessageSelection, to api.ID) api.Bulk {
	out := api.Bulk{Failed: api.Failures{}, Moved: map[api.ID]api.ID{}}
	gone := map[*api.Row]bool{}
	for _, row := range s.chosen(of) {
		gone[row] = true
	}
	for folder, rows := range s.rows {
		kept := slices.DeleteFunc(slices.Clone(rows), func(r *api.Row) bool { return gone[r] })
		if len(kept) == len(rows) {
			continue
		}
		s.rows[folder], out.From = kept, folder
	}
	for row := range gone {
		s.next++
		old := row.ID
		row.ID = api.ID(fmt.Sprintf("moved-%d", s.next))
		row.Key = string(row.ID)
		out.Moved[old], out.Done = row.ID, out.Done+1
		s.rows[to] = append(s.rows[to], row)
	}
	slices.SortStableFunc(s.rows[to], func(a, b *api.Row) int { return strings.Compare(string(b.Date), string(a.Date)) })
	s.changed(out.From)
	s.changed(to)
	return out
}

func (s *Server) complete(a api.AddressesComplete) api.Addresses {
	out := api.Addresses{List: []api.Address{}}
	for _, p := range people {
		if strings.Contains(strings.ToLower(p.Name+" "+p.Address), strings.ToLower(a.Text)) && len(out.List) < a.N {
			out.List = append(out.List, api.Address{Name: p.Name, Address: p.Address, Kind: api.AddressUser})
		}
	}
	return out
}

func (s *Server) body(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Security-Policy", MailPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	row, _ := s.find(api.ID(r.PathValue("id")))
	page := letter
	if row != nil && strings.HasPrefix(row.From.Address, "news@") {
		page = newsletter
	}
	_, _ = io.WriteString(w, page)
}

func (s *Server) file(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Disposition", "attachment; filename="+url.PathEscape("file.bin"))
	_, _ = io.WriteString(w, "bytes")
}
