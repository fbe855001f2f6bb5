package admin

import (
	"errors"

	"zarafa/mapi"
)

// explain turns an error of the server into something an administrator can act on.
func explain(err error) string {
	text := err.Error()
	var e *mapi.Error
	if !errors.As(err, &e) || e.Err != nil {
		return text
	}
	switch e.Code {
	case mapi.Collision:
		return text + " (it exists already)"
	case mapi.NotFound:
		return text + " (there is no such thing)"
	case mapi.NoAccess:
		return text + " (this needs an administrator)"
	case mapi.NoSupport, mapi.NotImplemented:
		return text + " (the server does not offer this)"
	case mapi.InvalidParameter:
		return text + " (the server does not accept a value)"
	case mapi.Busy:
		return text + " (it is running already; try again later)"
	}
	return text
}
