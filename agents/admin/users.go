package admin

import (
	"context"
	"errors"
	"fmt"

	"zarafa/client"
	"zarafa/mapi"
)

func checkCreateUser(o *options) error {
	switch {
	case o.fullName == "":
		return errors.New("-c needs a full name (-f)")
	case o.email == "":
		return errors.New("-c needs a mail address (-e)")
	case !o.given("password") && !o.promptPassword && !o.nonActive.value:
		return errors.New("-c needs a password (-P), unless the user is not active (-n yes)")
	case o.quota.override.given && o.quota.override.value && !o.quota.complete():
		return errors.New("--qo yes needs all three levels: --qw, --qs and --qh")
	}
	return nil
}

// classOf is the object class that -n asks for.
func classOf(nonActive bool) mapi.ObjectClass {
	if nonActive {
		return mapi.ClassNonActiveUser
	}
	return mapi.ClassActiveUser
}

func (j *job) createUser(ctx context.Context) error {
	u := client.User{
		Name: j.named(), Password: j.password, FullName: j.fullName, Email: j.email, HomeServer: j.homeServer,
		AdminLevel: j.admin.value, Class: classOf(j.nonActive.value),
	}
	var err error
	if u.ID, u.EntryID, err = j.session.CreateUser(ctx, u); err != nil {
		return fmt.Errorf("creating user %q: %w", j.target, err)
	}
	if j.quota.given() {
		if err := j.setQuota(ctx, u); err != nil {
			return fmt.Errorf("user %q is created, but setting the quota failed: %w", j.target, err)
		}
	}
	j.say("User created.")
	return nil
}

func checkUpdateUser(o *options) error {
	for _, name := range []string{"username", "password", "password-prompt", "fullname", "email", "admin", "nonactive", "add-sendas", "del-sendas", "enable-feature", "disable-feature", "home-server"} {
		if o.given(name) {
			return checkFeatures(o)
		}
	}
	if o.quota.given() || o.meeting.given() {
		return nil
	}
	return errors.New("-u needs something to change: -U, -P, -f, -e, -a, -n, quota, --mr-..., --add-sendas, --del-sendas or a feature")
}

// updateUser changes what is given. The rest of the user's record is sent back as it came: the server clears a list of
// features that is left out.
func (j *job) updateUser(ctx context.Context) error {
	u, err := j.findUser(ctx, j.named())
	if err != nil {
		return err
	}
	if j.changesRecord() {
		if err := j.session.SetUser(ctx, j.changed(u)); err != nil {
			return fmt.Errorf("changing user %q: %w", j.target, err)
		}
	}
	if j.quota.given() {
		if err := j.setQuota(ctx, u); err != nil {
			return err
		}
	}
	if j.meeting.given() {
		if err := j.setMeetingOptions(ctx, u); err != nil {
			return err
		}
	}
	if err := j.changeSendAs(ctx, u.ID, u.EntryID); err != nil {
		return err
	}
	j.say("User information updated.")
	return nil
}

// changesRecord reports whether an option changes the user's record itself.
func (j *job) changesRecord() bool {
	for _, name := range []string{"username", "password", "password-prompt", "fullname", "email", "admin", "nonactive", "enable-feature", "disable-feature", "home-server"} {
		if j.given(name) {
			return true
		}
	}
	return false
}

// changed is the record with what the options change.
func (j *job) changed(u client.User) client.User {
	u.Password = j.password
	if j.newName != "" {
		u.Name = j.inCompany(j.newName)
	}
	if j.fullName != "" {
		u.FullName = j.fullName
	}
	if j.email != "" {
		u.Email = j.email
	}
	if j.homeServer != "" {
		u.HomeServer = j.homeServer
	}
	u.AdminLevel = client.AdminUnchanged
	if j.admin.given {
		u.AdminLevel = j.admin.value
	}
	if j.nonActive.given {
		u.Class = classOf(j.nonActive.value)
	}
	changeFeatures(&u, j.enable, j.disable)
	return u
}

func (j *job) deleteUser(ctx context.Context) error {
	u, err := j.findUser(ctx, j.named())
	if err != nil {
		return err
	}
	if err := j.session.DeleteUser(ctx, u); err != nil {
		return fmt.Errorf("deleting user %q: %w", j.target, err)
	}
	j.say("User deleted.")
	return nil
}

// findUser finds a user by login name.
func (j *job) findUser(ctx context.Context, name string) (client.User, error) {
	u, err := j.session.User(ctx, name)
	if client.IsNotFound(err) {
		return u, fmt.Errorf("there is no user %q", name)
	}
	return u, err
}

// installation is the name that lists give the only company there is.
const installation = "Default"

// listUsers lists the users; the server reads its directory for it.
func (j *job) listUsers(ctx context.Context) error {
	return j.eachCompany(ctx, func() error {
		users, err := j.session.Users(ctx)
		if err == nil {
			j.printUsers("User list", installation, users)
		}
		return err
	}, func(c client.Company) error {
		users, err := j.session.UsersOf(ctx, c)
		if err == nil {
			j.printUsers("User list", c.Name, users)
		}
		return err
	})
}

// userCount counts users by kind. The server does not limit any of them.
func (j *job) userCount(ctx context.Context) error {
	users, err := j.session.Users(ctx)
	if err != nil {
		return err
	}
	count := make(map[mapi.ObjectClass]int)
	for _, u := range users {
		if u.ID != mapi.UserSystem {
			count[u.Class]++
		}
	}
	active := count[mapi.ClassActiveUser]
	nonActive := count[mapi.ClassNonActiveUser] + count[mapi.ClassRoom] + count[mapi.ClassEquipment]
	j.say("User counts:")
	t := table{header: []string{"", "Allowed", "Used", "Available"}}
	for _, row := range []struct {
		name string
		used int
	}{
		{"Active", active}, {"Non-active", nonActive}, {"  Users", count[mapi.ClassNonActiveUser]}, {"  Rooms", count[mapi.ClassRoom]},
		{"  Equipment", count[mapi.ClassEquipment]}, {"Total", active + nonActive},
	} {
		t.add(row.name, "no limit", fmt.Sprint(row.used), "-")
	}
	t.print(j.Stdout)
	return nil
}
