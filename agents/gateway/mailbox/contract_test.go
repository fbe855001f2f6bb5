package mailbox

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/storetest"
	"zarafa/client"
)

// The contract holds with the server's extensions, with and without a cache, and without them.
func TestContract(t *testing.T) {
	for name, c := range map[string]struct {
		options client.Options
		cache   int64
	}{"extensions": {}, "cache": {cache: 10_000}, "original": {options: client.Options{NoExtensions: true}, cache: 1 << 20}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) mailstore.Server {
				return newWorldWith(t, Settings{OnlyMail: true, Cache: c.cache}, c.options, serverLines, "alice", "bob").gateway
			})
		})
	}
}
