// Package charset knows the character sets of mail: their names as mailers write them, their Windows code pages, and how their texts
// become UTF-8 and back.
//
// [Lookup] takes any spelling of a name that is met in mail, [FromCodePage] the number that MAPI stores (MS-UCODEREF 2.2.1). A [Charset]
// is never changed and may be used by many goroutines; the readers that it makes belong to one goroutine each.
//
// Decoding never fails: bytes that mean nothing become U+FFFD, and [Charset.Decode] says whether there were any. Texts that are declared
// as US-ASCII, or not at all, are guessed: see [Guess]. Encoding refuses a text that does not fit, so that the caller takes another character
// set rather than send question marks.
//
// A few names stand for more than they say, as senders mean more by them: gb2312 is decoded as GB18030, iso-8859-1 as windows-1252. What
// is encoded under such a name stays within what the name says.
package charset
