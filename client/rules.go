package client

import (
	"bytes"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/wire"
)

// Rules reads the rules of a mailbox, which its receive folder keeps: a row for each, in the order in which they stand there, numbered by
// PR_RULE_ID from 1. Properties without a value are left out.
func (s *Session) Rules(ctx context.Context, inbox mapi.EntryID) ([]mapi.Props, error) {
	o, err := s.LoadObject(ctx, inbox)
	if err != nil {
		return nil, err
	}
	return s.rules(ctx, inbox, o.Props, o.Large)
}

// Rules are the rules of the mailbox, without a call unless they are very many. See [Session.Rules].
func (b *Mailbox) Rules(ctx context.Context) ([]mapi.Props, error) {
	if b.Inbox == nil {
		return nil, nil
	}
	return b.Store.Session.rules(ctx, b.Inbox, b.InboxProps, b.large)
}

func (s *Session) rules(ctx context.Context, inbox mapi.EntryID, props mapi.Props, large []mapi.PropTag) ([]mapi.Props, error) {
	data := props.Bytes(mapi.PrRulesData)
	if isAmong(large, mapi.PrRulesData) {
		v, err := s.LoadValue(ctx, inbox, 0, mapi.PrRulesData)
		if err != nil {
			return nil, err
		}
		data = v.Data
	}
	if len(data) == 0 {
		return nil, nil
	}
	return s.parseRules(data)
}

func isAmong(tags []mapi.PropTag, tag mapi.PropTag) bool {
	return slices.ContainsFunc(tags, func(t mapi.PropTag) bool { return t.ID() == tag.ID() })
}

// ParseRules reads the rules in a value of PR_RULES_DATA that a store has, or had: the form that [Session.Rules] gives.
func (s *Session) ParseRules(data []byte) ([]mapi.Props, error) { return s.parseRules(data) }

func (s *Session) parseRules(data []byte) ([]mapi.Props, error) {
	d := s.shared.decoder()
	defer s.shared.putDecoder(d)
	d.Reset(data)
	list, err := wire.DecodeRules(d)
	if err != nil {
		return nil, mapi.Errorf(mapi.BadValue, "reading rules", "PR_RULES_DATA of %d bytes: %w", len(data), err)
	}
	rows := make([]mapi.Props, len(list))
	for i := range list {
		row := mapi.Props(mapi.CloneProps(list[i]))
		row = slices.DeleteFunc(row, func(p mapi.PropValue) bool { return p.IsError() || p.Tag.ID() == mapi.PrRuleID.ID() })
		rows[i] = append(mapi.Props{mapi.I8(mapi.PrRuleID, int64(i)+1)}, row...)
	}
	return rows, nil
}

// SetRules replaces the rules of a mailbox. Rows need PR_RULE_SEQUENCE, PR_RULE_STATE, PR_RULE_ACTIONS, PR_RULE_PROVIDER and PR_RULE_NAME;
// their ids are given anew.
func (s *Session) SetRules(ctx context.Context, inbox mapi.EntryID, rows []mapi.Props) error {
	list := make([][]mapi.PropValue, len(rows))
	for i, row := range rows {
		row = slices.Clone(row)
		row.Set(mapi.I8(mapi.PrRuleID, int64(i)+1))
		list[i] = row
	}
	return s.SetProps(ctx, inbox, mapi.Binary(mapi.PrRulesData, wire.AppendRules(nil, list)))
}

// ChangeRules reads the rules, has change make new ones of them, and writes those if they differ.
func (s *Session) ChangeRules(ctx context.Context, inbox mapi.EntryID, change func([]mapi.Props) ([]mapi.Props, error)) error {
	rows, err := s.Rules(ctx, inbox)
	if err != nil {
		return err
	}
	before := encodedRules(rows)
	if rows, err = change(rows); err != nil {
		return err
	}
	if bytes.Equal(before, encodedRules(rows)) {
		return nil
	}
	return s.SetRules(ctx, inbox, rows)
}

func encodedRules(rows []mapi.Props) []byte {
	list := make([][]mapi.PropValue, len(rows))
	for i := range rows {
		list[i] = rows[i]
	}
	return wire.AppendRules(nil, list)
}
