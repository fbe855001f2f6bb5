package replay

import (
	"encoding/base64"
	"strconv"
	"strings"
)

func decode(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }

// permuter renames as another server would have named: every kind by a bijection of its own. What the client chose stays.
type permuter struct {
	guid     string
	entries  map[string]bool // entry ids that the server made
	abTables map[string]bool
}

func newPermuter(exchanges []*Exchange, guid []byte) *permuter {
	p := &permuter{guid: string(guid), entries: map[string]bool{}, abTables: map[string]bool{}}
	client := map[string]bool{}
	see := func(mine, others map[string]bool) func(kind, string) {
		return func(_ kind, v string) {
			if !others[v] {
				mine[v] = true
			}
		}
	}
	scan := func(polls bool) {
		for _, ex := range exchanges {
			if polls != (ex.Op == "notifyGetItems") {
				continue
			}
			in := newScope(ex.request, ex.Op, nil)
			(&rewriter{scope: in, names: newMapping(), guid: guid, seen: see(client, p.entries)}).rewrite(ex.Request, ex.request)
			if len(ex.streams) == 0 {
				(&rewriter{scope: in, names: newMapping(), guid: guid, seen: see(p.entries, client)}).rewrite(ex.Response, ex.response)
			}
		}
	}
	scan(false)
	scan(true) // an event may stand before the request that caused it
	return p
}

func (p *permuter) rename(k kind, recorded string) string {
	if fixed(k, recorded) {
		return recorded
	}
	switch k {
	case kindGUID:
		if recorded == p.guid {
			return flip(recorded, 0x5A)
		}
		return recorded
	case kindEntry:
		if p.entries[recorded] {
			return flip(recorded, 0x33)
		}
		return recorded
	case kindExtern:
		return strings.Map(swapCase, recorded)
	case kindSession:
		return add(recorded, 1<<40)
	case kindName:
		return add(recorded, 20)
	}
	return add(recorded, 1000)
}

func flip(s string, mask byte) string {
	b := []byte(s)
	for i := range b {
		b[i] ^= mask
	}
	return string(b)
}

func swapCase(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	if r >= 'A' && r <= 'Z' {
		return r - 'A' + 'a'
	}
	return r
}

func add(s string, n uint64) string {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return s
	}
	return strconv.FormatUint(v+n, 10)
}
