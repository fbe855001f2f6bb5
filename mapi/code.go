package mapi

import (
	"errors"
	"fmt"
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

// Errorf makes an [Error] whose cause is formatted like fmt.Errorf; %w wraps.
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Op: op, Code: code, Err: fmt.Errorf(format, args...)}
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

// String is the name the protocol gives the code.
func (c Code) String() string {
	switch c {
	case OK:
		return "NONE"
	case UnknownError:
		return "UNKNOWN"
	case NotFound:
		return "NOT_FOUND"
	case NoAccess:
		return "NO_ACCESS"
	case NetworkError:
		return "NETWORK_ERROR"
	case ServerNotResponding:
		return "SERVER_NOT_RESPONDING"
	case InvalidType:
		return "INVALID_TYPE"
	case DatabaseError:
		return "DATABASE_ERROR"
	case Collision:
		return "COLLISION"
	case LogonFailed:
		return "LOGON_FAILED"
	case HasMessages:
		return "HAS_MESSAGES"
	case HasFolders:
		return "HAS_FOLDERS"
	case HasRecipients:
		return "HAS_RECIPIENTS"
	case HasAttachments:
		return "HAS_ATTACHMENTS"
	case NotEnoughMemory:
		return "NOT_ENOUGH_MEMORY"
	case TooComplex:
		return "TOO_COMPLEX"
	case EndOfSession:
		return "END_OF_SESSION"
	case CallKeepalive:
		return "CALL_KEEPALIVE"
	case UnableToAbort:
		return "UNABLE_TO_ABORT"
	case NotInQueue:
		return "NOT_IN_QUEUE"
	case InvalidParameter:
		return "INVALID_PARAMETER"
	case PartialCompletion:
		return "PARTIAL_COMPLETION"
	case InvalidEntryID:
		return "INVALID_ENTRYID"
	case BadValue:
		return "BAD_VALUE"
	case NoSupport:
		return "NO_SUPPORT"
	case TooBig:
		return "TOO_BIG"
	case PositionChanged:
		return "POSITION_CHANGED"
	case FolderCycle:
		return "FOLDER_CYCLE"
	case StoreFull:
		return "STORE_FULL"
	case PluginError:
		return "PLUGIN_ERROR"
	case UnknownObject:
		return "UNKNOWN_OBJECT"
	case NotImplemented:
		return "NOT_IMPLEMENTED"
	case DatabaseNotFound:
		return "DATABASE_NOT_FOUND"
	case InvalidVersion:
		return "INVALID_VERSION"
	case UnknownDatabase:
		return "UNKNOWN_DATABASE"
	case NotInitialized:
		return "NOT_INITIALIZED"
	case CallFailed:
		return "CALL_FAILED"
	case SsoContinue:
		return "SSO_CONTINUE"
	case Timeout:
		return "TIMEOUT"
	case InvalidBookmark:
		return "INVALID_BOOKMARK"
	case UnableToComplete:
		return "UNABLE_TO_COMPLETE"
	case UnknownInstanceID:
		return "UNKNOWN_INSTANCE_ID"
	case IgnoreMe:
		return "IGNORE_ME"
	case Busy:
		return "BUSY"
	case ObjectDeleted:
		return "OBJECT_DELETED"
	case UserCancel:
		return "USER_CANCEL"
	case UnknownFlags:
		return "UNKNOWN_FLAGS"
	case Submitted:
		return "SUBMITTED"
	case Unconfigured:
		return "UNCONFIGURED"
	case BadCharwidth:
		return "BAD_CHARWIDTH"
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}
