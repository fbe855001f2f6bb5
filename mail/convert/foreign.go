package convert

import (
	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// calendar takes an invitation, or attaches what is none.
func (b *body) calendar(p *tree.Part, t header.MediaType, h *header.Fields, at place) error {
	return b.attach(p, t, h, at)
}
