package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"zarafa/profiles/users"
	"zarafa/server/fulltext"
)

// vocabulary is how many different words a language has, as used in mail.
const vocabulary = 20_000

// material makes messages in the languages of the load generator. Its lists of words are short, so words are made longer by numbered
// syllables, and are chosen by Zipf's law.
type material struct {
	rng       *rand.Rand
	languages []users.Language
	sizes     []users.Size
	zipf      *rand.Zipf
	pair      string // a word of a language that is written without blanks
}

func newMaterial() *material {
	m := &material{rng: rand.New(rand.NewPCG(1, 2))}
	var err error
	if m.languages, err = users.Languages(); err != nil {
		panic(err)
	}
	if m.sizes, err = users.Sizes(); err != nil {
		panic(err)
	}
	m.zipf = rand.NewZipf(m.rng, 1.1, 8, vocabulary-1)
	for l := range m.languages {
		if strings.HasPrefix(m.languages[l].Name, "Japan") {
			m.pair = m.word(l, 3)
		}
	}
	return m
}

var syllables = strings.Fields("ba ko mi ten ra sel du van ge lor pi sha no ker ul fra zo net im sti")

// word is the nth word of a language.
func (m *material) word(language int, n int) string {
	words := m.languages[language].Words
	w := words[n%len(words)]
	for rest := n / len(words); rest > 0; rest /= len(syllables) {
		w += syllables[rest%len(syllables)]
	}
	return w
}

func weighted(rng *rand.Rand, n int, weight func(int) int) int {
	sum := 0
	for i := range n {
		sum += weight(i)
	}
	at := rng.IntN(sum)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return 0
}

func (m *material) text(language, size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(m.word(language, int(m.zipf.Uint64())))
		b.WriteByte(' ')
	}
	return b.String()
}

// message makes the next message and says how long its texts are.
func (m *material) message(id uint32) (fulltext.Entry, int) {
	l := weighted(m.rng, len(m.languages), func(i int) int { return m.languages[i].Weight })
	s := m.sizes[weighted(m.rng, len(m.sizes), func(i int) int { return m.sizes[i].Weight })]
	people := m.languages[l].People
	b, bytes := fulltext.NewBuilder(), 0
	add := func(property uint16, text string) {
		b.Add(property, []byte(text))
		bytes += len(text)
	}
	add(0x0037, m.text(l, 40))
	add(0x1000, m.text(l, s.Body))
	from := people[m.rng.IntN(len(people))]
	add(0x0C1A, from)
	add(0x0042, from)
	add(0x0C1F, fmt.Sprintf("person%d@example.com", m.rng.IntN(500)))
	add(0x0E04, people[m.rng.IntN(len(people))])
	add(0x1035, fmt.Sprintf("<%016x.%d@example.com>", m.rng.Uint64(), id))
	return fulltext.Entry{Message: id, Words: b.Document()}, bytes
}
