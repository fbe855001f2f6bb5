package api

import (
	"context"
	"encoding/json"
	"reflect"

	"zarafa/agents/webaccess/session"
)

// Method is one of the calls of a batch.
type Method struct {
	// Name is the resource and what is done with it.
	Name string
	// Args and Result are the types of its arguments and of its result.
	Args, Result reflect.Type
	run          func(context.Context, *API, *session.Session, json.RawMessage) (any, error)
}

// Methods are all calls of a batch. Each works in the session of the user who makes it, whose rights the server asks for.
func Methods() []Method {
	return []Method{
		method("session/get", (*API).sessionGet),
		method("session/list", (*API).sessionList),
		method("session/revoke", (*API).sessionRevoke),
		method("quota/get", (*API).quotaGet),
		method("settings/get", (*API).settingsGet),
		method("settings/set", (*API).settingsSet),
		method("folders/get", (*API).foldersGet),
		method("folders/set", (*API).foldersSet),
		method("rows/get", (*API).rowsGet),
		method("messages/get", (*API).messagesGet),
		method("messages/headers", (*API).messagesHeaders),
		method("messages/set", (*API).messagesSet),
		method("messages/move", (*API).messagesMove),
		method("messages/delete", (*API).messagesDelete),
		method("drafts/create", (*API).draftsCreate),
		method("drafts/get", (*API).draftsGet),
		method("drafts/update", (*API).draftsUpdate),
		method("drafts/destroy", (*API).draftsDestroy),
		method("drafts/send", (*API).draftsSend),
		method("drafts/hold", (*API).draftsHold),
		method("uploads/destroy", (*API).uploadsDestroy),
		method("addresses/complete", (*API).addressesComplete),
		method("addresses/resolve", (*API).addressesResolve),
		method("addresses/forget", (*API).addressesForget),
	}
}

func method[A, R any](name string, f func(*API, context.Context, *session.Session, A) (R, error)) Method {
	return Method{
		Name: name, Args: reflect.TypeFor[A](), Result: reflect.TypeFor[R](),
		run: func(ctx context.Context, a *API, s *session.Session, raw json.RawMessage) (any, error) {
			var args A
			if err := decode(raw, &args); err != nil {
				return nil, err
			}
			return f(a, ctx, s, args)
		},
	}
}

// Others are the types that belong to URLs of their own, or to events.
func Others() []reflect.Type {
	return []reflect.Type{
		reflect.TypeFor[Batch](), reflect.TypeFor[Answers](), reflect.TypeFor[Credentials](), reflect.TypeFor[Upload](), reflect.TypeFor[EventKinds](),
	}
}
