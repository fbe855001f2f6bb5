package auth

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
)

// PasswordChecker is an authority on passwords outside of the user directory, such as PAM.
type PasswordChecker interface {
	// Check checks a password of a user whom the directory knows. Any error keeps him out.
	Check(ctx context.Context, name, password string) error
}

// strangerName is asked for in place of names that the directory does not know, so that these take as long as wrong passwords. A name
// that strangers choose could lock an account of the system.
const strangerName = "zarafa-unknown-user"

// checkPassword has the directory check a password, or the outside authority, if there is one.
func (a *Authenticator) checkPassword(ctx context.Context, name, password string) (*directory.Object, error) {
	outside := a.settings.Passwords
	if outside == nil {
		return a.users.Authenticate(ctx, name, password)
	}
	who, err := a.users.ByName(ctx, name, mapi.ClassActiveUser)
	if err != nil || who.ID == mapi.UserSystem {
		_ = outside.Check(ctx, strangerName, password) // for the time that it takes
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "no user %q that may log on by password", name)
	}
	if err := outside.Check(ctx, who.BareName, password); err != nil {
		return nil, err
	}
	return who, nil
}
