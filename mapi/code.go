package mapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code is a result code of the protocol: 0, or 0x80000000 plus a number, also for warnings
// (wire.md section 9). Clients translate it to their MAPI code; a MAPI code must never
// be put in its place.
type Code uint32

// Result codes.
const (
	OK                  Code = 0x0
	UnknownError        Code = 0x80000001
	NotFound            Code = 0x80000002
	NoAccess            Code = 0x80000003
	NetworkError        Code = 0x80000004
	ServerNotResponding Code = 0x80000005
	InvalidType         Code = 0x80000006
	DatabaseError       Code = 0x80000007
	Collision           Code = 0x80000008
	LogonFailed         Code = 0x80000009
	HasMessages         Code = 0x8000000A
	HasFolders          Code = 0x8000000B
	HasRecipients       Code = 0x8000000C
	HasAttachments      Code = 0x8000000D
	NotEnoughMemory     Code = 0x8000000E
	TooComplex          Code = 0x8000000F
	EndOfSession        Code = 0x80000010
	CallKeepalive       Code = 0x80000011
	UnableToAbort       Code = 0x80000012
	NotInQueue          Code = 0x80000013
	InvalidParameter    Code = 0x80000014
	PartialCompletion   Code = 0x80000015
	InvalidEntryID      Code = 0x80000016
	BadValue            Code = 0x80000017
	NoSupport           Code = 0x80000018
	TooBig              Code = 0x80000019
	PositionChanged     Code = 0x8000001A
	FolderCycle         Code = 0x8000001B
	StoreFull           Code = 0x8000001C
	PluginError         Code = 0x8000001D
	UnknownObject       Code = 0x8000001E
	NotImplemented      Code = 0x8000001F
	DatabaseNotFound    Code = 0x80000020
	InvalidVersion      Code = 0x80000021
	UnknownDatabase     Code = 0x80000022
	NotInitialized      Code = 0x80000023
	CallFailed          Code = 0x80000024
	SsoContinue         Code = 0x80000025
	Timeout             Code = 0x80000026
	InvalidBookmark     Code = 0x80000027
	UnableToComplete    Code = 0x80000028
	UnknownInstanceID   Code = 0x80000029
	IgnoreMe            Code = 0x8000002A
	Busy                Code = 0x8000002B
	ObjectDeleted       Code = 0x8000002C
	UserCancel          Code = 0x8000002D
	UnknownFlags        Code = 0x8000002E
	Submitted           Code = 0x8000002F
	Unconfigured        Code = 0x80000030
	BadCharwidth        Code = 0x80000031
)

// Error is the one error of the product: which operation failed, with which code of
// the protocol, and why. Code decides what the client sees; the rest is for the log.
type Error struct {
	Op   string // what was being done, e.g. "saveObject"
	Code Code
	Err  error // the cause, or nil
}

// Errorf makes an [Error] whose cause is formatted like fmt.Errorf; %w wraps. Of strings and byte slices only the first 256
// bytes are formatted: they come from requests as a rule, and what a client sends must neither fill the log nor be copied, quoted
// to four times its size, for each error that wraps it.
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Op: op, Code: code, Err: fmt.Errorf(format, cutLong(args)...)}
}

// longestShown is how much of an argument an error shows, in bytes.
const longestShown = 256

// cutLong cuts what is long in the arguments of a format, in a copy if there is anything.
func cutLong(args []any) []any {
	copied := false
	for i, arg := range args {
		var cut any
		switch v := arg.(type) {
		case string:
			if len(v) > longestShown {
				cut = strings.ToValidUTF8(v[:longestShown], "") + "…"
			}
		case []byte:
			if len(v) > longestShown {
				cut = v[:longestShown]
			}
		}
		if cut == nil {
			continue
		}
		if !copied {
			args, copied = slices.Clone(args), true
		}
		args[i] = cut
	}
	return args
}

// Error prints operation, code and cause.
func (e *Error) Error() string {
	s := e.Code.String()
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error makes a bare code usable as an error, where there is nothing to add.
func (c Code) Error() string { return c.String() }

// CodeOf is the code that an error carries, OK for nil and CALL_FAILED for an error that carries none.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	var c Code
	if errors.As(err, &c) {
		return c
	}
	return CallFailed
}

