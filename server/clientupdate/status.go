package clientupdate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// State is how an update went.
type State uint32

// States of an update.
const (
	Unknown State = iota
	Succeeded
	Pending
	Failed
)

// Status is what is kept of the last update of a user's client.
type Status struct {
	Track    uint32    `json:"track"`
	Time     time.Time `json:"time"`
	Current  string    `json:"current"` // version before the update
	Latest   string    `json:"latest"`  // version it leads to
	Computer string    `json:"computer"`
	State    State     `json:"state"`
}

// settingOf is the row of the table settings with a user's last update.
func settingOf(user uint32) string { return fmt.Sprintf("client_update_%d", user) }

// remember keeps the status of a user's update; unknown users have none.
func (s *Service) remember(ctx context.Context, user uint32, status Status) error {
	if user == 0 {
		return nil
	}
	return s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		return write(ctx, tx, user, status)
	}, nil)
}

func write(ctx context.Context, tx storage.Tx, user uint32, status Status) error {
	text, err := json.Marshal(status)
	if err != nil {
		return err
	}
	return tx.SetSetting(ctx, settingOf(user), text)
}

// conclude notes how an update went, unless a later one has begun.
func (s *Service) conclude(ctx context.Context, user, track uint32, now time.Time, state State) error {
	if user == 0 {
		return nil
	}
	return s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		status, err := read(ctx, tx, user)
		if mapi.CodeOf(err) == mapi.NotFound || err == nil && status.Track != track {
			return nil
		}
		if err != nil {
			return err
		}
		status.State, status.Time = state, now
		return write(ctx, tx, user, status)
	}, nil)
}

func (s *Service) status(ctx context.Context, user uint32) (Status, error) {
	return read(ctx, s.store, user)
}

func read(ctx context.Context, from storage.SettingReader, user uint32) (status Status, err error) {
	text, ok, err := from.Setting(ctx, settingOf(user))
	if err != nil {
		return status, err
	}
	if !ok {
		return status, mapi.Errorf(mapi.NotFound, "getUserClientUpdateStatus", "the user's client has not been updated")
	}
	return status, json.Unmarshal(text, &status)
}
