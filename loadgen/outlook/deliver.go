package outlook

import (
	"context"
	"math/rand/v2"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
)

// Deliver puts a new message into the user's inbox through the session of a delivery agent. It may be called from any
// goroutine, after the user has learned what is in his folders.
func (u *User) Deliver(ctx context.Context, agent *client.Session, r *rand.Rand) error {
	login := u.options.Client.User
	mail := content.Mail{
		Token: u.newToken(), Time: time.Now(), To: []content.Address{{Name: login, Login: login, Email: content.Email(login)}},
	}
	m := u.options.Material.Mail(r, mail)
	epoch, start := u.mail.current(), time.Now()
	id, err := u.create(ctx, agent, inbox, mail.Token, m)
	if err == nil {
		u.mail.delivered(id, start, epoch)
	}
	return err
}

// Waiting is how many deliveries the user was not notified of yet.
func (u *User) Waiting() int { return u.mail.pending() }

// CheckNotified reports a delivery begun before a time that the user was not notified of.
func (u *User) CheckNotified(before time.Time) error { return u.mail.overdue(before) }
