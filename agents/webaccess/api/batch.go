package api

import "encoding/json"

// ID names a store, folder, message or session.
type ID string

// State says what an object or a list was like when it was read. Two that are equal are of the same thing.
type State string

// Time is an instant of RFC 3339 in UTC, as toISOString writes it. Empty is none.
type Time string

// Batch is the body of POST /api.
type Batch struct {
	// Calls are carried out in their order, at most 32.
	Calls []Call `json:"calls"`
}

// Call is one call of a batch.
type Call struct {
	// ID is chosen by the client, and stands at the answer.
	ID string `json:"id"`
	// Method is the name of a method, such as "folders/get".
	Method string `json:"method"`
	// Args are the method's arguments.
	Args json.RawMessage `json:"args"`
}

// Answers answer a batch, in the order of its calls.
type Answers struct {
	Answers []Answer `json:"answers"`
}

// Answer is the answer to one call: its result, or its error.
type Answer struct {
	ID     string          `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *Problem        `json:"error,omitempty"`
}

// ErrorCode says what went wrong, for programs.
type ErrorCode string

// Codes of errors.
const (
	// NotLoggedOn: there is no session, or it has ended. HTTP status 401.
	NotLoggedOn ErrorCode = "notLoggedOn"
	// WrongPassword: user or password is wrong, which of them is not told. 401.
	WrongPassword ErrorCode = "wrongPassword"
	// Limited: too many attempts in too short a time; retryAfter says when to come again. 429.
	Limited ErrorCode = "limited"
	// Forbidden: the user has not the right, or the administrator has taken the feature from him. 403.
	Forbidden ErrorCode = "forbidden"
	// NotFound: there is no such thing, or the user may not know of it. 404.
	NotFound ErrorCode = "notFound"
	// Invalid: the request makes no sense; the message says why. 400.
	Invalid ErrorCode = "invalid"
	// TooLarge: beyond a limit, which the message names. 413.
	TooLarge ErrorCode = "tooLarge"
	// StateMismatch: the object is not what it was when the client read it (ifInState). 409.
	StateMismatch ErrorCode = "stateMismatch"
	// Exists: there is one of that name already. 409.
	Exists ErrorCode = "exists"
	// OverQuota: the mailbox is full. 507.
	OverQuota ErrorCode = "overQuota"
	// AlreadySent: the message has left the queue, or is being sent. 409.
	AlreadySent ErrorCode = "alreadySent"
	// Unavailable: the server does not answer; trying again may help. 503.
	Unavailable ErrorCode = "unavailable"
	// NotSupported: the server cannot do this. 501.
	NotSupported ErrorCode = "notSupported"
	// Failed: anything else. 500.
	Failed ErrorCode = "failed"
)

// Problem says what went wrong. It is also the body of answers of all other URLs whose status is not 200.
type Problem struct {
	Code ErrorCode `json:"code"`
	// Message is for people who look for the cause, in English; what users see is written by the client, by the code.
	Message string `json:"message"`
	// RetryAfter is in how many seconds another attempt may be made.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// Error is the text of an error.
func (e *Problem) Error() string { return string(e.Code) + ": " + e.Message }

// None are the arguments of methods that take none, and the result of those that have none.
type None struct{}

// Failures are the ids for which something could not be done, and why.
type Failures map[ID]Problem
