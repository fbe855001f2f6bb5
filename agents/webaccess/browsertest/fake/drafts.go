package fake

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"zarafa/agents/webaccess/api"
)

func (s *Server) create(a api.DraftCreate) *api.Draft {
	s.next++
	d := &api.Draft{ID: api.ID(fmt.Sprintf("draft-%d", s.next)), State: "0", Recipients: []api.Recipient{}, Format: s.settings.Format, Importance: api.Normal, Files: []api.Attachment{}}
	d.Recipients = append(d.Recipients, a.To...)
	if a.About != nil {
		if row, _ := s.find(a.About.ID); row != nil {
			d.Subject = "Re: " + strings.TrimPrefix(row.Subject, "Re: ")
			d.Quote = "<p>On Monday " + row.From.Name + " wrote:</p><blockquote type=\"cite\">" + letter + "</blockquote>"
			d.Recipients = append(d.Recipients, api.Recipient{Kind: api.To, Name: row.From.Name, Address: row.From.Address})
		}
	}
	s.drafts[d.ID] = d
	return d
}

func (s *Server) update(a api.DraftUpdate) (any, *api.Problem) {
	d := s.drafts[a.ID]
	if d == nil {
		return nil, &api.Problem{Code: api.NotFound}
	}
	if a.IfInState != "" && a.IfInState != d.State {
		return nil, &api.Problem{Code: api.StateMismatch}
	}
	put(&d.Subject, a.Subject)
	put(&d.HTML, a.HTML)
	put(&d.Quote, a.Quote)
	put(&d.Text, a.Text)
	put(&d.Format, a.Format)
	put(&d.Importance, a.Importance)
	put(&d.Recipients, a.Recipients)
	for _, id := range a.Attach {
		u := s.uploads[id]
		s.next++
		d.Files = append(d.Files, api.Attachment{Path: fmt.Sprint(s.next), Name: u.Name, Type: u.Type, Size: u.Size})
	}
	d.Files = slices.DeleteFunc(d.Files, func(f api.Attachment) bool { return slices.Contains(a.Detach, f.Path) })
	d.State += "+"
	return api.DraftSaved{State: d.State, Saved: api.Time(begin.Format("2006-01-02T15:04:05Z")), Files: d.Files}, nil
}

func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Draft is a draft by the beginning of its subject; nil if there is none.
func (s *Server) Draft(subject string) *api.Draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.drafts {
		if strings.HasPrefix(d.Subject, subject) {
			c := *d
			return &c
		}
	}
	return nil
}

// Change changes a draft as another program would.
func (s *Server) Change(id api.ID, change func(*api.Draft)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.drafts[id])
	s.drafts[id].State += "!"
}

func (s *Server) send(id api.ID) (any, *api.Problem) {
	d := s.drafts[id]
	if d == nil {
		return nil, &api.Problem{Code: api.NotFound}
	}
	d.Queued = true
	return api.DraftSent{Until: "2026-11-30T10:13:00Z"}, nil
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		refuse(w, http.StatusBadRequest, api.Invalid)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	u := api.Upload{ID: api.ID(fmt.Sprintf("upload-%d", s.next)), Name: r.URL.Query().Get("name"), Type: r.URL.Query().Get("type"), Size: n}
	s.uploads[u.ID] = u
	answer(w, u)
}
