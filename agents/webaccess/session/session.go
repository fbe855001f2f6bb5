// Package session holds the log-ons of browsers.
package session

// Session is a log-on of a browser.
type Session struct{}
