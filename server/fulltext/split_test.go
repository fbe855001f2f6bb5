package fulltext

import (
	"slices"
	"testing"

	"zarafa/mapi"
)

func contains(tag mapi.PropTag, text string) *mapi.Restriction {
	v := mapi.String(tag, text)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &v}
}

func joined(kind mapi.RestrictionType, sub ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: kind, Sub: sub}
}

func TestSplit(t *testing.T) {
	subject, body := contains(mapi.PrSubject, "Red wine"), contains(mapi.PrBody, "red wine")
	sameBody := contains(mapi.PrBody, "Red wine")
	exists := &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}
	never := joined(mapi.ResAnd, exists, joined(mapi.ResNot, exists))
	cased := contains(mapi.PrSubject, "x")
	cased.Op = mapi.FuzzySubstring
	excluded := contains(mapi.PrMessageClass, "note")
	normalized := contains(mapi.PrNormalizedSubject, "x")
	silent := contains(mapi.PrSubject, "...")
	for name, tc := range map[string]struct {
		r     *mapi.Restriction
		finds [][]uint16 // properties
		rest  int        // clauses
	}{
		"one clause":        {subject, [][]uint16{{0x0037}}, 0},
		"and":               {joined(mapi.ResAnd, subject, exists, joined(mapi.ResAnd, body)), [][]uint16{{0x0037}, {0x1000}}, 1},
		"or":                {joined(mapi.ResOr, subject, joined(mapi.ResOr, sameBody)), [][]uint16{{0x0037, 0x1000}}, 0},
		"or of other texts": {joined(mapi.ResOr, subject, body), nil, 1},
		"or with never":     {joined(mapi.ResOr, never, subject), [][]uint16{{0x0037}}, 0},
		"or with more":      {joined(mapi.ResOr, exists, subject), nil, 1},
		"only never":        {joined(mapi.ResOr, never), nil, 1},
		"case matters":      {cased, nil, 1},
		"excluded":          {joined(mapi.ResAnd, subject, excluded), nil, 2},
		"normalized":        {normalized, [][]uint16{{0x0037}}, 0},
		"no words":          {joined(mapi.ResAnd, silent, subject), [][]uint16{{0x0037}}, 1},
		"not":               {joined(mapi.ResNot, subject), nil, 1},
		"rest of two":       {joined(mapi.ResAnd, exists, subject, cased), [][]uint16{{0x0037}}, 2},
		"empty":             {joined(mapi.ResAnd), nil, 0},
	} {
		finds, rest := Split(tc.r, func(p uint16) bool { return p != 0x001A })
		var got [][]uint16
		for _, f := range finds {
			got = append(got, f.Properties)
		}
		if !slices.EqualFunc(got, tc.finds, slices.Equal) {
			t.Errorf("%s: found in %x, want %x", name, got, tc.finds)
		}
		if finds == nil && rest != tc.r {
			t.Errorf("%s: the restriction is not left as it is", name)
		}
		n := 0
		if rest != nil {
			n = len(clauses(nil, rest))
		}
		if n != tc.rest {
			t.Errorf("%s: %d clauses are left, want %d", name, n, tc.rest)
		}
	}
}
