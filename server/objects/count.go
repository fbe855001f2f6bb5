package objects

import (
	"zarafa/mapi"
	"zarafa/storage"
)

// countOf is what a message or folder adds (sign 1) to the counters of the folder it lies in, or takes
// from them (sign -1). The row's flags and the message flags say which counters these are.
func countOf(ref storage.Ref, props mapi.Props, sign int64) storage.Counters {
	switch {
	case ref.Type == mapi.TypeFolder && ref.Deleted():
		return storage.Counters{DeletedFolders: sign}
	case ref.Type == mapi.TypeFolder:
		return storage.Counters{Subfolders: sign}
	case ref.Deleted() && ref.Associated():
		return storage.Counters{DeletedAssoc: sign}
	case ref.Deleted():
		return storage.Counters{DeletedContent: sign}
	case ref.Associated():
		return storage.Counters{Associated: sign}
	case props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0:
		return storage.Counters{Content: sign, Unread: sign}
	}
	return storage.Counters{Content: sign}
}
