package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"

	"zarafa/agents/webaccess/session"
	"zarafa/agents/webaccess/uploads"
	"zarafa/mapi"
)

func invalid(format string, args ...any) *Problem {
	return &Problem{Code: Invalid, Message: fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *Problem {
	return &Problem{Code: TooLarge, Message: fmt.Sprintf(format, args...)}
}

var errState = Problem{Code: StateMismatch, Message: "it has changed since it was read"}

// ProblemOf is an error as clients see it. What the server says of its inside stays in the log.
func ProblemOf(err error) Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return *p
	}
	if w, ok := errors.AsType[*session.Wait](err); ok {
		return Problem{Code: Limited, Message: w.Error(), RetryAfter: int(math.Ceil(w.For.Seconds()))}
	}
	switch {
	case errors.Is(err, session.ErrFeature):
		return Problem{Code: Forbidden, Message: err.Error()}
	case errors.Is(err, session.ErrTooMany):
		return Problem{Code: Unavailable, Message: err.Error()}
	case errors.Is(err, uploads.ErrTooLarge), errors.Is(err, uploads.ErrFull):
		return Problem{Code: TooLarge, Message: err.Error()}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Problem{Code: Unavailable, Message: "the request has ended"}
	}
	code := mapi.CodeOf(err)
	return Problem{Code: codeOf(code), Message: "the server answers " + code.String()}
}

func codeOf(code mapi.Code) ErrorCode {
	switch code {
	case mapi.NotFound, mapi.ObjectDeleted, mapi.InvalidEntryID, mapi.UnknownObject:
		return NotFound
	case mapi.NoAccess:
		return Forbidden
	case mapi.LogonFailed:
		return WrongPassword
	case mapi.Collision:
		return Exists
	case mapi.StoreFull:
		return OverQuota
	case mapi.NetworkError, mapi.EndOfSession, mapi.ServerNotResponding, mapi.Busy, mapi.Timeout:
		return Unavailable
	case mapi.NoSupport, mapi.NotImplemented:
		return NotSupported
	case mapi.NotInQueue, mapi.Submitted, mapi.UnableToAbort:
		return AlreadySent
	case mapi.TooBig, mapi.TooComplex:
		return TooLarge
	case mapi.InvalidParameter, mapi.InvalidType, mapi.BadValue, mapi.FolderCycle:
		return Invalid
	}
	return Failed
}

// Status is the HTTP status of an error.
func (p *Problem) Status() int {
	switch p.Code {
	case NotLoggedOn, WrongPassword:
		return http.StatusUnauthorized
	case Limited:
		return http.StatusTooManyRequests
	case Forbidden:
		return http.StatusForbidden
	case NotFound:
		return http.StatusNotFound
	case Invalid:
		return http.StatusBadRequest
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case StateMismatch, Exists, AlreadySent:
		return http.StatusConflict
	case OverQuota:
		return http.StatusInsufficientStorage
	case Unavailable:
		return http.StatusServiceUnavailable
	case NotSupported:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}
