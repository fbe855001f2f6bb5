package config

import (
	"path/filepath"
	"testing"
)

func TestBind(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	c, _, err := load(t, "server_listen = *%lo:0\nserver_pipe_name = "+socket+"\nserver_pipe_priority = "+socket+".prio")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer c.Sockets.Close()
	if len(c.Sockets.Plain) == 0 || len(c.Sockets.TLS) != 0 || len(c.Sockets.Pipe) != 1 || len(c.Sockets.Priority) != 1 {
		t.Errorf("got %+v", c.Sockets)
	}
	again, _, err := load(t, "server_listen =\nserver_pipe_name = "+socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Bind(t.Context()); err == nil {
		t.Error("a socket that is served is taken away")
	}
}
