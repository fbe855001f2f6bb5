// Package header reads and writes the header fields of mail: RFC 5322 and MIME as they should be, and as they are found.
//
// [Parse] makes [Fields] of the bytes of one header, and never fails: a line that is no field is kept as one without a name, so that no byte
// is lost; fields keep the bytes that they came with. [Fields.Proto] hands them to go-message, whose own scanner gives up on the first line
// that is wrong. A file each reads the values: addresses, dates, encoded words, media types with their parameters, message ids. All of them
// take whatever comes, in time that grows with its length alone, and give the best that can be made of it; [AppendField] folds what goes out.
//
// Values are decoded to UTF-8 without CR, LF and NUL. Whatever is not declared is guessed (charset.Guess). Nothing here keeps state: everything may be
// used by many goroutines, and a [Fields] aliases the bytes that it was made of.
package header
