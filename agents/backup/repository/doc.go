// Package repository is where backups are kept: a set of files, each written once under the SHA-256 of its bytes, in a folder or whatever
// else is a [Backend].
//
//	config       which repository it is, and for whom bodies are sealed
//	data/        packs of some MiB: encrypted blobs, and at the end a directory of them
//	index/       which blobs are in which pack
//	snapshots/   what a store was at one time: the blob that everything else of it is reached from
//	keys/        keys of bodies, sealed for the recipient
//	condemned/   packs that the next prune but one removes
//	lease        who prunes at the moment
//
// A blob is found by its [ID], a keyed hash of what is in it, so that what is there already is not written again and nobody without the
// key can ask whether some text is there. Blobs of kind [Meta] can be read with the key of the host that writes backups; those
// of kind [Body] are sealed for an age recipient (unless the repository is symmetric), and need the identity, which the host does not have.
//
// The order of writes is the only commit there is: packs, then an index of them, then the snapshot. After a crash there are packs that no
// index names; [Open] reads their directories, so that the next run need not write them again.
//
// A Repository may be used by several goroutines, and several programs may write to the same files. Only [Repository.Prune] removes
// anything; it takes two runs, two days apart, and whoever meets a blob in a condemned pack writes it again.
//
// It refuses files whose bytes are not what their name says, and blobs that are not what their id says; nothing that was read from a
// backend is trusted before that.
package repository
