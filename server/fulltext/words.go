package fulltext

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// longestWord is how many bytes of a word count; what follows is noise such as encoded data.
const longestWord = 64

// eachWord calls emit with the words of a text, folded: compatible forms, upper and lower case and accents make no difference. In scripts that
// are written without blanks every pair of neighbouring characters counts as a word, and so does the last character;
// in a query (asked) only pairs do, unless there is but one character. The slice is valid during the call only.
func eachWord(text []byte, asked bool, emit func(word []byte)) {
	text = fold(text)
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r != utf8.RuneError && unspaced(r):
			n := runLength(text, unspaced)
			eachPair(text[:n], asked, emit)
			text = text[n:]
		case inWord(r):
			n := runLength(text, spacedWord)
			emit(cut(text[:n]))
			text = text[n:]
		default:
			text = text[size:]
		}
	}
}

func spacedWord(r rune) bool { return inWord(r) && !unspaced(r) }

// runLength is how many bytes at the start of a text are of one kind.
func runLength(text []byte, kind func(rune) bool) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if !kind(r) {
			break
		}
		n += size
	}
	return n
}

func cut(word []byte) []byte {
	if len(word) <= longestWord {
		return word
	}
	n := longestWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}

// eachPair emits the pairs of characters of a run.
func eachPair(run []byte, asked bool, emit func(word []byte)) {
	for first := true; len(run) > 0; first = false {
		_, size := utf8.DecodeRune(run)
		_, next := utf8.DecodeRune(run[size:])
		if next > 0 || first || !asked {
			emit(run[:size+next])
		}
		run = run[size:]
	}
}

// inWord reports whether a character is part of a word. What is written without blanks is, too.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}

// unspaced reports whether a character belongs to a script that puts no blanks between words.
func unspaced(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	const prolonged = 'ー' // belongs to no script, being used in two
	return r == prolonged || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// fold makes texts that a reader takes for the same the same.
func fold(text []byte) []byte {
	if isASCII(text) {
		return bytes.ToLower(text)
	}
	text = cases.Fold().Bytes(norm.NFKD.Bytes(text))
	kept := text[:0]
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if !ignored(r) {
			kept = append(kept, text[:size]...)
		}
		text = text[size:]
	}
	return norm.NFC.Bytes(kept)
}

// ignored reports whether a character, in decomposed text, makes no difference: accents, vowel points of Arabic and Hebrew, and what is
// invisible. The marks of other scripts are letters of theirs.
func ignored(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r >= 0x300 && r <= 0x36F, r >= 0x591 && r <= 0x5C7, r >= 0x610 && r <= 0x61A, r == 0x640, r >= 0x64B && r <= 0x65F, r == 0x670:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
