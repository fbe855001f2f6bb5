package content

import (
	"fmt"
	"strconv"
	"strings"
)

// tokenDomain ends the message ids that are tokens.
const tokenDomain = "@zload.invalid>"

// maxSource limits the name of a token's source, in bytes.
const maxSource = 32

// Token marks an item. It is kept as the item's PR_INTERNET_MESSAGE_ID, which tables show in full.
type Token struct {
	User   uint32 // number of the user in whose store the item is
	Source string // who made it: letters and digits, other for every run
	Serial uint64 // counts the items of that source in that store
}

// String is the token as a message id.
func (t Token) String() string {
	return "<" + strconv.FormatUint(uint64(t.User), 10) + "." + t.Source + "." + strconv.FormatUint(t.Serial, 10) + tokenDomain
}

// ParseToken reads a message id that String made.
func ParseToken(s string) (t Token, err error) {
	inner, ok := strings.CutSuffix(s, tokenDomain)
	inner, opened := strings.CutPrefix(inner, "<")
	parts := strings.Split(inner, ".")
	if !ok || !opened || len(parts) != 3 || parts[1] == "" || len(parts[1]) > maxSource {
		return t, fmt.Errorf("%q is not the message id of a generated item", s)
	}
	user, err := strconv.ParseUint(parts[0], 10, 32)
	if err != nil {
		return t, fmt.Errorf("message id %q: %w", s, err)
	}
	serial, err := strconv.ParseUint(parts[2], 10, 32)
	if err != nil {
		return t, fmt.Errorf("message id %q: %w", s, err)
	}
	return Token{User: uint32(user), Source: parts[1], Serial: serial}, nil
}
