package api

import (
	"context"

	"zarafa/agents/webaccess/session"
)

// errLater is the error of calls that the server does not know yet.
var errLater = &Problem{Code: NotSupported, Message: "this call is not there yet"}

func (a *API) sessionGet(context.Context, *session.Session, None) (r User, err error) {
	return r, errLater
}

func (a *API) sessionList(context.Context, *session.Session, None) (r SessionList, err error) {
	return r, errLater
}

func (a *API) sessionRevoke(context.Context, *session.Session, SessionRevoke) (r None, err error) {
	return r, errLater
}

func (a *API) quotaGet(context.Context, *session.Session, None) (r Quota, err error) {
	return r, errLater
}

func (a *API) settingsGet(context.Context, *session.Session, None) (r SettingsResult, err error) {
	return r, errLater
}

func (a *API) settingsSet(context.Context, *session.Session, SettingsSet) (r SettingsResult, err error) {
	return r, errLater
}

func (a *API) foldersGet(context.Context, *session.Session, FoldersGet) (r Folders, err error) {
	return r, errLater
}

func (a *API) foldersSet(context.Context, *session.Session, FoldersSet) (r FoldersChanged, err error) {
	return r, errLater
}

func (a *API) rowsGet(context.Context, *session.Session, RowsQuery) (r Rows, err error) {
	return r, errLater
}

func (a *API) messagesGet(context.Context, *session.Session, MessagesGet) (r Messages, err error) {
	return r, errLater
}

func (a *API) messagesHeaders(context.Context, *session.Session, MessageRef) (r MessageHeaders, err error) {
	return r, errLater
}

func (a *API) messagesSet(context.Context, *session.Session, MessagesSet) (r Bulk, err error) {
	return r, errLater
}

func (a *API) messagesMove(context.Context, *session.Session, MessagesMove) (r Bulk, err error) {
	return r, errLater
}

func (a *API) messagesDelete(context.Context, *session.Session, MessagesDelete) (r Bulk, err error) {
	return r, errLater
}

func (a *API) draftsCreate(context.Context, *session.Session, DraftCreate) (r Draft, err error) {
	return r, errLater
}

func (a *API) draftsGet(context.Context, *session.Session, DraftGet) (r Draft, err error) {
	return r, errLater
}

func (a *API) draftsUpdate(context.Context, *session.Session, DraftUpdate) (r DraftSaved, err error) {
	return r, errLater
}

func (a *API) draftsDestroy(context.Context, *session.Session, DraftDestroy) (r None, err error) {
	return r, errLater
}

func (a *API) draftsSend(context.Context, *session.Session, DraftSend) (r DraftSent, err error) {
	return r, errLater
}

func (a *API) draftsHold(context.Context, *session.Session, DraftGet) (r Draft, err error) {
	return r, errLater
}

func (a *API) uploadsDestroy(context.Context, *session.Session, UploadsDestroy) (r None, err error) {
	return r, errLater
}

func (a *API) addressesComplete(context.Context, *session.Session, AddressesComplete) (r Addresses, err error) {
	return r, errLater
}

func (a *API) addressesResolve(context.Context, *session.Session, AddressesResolve) (r AddressesResolved, err error) {
	return r, errLater
}

func (a *API) addressesForget(context.Context, *session.Session, AddressesForget) (r None, err error) {
	return r, errLater
}
