// Package fulltext finds messages by the words in them: it owns what a word is, which texts of a message count, and an index of
// the words of all messages, in a file of its own (tables.md section 10).
//
// A mailbox is indexed from the first search for a text in it. A search for a text finds the messages in which every word of the text is the beginning of a word. The index is derived
// data. It follows the change feed on a goroutine of its own, so it is a little behind; what it has not taken in yet is known, and a search
// reads those messages themselves. The answer is therefore the same as if all messages had been read, and no
// search waits. With the index a position of each store is kept, from which it catches up after a crash; a file that is missing,
// damaged or made for another database is made anew, and until it is complete searches read the messages.
//
// Of a message at most 4 MiB of text and 131,072 different words are looked at, of an attachment 1 MiB, all of which
// is true of messages that are read as well. All methods of [Service] may be called from any goroutine.
package fulltext
