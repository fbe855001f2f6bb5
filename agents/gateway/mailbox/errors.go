package mailbox

import (
	"errors"

	"zarafa/agents/gateway/mailstore"
	"zarafa/mapi"
)

// fail is an error for the client.
func fail(code mailstore.Code, text string) error {
	return &mailstore.Error{Code: code, Text: text}
}

// told makes errors of the server those that a client understands; others stay what they are.
func told(err error) error {
	if err == nil || mailstore.CodeOf(err) != "" {
		return err
	}
	as := func(code mailstore.Code, text string) error {
		return &mailstore.Error{Code: code, Text: text, Err: err}
	}
	switch mapi.CodeOf(err) {
	case mapi.NoAccess:
		return as(mailstore.NoPermission, "You may not do that here")
	case mapi.NotFound, mapi.ObjectDeleted, mapi.UnknownObject, mapi.InvalidEntryID:
		return as(mailstore.Nonexistent, "It does not exist, or does no longer")
	case mapi.StoreFull:
		return as(mailstore.OverQuota, "The mailbox is full")
	case mapi.TooBig, mapi.NotEnoughMemory:
		return as(mailstore.TooBig, "The message is larger than the server takes")
	case mapi.Collision:
		return as(mailstore.AlreadyExists, "There is one of that name")
	case mapi.FolderCycle:
		return as(mailstore.Cannot, "A mailbox cannot be moved into itself")
	case mapi.NetworkError, mapi.ServerNotResponding, mapi.EndOfSession, mapi.Busy, mapi.Timeout:
		return as(mailstore.Unavailable, "The server cannot be reached at the moment")
	}
	return err
}

// toldMissing is told for a destination, which may be missing: TRYCREATE.
func toldMissing(err error) error {
	err = told(err)
	if e, ok := errors.AsType[*mailstore.Error](err); ok && e.Code == mailstore.Nonexistent {
		return &mailstore.Error{Code: mailstore.TryCreate, Text: "There is no such mailbox", Err: e.Err}
	}
	return err
}
