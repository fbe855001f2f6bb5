package search

import (
	"context"
	"errors"
	"fmt"

	"zarafa/mapi"
	"zarafa/server/fulltext"
	"zarafa/server/internal/contain"
	"zarafa/server/match"
	"zarafa/storage"
)

// wordsKept is how many words a message may have for them to be kept while a batch of messages is looked at.
const wordsKept = 4096

// judge decides of one message after the other whether it has what a search looks for. It is for one goroutine.
type judge struct {
	panics  *contain.Reporter
	folder  uint32
	text    *fulltext.Service
	finds   []fulltext.Find
	matcher *match.Matcher
}

func (s *Service) judge(active *search) (*judge, error) {
	matcher, err := s.matcher(active)
	return &judge{panics: s.panics, folder: active.folder.ID, text: s.Text, finds: active.finds, matcher: matcher}, err
}

// contained evaluates criteria on a message. What the message holds comes from strangers and is read by many parsers: one that panics
// costs the message its place in the search folder, and nothing else.
func (j *judge) contained(row *storage.Row, evaluate func() (bool, error)) (ok bool, err error) {
	err = contain.Call(func() error {
		var err error
		ok, err = evaluate()
		return err
	})
	if p, panicked := errors.AsType[*contain.Panic](err); panicked {
		j.panics.Report(p, fmt.Sprint("message ", row.ID), "a message makes searches panic and is left out of search folders", "message", row.ID, "folder", j.folder)
		return false, nil
	}
	return ok, err
}

// matchesRest evaluates what is left of the criteria when the words have been found.
func (j *judge) matchesRest(ctx context.Context, row *storage.Row) (bool, error) {
	return j.contained(row, func() (bool, error) { return j.matcher.Matches(ctx, row) })
}

// matches evaluates the criteria on a message. Its words are read if they are not among those that are known, and are put there
// then, unless known is nil.
func (j *judge) matches(ctx context.Context, row *storage.Row, known map[uint32]fulltext.Document) (bool, error) {
	return j.contained(row, func() (bool, error) { return j.evaluate(ctx, row, known) })
}

func (j *judge) evaluate(ctx context.Context, row *storage.Row, known map[uint32]fulltext.Document) (bool, error) {
	ok, err := j.matcher.Matches(ctx, row)
	if !ok || err != nil || len(j.finds) == 0 {
		return ok, err
	}
	words, there := known[row.ID]
	if !there {
		words, err = j.text.Words(ctx, row.ID)
		if mapi.CodeOf(err) == mapi.NotFound {
			return false, nil // deleted meanwhile
		}
		if err != nil {
			return false, err
		}
		if known != nil && len(words) <= wordsKept {
			known[row.ID] = words
		}
	}
	return fulltext.MatchesAll(j.finds, words), nil
}
