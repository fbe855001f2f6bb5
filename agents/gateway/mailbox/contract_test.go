package mailbox

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/storetest"
	"zarafa/client"
)

// The contract holds with the server's extensions and without.
func TestContract(t *testing.T) {
	for name, options := range map[string]client.Options{"extensions": {}, "original": {NoExtensions: true}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) mailstore.Server {
				return newWorldWith(t, Settings{OnlyMail: true}, options, serverLines, "alice", "bob").gateway
			})
		})
	}
}
