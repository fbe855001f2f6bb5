package gateway

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"zarafa/agents/gateway/dialogue"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// The dialogues that Dovecot has shown to be right, played to the program in front of a server. Each has a user of its own.
func TestSharedDialogues(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := administrator(t, i)
	g := start(t, "imap_max_fail_commands = 1000\nserver_socket = "+i.Endpoint()+"\n")
	g.awaitServer()
	var users atomic.Int32
	dialogue.PlayAll(t, func(t *testing.T) dialogue.Server {
		user := fmt.Sprint("user", users.Add(1))
		newUser(t, admin, user, "imap")
		return dialogue.Server{User: user, Password: "secret", Dial: func() (net.Conn, error) {
			return net.Dial("tcp", g.cfg.Listeners(protocolIMAP, false)[0].String())
		}}
	})
}
