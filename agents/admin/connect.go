package admin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"zarafa/client"
	"zarafa/mapi"
)

// systemUser is whom the tool works as.
const systemUser = "SYSTEM"

// logOn connects as SYSTEM: by Unix socket, or with a client certificate.
func (j *job) logOn(ctx context.Context) (*client.Session, error) {
	endpoint := client.FindEndpoint(j.host, j.cfg.serverSocket, j.LookupEnv)
	tlsConfig, err := j.cfg.tls()
	if err != nil {
		return nil, err
	}
	s, err := client.LogOn(ctx, client.Options{
		Endpoint: endpoint, User: systemUser, App: "zarafa-admin", AppVersion: j.Version, AppMisc: "admin", TLS: tlsConfig,
	})
	switch mapi.CodeOf(err) {
	case mapi.OK:
		return s, nil
	case mapi.NetworkError, mapi.CallFailed:
		var cause *mapi.Error
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, fmt.Errorf("%w\nIs zarafa-server running, and is the address right (-h, ZARAFA_SOCKET, server_socket in %s)?", err, j.ConfigFile)
	case mapi.LogonFailed, mapi.NoAccess:
		return nil, fmt.Errorf("the server at %s refuses administration: use its unix socket as a user named in its local_admin_users, "+
			"or https with sslkey_file: %w", endpoint, err)
	}
	return nil, err
}

// tls makes the configuration of https connections.
func (c *configuration) tls() (*tls.Config, error) {
	if c.sslKeyFile != "" && c.sslKeyPass.Reveal() != "" {
		return nil, fmt.Errorf("sslkey_pass: keys with a password are not supported; remove the key's password and make %s readable for its user only", c.sslKeyFile)
	}
	return client.TLSFiles{Key: c.sslKeyFile, CA: c.sslCAFile}.Config()
}
