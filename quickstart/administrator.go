package quickstart

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/client"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/serve"
	"zarafa/server"
	"zarafa/server/config"
	"zarafa/wire/soaphttp"
)

// makeAdmin runs the server with the settings, without a socket, for as long as it takes to make the administrator and his store, and the
// public store. What an earlier run has made is taken over.
func (o *Options) makeAdmin(ctx context.Context, text string) error {
	cfg := config.New(config.Memory)
	set, err := settings.New(cfg.Sections())
	if err != nil {
		return err
	}
	source := settings.Source{Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	if err := errors.Join(set.ReadFile(serve.ServerFile, source), set.Apply()); err != nil {
		return err
	}
	if err := cfg.Finish(set); err != nil {
		return err
	}
	memory := soaphttp.NewMemory()
	cfg.Sockets = &config.Sockets{Memory: []net.Listener{memory}}
	s, err := server.Open(ctx, cfg, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(serving) }()
	session, err := client.LogOn(ctx, client.Options{Endpoint: client.MemoryEndpoint, Dial: memory.Dial, User: "SYSTEM", App: "zarafa quickstart"})
	if err == nil {
		err = errors.Join(o.makeStores(ctx, session), session.Close(context.WithoutCancel(ctx)))
	}
	stop()
	return errors.Join(err, <-ended)
}

// makeStores makes the administrator, his store and the public store.
func (o *Options) makeStores(ctx context.Context, s *client.Session) error {
	user := client.User{
		Name: o.Admin, Password: o.Password, Email: o.Admin + "@" + o.Domain, FullName: "Administrator", AdminLevel: 1, Class: mapi.ClassActiveUser,
	}
	var err error
	if user.ID, user.EntryID, err = s.CreateUser(ctx, user); mapi.CodeOf(err) == mapi.Collision {
		var old client.User
		if old, err = s.User(ctx, o.Admin); err == nil {
			user.ID, user.EntryID = old.ID, old.EntryID
			err = s.SetUser(ctx, user)
		}
	}
	if err != nil {
		return err
	}
	if _, err := s.CreateStore(ctx, user, client.English); err != nil && mapi.CodeOf(err) != mapi.Collision {
		return err
	}
	if _, err := s.CreatePublicStore(ctx); err != nil && mapi.CodeOf(err) != mapi.Collision {
		return err
	}
	return nil
}
