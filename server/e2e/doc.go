// Package e2e is what tests share that see the whole server from outside, as its clients do; servertest starts the servers. The tests lie
// in the packages below, by subject, so that go test runs them side by side and keeps the results of those that a change does
// not concern:
//
//	attacks    bad requests, strangers and other users
//	coherence  random changes, which are seen alike through every cache and on every database
//	faults     kills, full disks, a database that goes away
//	replay     the recorded exchanges of real clients
//	scenarios  what users and administrators do over several operations
//	sessions   ways to log on, limits, and services of the server as a whole
//
// Tests that need the inside of package server lie beside it.
package e2e
