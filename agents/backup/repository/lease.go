package repository

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// leaseTime is how long a prune may take before another one may take it for dead.
const leaseTime = 24 * time.Hour

// lease is the file of that name: who prunes.
type lease struct {
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Until time.Time `json:"until"`
}

// takeLease makes sure that nobody else prunes. Backups need no lease.
func (r *Repository) takeLease(ctx context.Context, now time.Time) (release func() error, err error) {
	host, _ := os.Hostname()
	data, err := json.Marshal(lease{host, os.Getpid(), now.Add(leaseTime)})
	if err != nil {
		return nil, err
	}
	err = r.backend.Create(ctx, leaseName, data)
	if errors.Is(err, ErrExists) {
		held, readErr := r.backend.Get(ctx, leaseName)
		var l lease
		if readErr == nil && json.Unmarshal(held, &l) == nil && now.Before(l.Until) {
			return nil, fmt.Errorf("process %d on %s prunes this repository; if it does not run any more, remove the file %q, or wait until %s",
				l.PID, l.Host, leaseName, l.Until.Format(time.RFC3339))
		}
		if err = r.backend.Delete(ctx, leaseName); err == nil {
			err = r.backend.Create(ctx, leaseName, data)
		}
	}
	if err != nil {
		return nil, err
	}
	return func() error { return r.backend.Delete(context.WithoutCancel(ctx), leaseName) }, nil
}