// codeNames are the names of the codes by their number, without the top bit.
var codeNames = [...]string{
	OK:                               "NONE",
	UnknownError & codeNumber:        "UNKNOWN",
	NotFound & codeNumber:            "NOT_FOUND",
	NoAccess & codeNumber:            "NO_ACCESS",
	NetworkError & codeNumber:        "NETWORK_ERROR",
	ServerNotResponding & codeNumber: "SERVER_NOT_RESPONDING",
	InvalidType & codeNumber:         "INVALID_TYPE",
	DatabaseError & codeNumber:       "DATABASE_ERROR",
	Collision & codeNumber:           "COLLISION",
	LogonFailed & codeNumber:         "LOGON_FAILED",
	HasMessages & codeNumber:         "HAS_MESSAGES",
	HasFolders & codeNumber:          "HAS_FOLDERS",
	HasRecipients & codeNumber:       "HAS_RECIPIENTS",
	HasAttachments & codeNumber:      "HAS_ATTACHMENTS",
	NotEnoughMemory & codeNumber:     "NOT_ENOUGH_MEMORY",
	TooComplex & codeNumber:          "TOO_COMPLEX",
	EndOfSession & codeNumber:        "END_OF_SESSION",
	CallKeepalive & codeNumber:       "CALL_KEEPALIVE",
	UnableToAbort & codeNumber:       "UNABLE_TO_ABORT",
	NotInQueue & codeNumber:          "NOT_IN_QUEUE",
	InvalidParameter & codeNumber:    "INVALID_PARAMETER",
	PartialCompletion & codeNumber:   "PARTIAL_COMPLETION",
	InvalidEntryID & codeNumber:      "INVALID_ENTRYID",
	BadValue & codeNumber:            "BAD_VALUE",
	NoSupport & codeNumber:           "NO_SUPPORT",
	TooBig & codeNumber:              "TOO_BIG",
	PositionChanged & codeNumber:     "POSITION_CHANGED",
	FolderCycle & codeNumber:         "FOLDER_CYCLE",
	StoreFull & codeNumber:           "STORE_FULL",
	PluginError & codeNumber:         "PLUGIN_ERROR",
	UnknownObject & codeNumber:       "UNKNOWN_OBJECT",
	NotImplemented & codeNumber:      "NOT_IMPLEMENTED",
	DatabaseNotFound & codeNumber:    "DATABASE_NOT_FOUND",
	InvalidVersion & codeNumber:      "INVALID_VERSION",
	UnknownDatabase & codeNumber:     "UNKNOWN_DATABASE",
	NotInitialized & codeNumber:      "NOT_INITIALIZED",
	CallFailed & codeNumber:          "CALL_FAILED",
	SsoContinue & codeNumber:         "SSO_CONTINUE",
	Timeout & codeNumber:             "TIMEOUT",
	InvalidBookmark & codeNumber:     "INVALID_BOOKMARK",
	UnableToComplete & codeNumber:    "UNABLE_TO_COMPLETE",
	UnknownInstanceID & codeNumber:   "UNKNOWN_INSTANCE_ID",
	IgnoreMe & codeNumber:            "IGNORE_ME",
	Busy & codeNumber:                "BUSY",
	ObjectDeleted & codeNumber:       "OBJECT_DELETED",
	UserCancel & codeNumber:          "USER_CANCEL",
	UnknownFlags & codeNumber:        "UNKNOWN_FLAGS",
	Submitted & codeNumber:           "SUBMITTED",
	Unconfigured & codeNumber:        "UNCONFIGURED",
	BadCharwidth & codeNumber:        "BAD_CHARWIDTH",
}

// codeNumber masks the number of a code.
const codeNumber = 0x7FFFFFFF

// String is the name the protocol gives the code.
func (c Code) String() string {
	number := c & codeNumber
	failed := c&^codeNumber != 0 // all codes but OK have the top bit
	if failed == (number != 0) && int(number) < len(codeNames) && codeNames[number] != "" {
		return codeNames[number]
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}
