// Package libpam calls the system's PAM library (Linux-PAM) without C code.
//
// It loads libpam.so.0 when a log-on is checked; a program that imports it needs the system's C library, so only zarafa-pam does. PAM
// modules keep state of the process and may hang or crash: [Authenticate] is for a process of its own, and must not be called
// by several goroutines at a time.
package libpam

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Flags of Linux-PAM's _pam_types.h.
const (
	silent               = 0x8000
	disallowNullAuthtok  = 0x1
	success              = 0
	bufErr               = 5
	convErr              = 19
	promptEchoOff        = 1
	errorMessage         = 3
	textInfo             = 4
	itemUser             = 2
	maxMessages          = 32
	authErr              = 7
	permDenied           = 6
	credInsufficient     = 8
	userUnknown          = 10
	maxTries             = 11
	newAuthtokRequired   = 12
	accountExpired       = 13
	credentialsExpired   = 16
	authtokExpired       = 27
	libraryName          = "libpam.so.0"
	sizeOfResponse       = unsafe.Sizeof(response{})
	explanationOfMissing = "install libpam0g, or set auth_method = plugin"
)

// Error is a refusal or failure of PAM.
type Error struct {
	Step string // the call that failed
	Code int32  // of _pam_types.h
	Text string // PAM's words for it
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s (%d)", e.Step, e.Text, e.Code) }

// Refused reports whether PAM knows that the user may not log on: a wrong password, an unknown, locked or expired account, a password that
// must be changed. Otherwise it could not find out.
func (e *Error) Refused() bool {
	switch e.Code {
	case authErr, permDenied, credInsufficient, userUnknown, maxTries, newAuthtokRequired, accountExpired, credentialsExpired, authtokExpired:
		return true
	}
	return false
}

// message, response and conversation are C structures. Fields without a name are not of interest: what PAM says, and data for
// conversations that keep some.
type message struct {
	style int32
	_     *byte
}

type response struct {
	text *byte
	code int32
	_    int32
}

type conversation struct {
	answer uintptr
	_      uintptr
}

// library has the functions that are called.
type library struct {
	start        func(service, user string, conv *conversation, handle *uintptr) int32
	startConfdir func(service, user string, conv *conversation, confdir string, handle *uintptr) int32
	end          func(handle uintptr, status int32) int32
	authenticate func(handle uintptr, flags int32) int32
	accountMgmt  func(handle uintptr, flags int32) int32
	getItem      func(handle uintptr, item int32, value *unsafe.Pointer) int32
	strerror     func(handle uintptr, code int32) string
	calloc       func(n, size uintptr) unsafe.Pointer
	strdup       func(s string) *byte
}

func load() (*library, error) {
	handle, err := purego.Dlopen(libraryName, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("PAM cannot be loaded: %w; %s", err, explanationOfMissing)
	}
	l := new(library)
	for name, function := range map[string]any{
		"pam_start": &l.start, "pam_start_confdir": &l.startConfdir, "pam_end": &l.end, "pam_authenticate": &l.authenticate,
		"pam_acct_mgmt": &l.accountMgmt, "pam_get_item": &l.getItem, "pam_strerror": &l.strerror,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("PAM lacks %s: %w", name, err)
		}
		purego.RegisterFunc(function, symbol)
	}
	// PAM frees what it is answered, so that must come from the C library.
	for name, function := range map[string]any{"calloc": &l.calloc, "strdup": &l.strdup} {
		symbol, err := purego.Dlsym(purego.RTLD_DEFAULT, name)
		if err != nil {
			return nil, fmt.Errorf("the C library lacks %s: %w", name, err)
		}
		purego.RegisterFunc(function, symbol)
	}
	return l, nil
}

// Authenticate checks a password and whether the account may be used (pam_authenticate and pam_acct_mgmt) with the rules of a
// service. Confdir is where the service's file is; "" is the system's folder. The error is an [Error] if PAM gave one.
func Authenticate(service, confdir, user, password string) error {
	l, err := load()
	if err != nil {
		return err
	}
	conv := &conversation{answer: purego.NewCallback(func(n int32, messages **message, answers **response, _ uintptr) int32 {
		return l.converse(n, messages, answers, password)
	})}
	var pinner runtime.Pinner // PAM keeps the address until the end
	pinner.Pin(conv)
	defer pinner.Unpin()
	var handle uintptr
	var code int32
	if confdir == "" {
		code = l.start(service, user, conv, &handle)
	} else {
		code = l.startConfdir(service, user, conv, confdir, &handle)
	}
	if code != success {
		return &Error{"pam_start", code, "the service " + service + " cannot be used"}
	}
	defer func() { l.end(handle, code) }()
	if code = l.authenticate(handle, silent|disallowNullAuthtok); code != success {
		return &Error{"pam_authenticate", code, l.strerror(handle, code)}
	}
	// The right password is not enough: the account may be locked or expired.
	if code = l.accountMgmt(handle, silent|disallowNullAuthtok); code != success {
		return &Error{"pam_acct_mgmt", code, l.strerror(handle, code)}
	}
	return l.sameUser(handle, user)
}

// sameUser refuses a log-on that a module turned into one of somebody else.
func (l *library) sameUser(handle uintptr, user string) error {
	var value unsafe.Pointer
	if code := l.getItem(handle, itemUser, &value); code != success {
		return &Error{"pam_get_item", code, l.strerror(handle, code)}
	}
	if value == nil || text((*byte)(value)) != user {
		return &Error{"pam_get_item", permDenied, "a module changed the user"}
	}
	return nil
}

// converse answers PAM's prompts: the password wherever something is asked without echo, nothing to what is only told, and an error to
// any other question.
func (l *library) converse(n int32, messages **message, answers **response, password string) int32 {
	if n <= 0 || n > maxMessages {
		return convErr
	}
	list := unsafe.Slice(messages, n) // Linux-PAM gives an array of pointers
	for _, m := range list {
		if m.style != promptEchoOff && m.style != errorMessage && m.style != textInfo {
			return convErr
		}
	}
	memory := l.calloc(uintptr(n), sizeOfResponse)
	if memory == nil {
		return bufErr
	}
	out := unsafe.Slice((*response)(memory), n)
	for i, m := range list {
		if m.style == promptEchoOff {
			out[i].text = l.strdup(password)
		}
	}
	*answers = (*response)(memory)
	return success
}

// text reads a string of C.
func text(p *byte) string {
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
