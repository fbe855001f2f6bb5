// Package fixedgzip compresses answers in XML for a processor that has little time: about twice as fast as the fastest level of
// a library, for a result that is a sixth to a fifth larger (results/compression.md).
//
// It makes one gzip member (RFC 1952) of one deflate block (RFC 1951) with the fixed Huffman codes. What a library spends on an
// answer of a few kilobytes is mostly the count of symbols and the codes made from it, and they gain little where matches do the
// work: tags of XML repeat, and fixed codes need neither. Letters have codes of eight bits, so that seven of them are encoded at a
// time.
//
// Matches are found by a table of hashes of the last places of five bytes, and taken as they come. Each piece of up to
// [MaxPiece] bytes is searched on its own.
//
// Concurrency: an [Encoder] is for one goroutine at a time, and has 8 KiB. There is nothing else that changes.
//
// It refuses to decompress, and it has no levels: text that is not mostly repetition belongs to a library, which makes codes for
// it. In the worst case the result is an eighth larger than the data; the caller compares.
package fixedgzip
