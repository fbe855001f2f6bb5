// Package listen parses and opens the addresses that daemons listen on.
//
// The syntax is that of agents.md section 0.2: addresses separated by spaces,
// each "addr:port", "*:port", "[v6]:port" or "unix:/path", with an optional
// "%interface". "*" means all addresses of IPv4 and IPv6; "*%lo", which is what
// daemons listen on by default, is reachable from this machine only. Host names are
// refused, because what they resolve to can change without anybody touching the
// settings.
//
// A [Spec] is plain data. Nothing here keeps state.
package listen
