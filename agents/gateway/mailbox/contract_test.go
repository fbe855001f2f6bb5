package mailbox

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/storetest"
	"zarafa/client"
)

// The contract holds with the server's extensions, with and without a cache, and without them.
func TestContract(t *testing.T) {
	for _, v := range contractVariants {
		t.Run(v.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) mailstore.Server {
				return newWorldWith(t, Settings{OnlyMail: true, Cache: v.cache}, v.options, serverLines, "alice", "bob").gateway
			})
		})
	}
}

// contractVariant is a way in which mailboxes work.
type contractVariant struct {
	name    string
	options client.Options
	cache   int64
}
