// Package session holds the log-ons of browsers: each is a session with the server of the user's own, so that the server decides about everything
// that he asks for.
//
// A [Manager] finds sessions by the secret in the browser's cookie, of which only a hash is kept; nothing is written to a disk, so that all end
// with the program. It ends those that were idle or have lasted for too long. A [Session] and its manager may be used by several goroutines.
//
// It refuses users from whom the administrator has taken the feature "webapp", and more attempts with wrong passwords for one user than somebody makes
// who mistypes.
package session

import (
	"context"
	"sync"
	"time"

	"zarafa/agents/webaccess/push"
	"zarafa/agents/webaccess/uploads"
	"zarafa/agents/webaccess/windows"
	"zarafa/client"
	"zarafa/mapi"
)

// Session is a log-on of a browser.
type Session struct {
	// ID names it to its user. It is no secret.
	ID string
	// User is who has logged on, with his own store and its default folders.
	User    client.User
	Entry   client.Entry
	Client  *client.Session
	Store   client.Store
	Folders client.FolderIDs
	// Tree is the folder that all visible folders are in, Keywords the column of categories.
	Tree     mapi.EntryID
	Keywords mapi.PropTag
	// Began is when he did; Address and Browser are from where and with what.
	Began            time.Time
	Address, Browser string
	// Secret is for signatures of URLs that are good in this session alone.
	Secret [32]byte

	// Tables are the lists that the browser looks at, Uploads the files that wait to be attached, Events what happens in the mailbox.
	Tables  *windows.Set
	Uploads *uploads.Box
	Events  *push.Hub

	// Writing is held by who changes settings, which are read first.
	Writing sync.Mutex

	hash [32]byte // of the cookie

	mu    sync.Mutex
	used  time.Time
	ended bool
}

// Used is when something was last asked for.
func (s *Session) Used() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (s *Session) touch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = now
}

// end frees all that the session has, once.
func (s *Session) end(ctx context.Context) error {
	s.mu.Lock()
	already := s.ended
	s.ended = true
	s.mu.Unlock()
	if already {
		return nil
	}
	s.Events.Close()
	s.Uploads.Close()
	return s.Client.Close(ctx)
}
