package search

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/fulltext"
	"zarafa/server/match"
	"zarafa/storage"
)

// wordsKept is how many words a message may have for them to be kept while a batch of messages is looked at.
const wordsKept = 4096

// judge decides of one message after the other whether it has what a search looks for. It is for one goroutine.
type judge struct {
	text    *fulltext.Service
	finds   []fulltext.Find
	matcher *match.Matcher
}

func (s *Service) judge(active *search) (*judge, error) {
	matcher, err := s.matcher(active)
	return &judge{text: s.Text, finds: active.finds, matcher: matcher}, err
}

// matches evaluates the criteria on a message. Its words are read if they are not among those that are known, and are put there
// then, unless known is nil.
func (j *judge) matches(ctx context.Context, row *storage.Row, known map[uint32]fulltext.Document) (bool, error) {
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
