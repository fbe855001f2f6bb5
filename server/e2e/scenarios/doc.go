// Package scenarios tests the assembled server from outside: what users and administrators do over several operations.
//
// It has no code of its own. Each test starts a server on a database of its own.
package scenarios
