// Package wire is the codec of the protocol: Go structs for the requests and responses of all
// operations of urn:zarafa and their SOAP 1.1 rpc/encoded form (wire.md sections 3 to 5). It owns
// the XML; HTTP, compression and multipart framing are wire/soaphttp's.
//
// Most of the package is generated from interface/operations.json; see interface/README.md.
// Decoded values alias the decoded body and the decoder's memory. Decoders and values are for
// one goroutine at a time.
//
// The package refuses what the protocol refuses: foreign documents, malformed numbers, arrays of the
// wrong type and anything beyond its limits become a [Fault]; it never resolves entities or references.
package wire

//go:generate go run ./internal/gen
