// Package content makes up the mail, appointments, contacts and folders of simulated users, repeatably: the same
// random numbers give the same content.
//
// Every item carries a [Token] that says whose it is, so that an answer of the server can be checked.
// A Material is read-only and may be shared by all goroutines; a random generator belongs to one of them.
//
// The package refuses to know a server: it makes values of package client and sends nothing.
package content

import (
	"math/rand/v2"
	"strings"

	"zarafa/profiles/users"
)

// Material is what content is made of.
type Material struct {
	sizes     []users.Size
	languages []users.Language
	// sums of the weights up to each entry
	sizeSums, languageSums []int
}

// LoadMaterial reads the embedded data.
func LoadMaterial() (*Material, error) {
	var m Material
	var err error
	if m.sizes, err = users.Sizes(); err != nil {
		return nil, err
	}
	if m.languages, err = users.Languages(); err != nil {
		return nil, err
	}
	sum := 0
	for _, s := range m.sizes {
		sum += s.Weight
		m.sizeSums = append(m.sizeSums, sum)
	}
	sum = 0
	for _, l := range m.languages {
		sum += l.Weight
		m.languageSums = append(m.languageSums, sum)
	}
	return &m, nil
}

// pick chooses an index with the weights whose sums are given.
func pick(r *rand.Rand, sums []int) int {
	n := r.IntN(sums[len(sums)-1])
	for i, sum := range sums {
		if n < sum {
			return i
		}
	}
	return len(sums) - 1
}

func (m *Material) language(r *rand.Rand) *users.Language {
	return &m.languages[pick(r, m.languageSums)]
}

func person(r *rand.Rand, l *users.Language) string { return l.People[r.IntN(len(l.People))] }

// phrase writes some words.
func phrase(r *rand.Rand, l *users.Language, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(l.Words[r.IntN(len(l.Words))])
	}
	return b.String()
}

// text writes lines of words, at least size bytes long.
func text(r *rand.Rand, l *users.Language, size int) string {
	var b strings.Builder
	b.Grow(size + 64)
	for b.Len() < size {
		b.WriteString(phrase(r, l, 5+r.IntN(12)))
		b.WriteString(".\r\n")
	}
	return b.String()
}

// FolderName makes the name of a folder.
func (m *Material) FolderName(r *rand.Rand) string { return phrase(r, m.language(r), 1+r.IntN(2)) }

// SearchWord is a word that some messages contain.
func (m *Material) SearchWord(r *rand.Rand) string { return phrase(r, m.language(r), 1) }

// FullName makes the name of a user.
func (m *Material) FullName(r *rand.Rand) string { return person(r, m.language(r)) }
