package memory

import (
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/storetest"
)

// The store is what the contract says.
func TestContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) mailstore.Server {
		s := New(Options{ModSeq: true})
		s.AddUser("alice", "secret")
		s.AddUser("bob", "secret")
		return s
	})
}
