package webaccess

import (
	"zarafa/agents/webaccess/api"
	"zarafa/mail/html/sanitize"
)

// clean makes a page harmless.
func clean(page []byte, o api.CleanOptions) api.Cleaned {
	policy := sanitize.Policy{Remote: o.Remote}
	if o.Inline != nil {
		policy.Inline = func(r sanitize.Reference) (string, bool) { return o.Inline(r.ContentID, r.Location) }
	}
	r := sanitize.HTML(page, policy)
	out := api.Cleaned{
		HTML: r.HTML, Plain: r.Reason != sanitize.None, Blocked: r.Blocked, Colours: r.Colours, DarkMode: r.DarkMode, Quirks: r.Quirks,
	}
	for _, l := range r.Links {
		out.Links = append(out.Links, api.Link{Address: l.Address, Host: l.Host, Suspicious: l.Suspicious()})
	}
	return out
}
