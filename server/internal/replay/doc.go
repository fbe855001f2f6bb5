// Package replay plays recorded exchanges of the protocol against a running server and compares every answer structurally.
//
// It owns the loading of traces (one gzipped file of JSON lines a scenario), the substitution of what a server makes up
// (session ids, table ids, object ids, its GUID and so source keys and change keys, entry ids, user ids, times) and the rules by
// which an answer counts as equal. It depends on no other package of the product: it has an XML parser and a
// message-stream reader of its own, so that the codec under test is not its own judge.
//
// Substitution. Every value a server makes up has a kind. A Player holds one bijective map a kind, recorded value to live value.
// A pair is learned where it first stands at structurally equal places of a recorded and a live answer, and checked at every later
// place: a recorded value always stands for the same live value, and two recorded values never for one live value. The maps
// are applied to the requests that follow. Values the client chose (entry ids of messages and stores, search keys, names) must come back
// as they were sent.
//
// Concurrency. Exchanges are numbered by the time of their answers. The Player sends them one after the other in that order, except
// notifyGetItems: a session that polls in the record gets a live poll of its own that runs beside the others. A Player is for one goroutine.
//
// What is compared, with the reasons for each leniency, is written down in rules.go. What a server may answer differently, for a reason that the
// specification gives, is listed in an exceptions file (exceptions.go); an exception that never applies is an error.
package replay
