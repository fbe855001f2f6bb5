package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zarafa/client"
)

// at is the job on another server.
func (j *job) at(s *client.Session) *job {
	other := *j
	other.session = s
	return &other
}

// moveToNode goes on with the server that --node names.
func (j *job) moveToNode(ctx context.Context) error {
	if j.node == "" {
		return nil
	}
	s, err := j.session.OnServer(ctx, j.node)
	switch {
	case errors.Is(err, client.ErrAlone):
		return errors.New("--node: this server is not one of several; leave the option out")
	case client.IsNotFound(err):
		return fmt.Errorf("--node: there is no server %q that can be reached from here; --list-servers shows them", j.node)
	case err != nil:
		return fmt.Errorf("--node %s: %w", j.node, err)
	}
	j.session = s
	return nil
}

// listServers shows the servers that share their users.
func (j *job) listServers(ctx context.Context) error {
	servers, err := j.session.Servers(ctx)
	if errors.Is(err, client.ErrAlone) {
		return errors.New("this server is not one of several (its setting enable_distributed_zarafa)")
	}
	if err != nil {
		return err
	}
	j.say("Server list(%d):", len(servers))
	t := table{header: []string{"Name", "Http", "Https", "Unix socket", "Remark"}}
	for _, s := range servers {
		var remarks []string
		if s.ContainsPublic {
			remarks = append(remarks, "public store")
		}
		if s.This {
			remarks = append(remarks, "this server")
		}
		t.add(s.Name, s.HTTP, s.SSL, s.File, strings.Join(remarks, ", "))
	}
	t.print(j.Stdout)
	return nil
}

// createStoreAtHome creates the store of a user on the server that is to have it.
func (j *job) createStoreAtHome(ctx context.Context, u client.User, lang client.Language) (client.Store, error) {
	st, err := j.session.CreateStore(ctx, u, lang)
	if !client.IsNotFound(err) || u.HomeServer == "" {
		return st, err
	}
	home, err := j.session.OnServer(ctx, u.HomeServer)
	if err != nil {
		return st, fmt.Errorf("going to the user's home server %s: %w", u.HomeServer, err)
	}
	return home.CreateStore(ctx, u, lang)
}
