package outlook

import (
	"context"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
)

// Appointments begin within this number of half hours from now.
const halfHours = 28 * 48

func (u *User) newAppointment(t content.Token) *client.Message {
	r := u.options.Random
	start := time.Now().Add(time.Duration(r.IntN(halfHours)) * 30 * time.Minute).Truncate(30 * time.Minute)
	return u.options.Material.Appointment(r, t, start)
}

// addAppointment makes an appointment and tells the others when the user is busy.
func (u *User) addAppointment(ctx context.Context) error {
	t := u.newToken()
	if err := u.save(ctx, calendar, t, u.newAppointment(t)); err != nil {
		return err
	}
	return u.publishSchedule(ctx)
}

func (u *User) addContact(ctx context.Context) error {
	t := u.newToken()
	return u.save(ctx, contacts, t, u.options.Material.Contact(u.options.Random, t))
}

// save saves a new item of the user's own: in his copy, from where it is uploaded, or on the server at once.
func (u *User) save(ctx context.Context, f truth.Folder, t content.Token, m *client.Message) error {
	if c := u.copyOf(f); c != nil {
		return u.uploadNew(ctx, c, t, m)
	}
	_, err := u.create(ctx, u.session, f, t, m)
	return err
}

// editAppointment gives an appointment another subject, time and text.
func (u *User) editAppointment(ctx context.Context) error {
	p, err := u.pick(calendar, truth.Any)
	if err != nil {
		return err
	}
	m := u.newAppointment(p.Token)
	if c := u.copyOf(calendar); c != nil {
		return u.uploadEdit(ctx, c, p, m)
	}
	return u.edit(ctx, p, m)
}

// edit gives an item on the server the properties of another.
func (u *User) edit(ctx context.Context, p truth.Picked, m *client.Message) error {
	u.truth.BeginEdit(p.Token)
	err := u.change(func() error { return u.session.SetProps(ctx, p.ID, m.Props...) }, p.Token)
	if err == nil {
		u.edited(p, m)
	}
	return err
}

// edited notes down that an item is like m now.
func (u *User) edited(p truth.Picked, m *client.Message) { u.truth.Edited(p.Token, m.Props, digest(m)) }
