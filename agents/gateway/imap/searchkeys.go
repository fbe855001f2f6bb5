package imap

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// searching is a search that runs.
type searching struct {
	*session
	ctx context.Context
}

// eval gives those of the candidates, which rise, that a key finds.
func (e *searching) eval(key *imapwire.SearchKey, candidates []view.UID) ([]view.UID, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	switch key.Op {
	case imapwire.SearchAll:
		return candidates, nil
	case imapwire.SearchSaveDateSupported:
		return candidates, nil
	case imapwire.SearchAnd:
		return e.and(key.Keys, candidates)
	case imapwire.SearchOr:
		return e.or(key.Keys, candidates)
	case imapwire.SearchNot:
		found, err := e.eval(&key.Keys[0], candidates)
		return without(candidates, found), err
	case imapwire.SearchSeq, imapwire.SearchUID:
		return intersect(candidates, e.messages(key.Set, key.Op == imapwire.SearchUID)), nil
	case imapwire.SearchFlag, imapwire.SearchNew, imapwire.SearchModSeq:
		return e.byMessage(key, candidates), nil
	}
	found, err := e.selection.folder.Match(e.ctx, candidates, condition(key))
	return found, fault(e.ctx, err)
}

// and narrows the candidates by cheap keys first.
func (e *searching) and(keys []imapwire.SearchKey, candidates []view.UID) ([]view.UID, error) {
	ordered := make([]*imapwire.SearchKey, len(keys))
	for i := range keys {
		ordered[i] = &keys[i]
	}
	slices.SortStableFunc(ordered, func(a, b *imapwire.SearchKey) int { return cost(a) - cost(b) })
	for _, key := range ordered {
		var err error
		if candidates, err = e.eval(key, candidates); err != nil {
			return nil, err
		}
	}
	return candidates, nil
}

// or asks the second key for those that the first has not found.
func (e *searching) or(keys []imapwire.SearchKey, candidates []view.UID) ([]view.UID, error) {
	first, second := &keys[0], &keys[1]
	if cost(second) < cost(first) {
		first, second = second, first
	}
	found, err := e.eval(first, candidates)
	if err != nil {
		return nil, err
	}
	more, err := e.eval(second, without(candidates, found))
	return union(found, more), err
}

// cost says how much a key costs for a message: those that are answered here, those that the store knows, those that read the mail.
func cost(key *imapwire.SearchKey) (most int) {
	switch key.Op {
	case imapwire.SearchAll, imapwire.SearchSeq, imapwire.SearchUID, imapwire.SearchFlag, imapwire.SearchNew, imapwire.SearchModSeq,
		imapwire.SearchSaveDateSupported:
		return 0
	case imapwire.SearchAnd, imapwire.SearchOr, imapwire.SearchNot:
		for i := range key.Keys {
			most = max(most, cost(&key.Keys[i]))
		}
		return most
	case imapwire.SearchHeader:
		return 2
	case imapwire.SearchBody, imapwire.SearchText:
		return 3
	}
	return 1
}

// byMessage decides by what is known of messages here.
func (e *searching) byMessage(key *imapwire.SearchKey, candidates []view.UID) (found []view.UID) {
	v := e.selection.view
	known := v.Known()
	var fits func(m view.Message) bool
	switch key.Op {
	case imapwire.SearchModSeq:
		fits = func(m view.Message) bool { return uint64(m.ModSeq) >= key.Number }
	case imapwire.SearchNew:
		fits = func(m view.Message) bool { return m.Flags&view.Seen == 0 && v.IsRecent(m.UID) }
	default:
		fits = e.hasFlag(key)
	}
	for _, uid := range candidates {
		if m, ok := known.Get(uid); ok && fits(m) {
			found = append(found, uid)
		}
	}
	return found
}

// hasFlag decides by a flag, a keyword or \Recent.
func (e *searching) hasFlag(key *imapwire.SearchKey) func(view.Message) bool {
	v := e.selection.view
	if strings.EqualFold(key.Text, `\Recent`) {
		return func(m view.Message) bool { return v.IsRecent(m.UID) != key.Not }
	}
	for _, f := range flagNames {
		if strings.EqualFold(f.name, key.Text) {
			return func(m view.Message) bool { return (m.Flags&f.flag != 0) != key.Not }
		}
	}
	// One look at each set of keywords, not at each message.
	sets := make([]bool, len(v.Known().KeywordSets()))
	for i, set := range v.Known().KeywordSets() {
		sets[i] = hasWord(set, key.Text)
	}
	return func(m view.Message) bool { return (int(m.Keywords) < len(sets) && sets[m.Keywords]) != key.Not }
}

// condition is what a key about content asks of the store.
func condition(key *imapwire.SearchKey) mailstore.Condition {
	c := mailstore.Condition{Field: key.Field, Text: key.Text, Date: key.Date}
	switch key.Op {
	case imapwire.SearchHeader:
		c.Key = mailstore.MatchHeader
	case imapwire.SearchSubject:
		c.Key = mailstore.MatchSubject
	case imapwire.SearchFrom:
		c.Key = mailstore.MatchFrom
	case imapwire.SearchTo:
		c.Key = mailstore.MatchTo
	case imapwire.SearchCc:
		c.Key = mailstore.MatchCc
	case imapwire.SearchBcc:
		c.Key = mailstore.MatchBcc
	case imapwire.SearchBody:
		c.Key = mailstore.MatchBody
	case imapwire.SearchText:
		c.Key = mailstore.MatchText
	case imapwire.SearchLarger:
		c.Key = mailstore.MatchLarger
	case imapwire.SearchSmaller:
		c.Key = mailstore.MatchSmaller
	case imapwire.SearchYounger:
		c.Key = mailstore.MatchYounger
	case imapwire.SearchOlder:
		c.Key = mailstore.MatchOlder
	case imapwire.SearchEmailID:
		c.Key = mailstore.MatchEmailID
	case imapwire.SearchThreadID:
		c.Key = mailstore.MatchThreadID
	default:
		c.Key = dateKey(key.Op)
	}
	c.Size = int64(min(key.Number, math.MaxInt64))
	c.Within = time.Duration(min(key.Number, math.MaxUint32)) * time.Second
	return c
}

// dateKey is the condition of a key with a date.
func dateKey(op imapwire.SearchOp) mailstore.ConditionKey {
	switch op {
	case imapwire.SearchBefore:
		return mailstore.MatchBefore
	case imapwire.SearchOn:
		return mailstore.MatchOn
	case imapwire.SearchSince:
		return mailstore.MatchSince
	case imapwire.SearchSentBefore:
		return mailstore.MatchSentBefore
	case imapwire.SearchSentOn:
		return mailstore.MatchSentOn
	case imapwire.SearchSentSince:
		return mailstore.MatchSentSince
	case imapwire.SearchSavedBefore:
		return mailstore.MatchSavedBefore
	case imapwire.SearchSavedOn:
		return mailstore.MatchSavedOn
	}
	return mailstore.MatchSavedSince
}
