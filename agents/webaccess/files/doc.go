// Package files decides how what strangers send is handed to a browser as a file: under which name, as which type, and whether it may be shown
// instead of saved.
//
// A browser takes what a server of mail sends for a page of that server, with its session. So only pictures of pixels, PDF and plain text are ever
// shown, and only if they begin as such; everything else is saved. Every answer is in a sandbox and has a type that browsers do not guess
// again. All functions are pure and may be called concurrently.
package files
