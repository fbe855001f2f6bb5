package admin

import (
	"context"

	"zarafa/client"
)

// logOn connects as SYSTEM: by Unix socket, or with a client certificate.
func (j *job) logOn(ctx context.Context) (*client.Session, error) {
	return j.cfg.connection.LogOn(ctx, client.Options{App: "zarafa-admin", AppVersion: j.Version, AppMisc: "admin"})
}
