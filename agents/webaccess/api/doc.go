// Package api is the interface between the web client and its server: the types of each request and answer, a file for each resource,
// with the functions that carry them out.
//
// Nearly all of it is POST /api, which takes a [Batch] of calls in the manner of JMAP (RFC 8620 3.3): each has an id, a method and arguments, and gets
// its result or its error; the calls run one after the other, and one that fails keeps no other from running. Methods are listed in [Methods].
// What is not a call is a plain URL, so that browsers can cache, stream or show it:
//
//	POST /api/logon                        Credentials → User, and the cookie; the only request that needs none
//	POST /api/logoff                       {} → 204; Clear-Site-Data
//	GET  /api/rows?folder&sort&filter&…    a window of a folder: RowsQuery → Rows
//	GET  /api/events                       server-sent events, see EventKinds
//	POST /api/uploads?name&type            the bytes of a file as application/octet-stream → Upload
//	GET  /mail/{id}/body?part&images       the page for the frame that shows a mail; with ?images remote pictures are fetched by the server
//	GET  /mail/{id}/files/{path}           a file of a mail, to be saved; with ?show to be shown, if its kind is harmless
//	GET  /mail/{id}/source                 the mail as it is sent, text/plain; with ?save as a file
//
// Ids are texts without meaning to the client, safe in a URL. One of an object in somebody else's store is as good as one of the user's own, if
// he has rights there: that is for the server to decide, in the user's own session, and never for this package. The base path behind a proxy is
// in front of all URLs; addresses in answers are relative to it and have no slash at the beginning.
//
// Types here are translated to TypeScript (agents/webaccess/ui/api/types.gen.ts), with their comments. Methods of an [API] may be called by
// several goroutines. It refuses bodies that are not JSON, calls and arguments beyond its limits, and members that it does not know.
package api

//go:generate go run ./generate ../ui/api/types.gen.ts
