package imap

import (
	"context"
	"strconv"
	"strings"

	"zarafa/agents/gateway/mailstore"
)

// copy is COPY and MOVE, and their UID forms (RFC 9051 6.4.7, 6.4.8; RFC 4315).
func (s *session) copy(ctx context.Context, c *call) error {
	set, name := s.dec.Copy()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	move := strings.HasSuffix(c.name, "MOVE")
	if move {
		if err := s.writable('t'); err != nil {
			return err
		}
	}
	uids, err := s.resolve(set, c.uid)
	if err != nil {
		return err
	}
	to, err := s.destination(ctx, name)
	if err != nil {
		return err
	}
	if len(uids) == 0 {
		// Messages that are gone are no reason to fail: a client would keep them for ever. The answer tells that they are.
		return nil
	}
	if move && to.ID == s.selection.mailbox.ID {
		return &mailstore.Error{Code: mailstore.Cannot, Text: "The messages are there already"}
	}
	if newest := s.selection.folder.Snapshot(); !move {
		for _, uid := range uids {
			if _, there := newest.Get(uid); !there {
				// All are copied or none (RFC 9051 6.4.7). The answer tells which are gone.
				return &mailstore.Error{Code: mailstore.ExpungeIssued, Text: "Some of the messages are gone"}
			}
		}
	}
	do := s.selection.folder.Copy
	if move {
		do = s.selection.folder.Move
	}
	done, err := do(ctx, uids, to.ID)
	if err != nil {
		return fault(ctx, err)
	}
	code := copyUID(done)
	if move {
		// The code has to come before the messages are told gone (RFC 9051 6.4.8).
		if code != "" {
			s.line("* OK [" + code + "] Messages moved")
		}
		if s.qresync {
			s.announce(ctx, true)
			c.code = s.highestModSeq()
		}
		return nil
	}
	c.code = code
	return nil
}

// copyUID is the code COPYUID; empty if nothing is known.
func copyUID(c mailstore.Copied) string {
	if len(c.From) == 0 || len(c.From) != len(c.To) {
		return ""
	}
	return "COPYUID " + strconv.FormatUint(uint64(c.UIDValidity), 10) + " " + setOf(c.From) + " " + setOf(c.To)
}
