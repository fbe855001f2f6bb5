package fulltext

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"zarafa/internal/editdistance"
)

// Bounds of the search for another spelling.
const (
	spellings    = 20_000 // words of the index that are compared
	spellingsTry = 10     // of which the nearest are looked for in the store
)

// Suggest proposes a spelling for a search that finds nothing: each word that no message of the store has is replaced by the one that is
// most like it and begins with the same character. It is empty if there is nothing to propose.
func (s *Service) Suggest(ctx context.Context, store uint32, finds []Find) (string, error) {
	x := s.index.Load()
	if _, complete := s.late(store); x == nil || !complete || !s.Settings.Suggestions {
		return "", nil
	}
	var texts []string
	changed := false
	for _, f := range finds {
		for _, word := range f.words {
			better, err := x.spelling(ctx, store, Find{f.Properties, []string{word}})
			if err != nil {
				return "", err
			}
			changed = changed || better != word
			texts = append(texts, better)
		}
	}
	if !changed {
		return "", nil
	}
	return strings.Join(texts, " "), nil
}

// spelling is the word of a find if the store has it, or the nearest that it has, or else the word.
func (x *Index) spelling(ctx context.Context, store uint32, f Find) (string, error) {
	word := f.words[0]
	if known, err := x.has(ctx, store, f); known || err != nil {
		return word, err
	}
	near := make(map[string]int)
	for _, p := range f.Properties {
		_, size := utf8.DecodeRuneInString(word)
		if err := x.near(ctx, term(p, word[:size]), word, near); err != nil {
			return word, err
		}
	}
	list := make([]string, 0, len(near))
	for candidate := range near {
		list = append(list, candidate)
	}
	slices.SortFunc(list, func(a, b string) int {
		if near[a] != near[b] {
			return near[a] - near[b]
		}
		return strings.Compare(a, b)
	})
	for _, candidate := range list[:min(len(list), spellingsTry)] {
		// Other stores' words are in the list, too, and are nobody's business here.
		if known, err := x.has(ctx, store, Find{f.Properties, []string{candidate}}); known || err != nil {
			return candidate, err
		}
	}
	return word, nil
}

// has reports whether any message of a store is found.
func (x *Index) has(ctx context.Context, store uint32, f Find) (bool, error) {
	var b strings.Builder
	f.expression(&b)
	found, err := x.numbers(ctx, "SELECT rowid & 0xFFFFFFFF FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1",
		b.String(), rowID(store, 0), rowID(store, ^uint32(0)))
	return len(found) > 0, err
}

// near adds the words that are like one, with their distance, among those that begin like a term.
func (x *Index) near(ctx context.Context, prefix, word string, near map[string]int) error {
	rows, err := x.readers.QueryContext(ctx, "SELECT term FROM vocabulary WHERE term>=? AND term<? LIMIT ?", prefix, prefix+"\U0010FFFF", spellings)
	if err != nil {
		return err
	}
	defer rows.Close()
	most := 1 + min(1, utf8.RuneCountInString(word)/5)
	for rows.Next() {
		var found string
		if err := rows.Scan(&found); err != nil {
			return err
		}
		candidate := found[fieldLen:]
		if d := editdistance.Within([]rune(word), []rune(candidate), most); d <= most {
			near[candidate] = d
		}
	}
	return rows.Err()
}
