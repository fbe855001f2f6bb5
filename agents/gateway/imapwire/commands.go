package imapwire

// commandName is a command's name as a string that needs no memory of its own if it is known.
func commandName(word []byte) string {
	for _, name := range commands {
		if string(word) == name {
			return name
		}
	}
	return string(word)
}

// commands are those of RFC 9051, RFC 3501 and the extensions. They never change.
var commands = [...]string{
	"NOOP", "FETCH", "STORE", "SEARCH", "SELECT", "IDLE", "STATUS", "LIST", "APPEND", "COPY", "MOVE", "EXPUNGE", "CHECK", "CLOSE", "LOGIN", "LOGOUT",
	"CAPABILITY", "AUTHENTICATE", "STARTTLS", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LSUB", "NAMESPACE", "ENABLE", "ID",
	"UNSELECT", "SORT", "THREAD", "GETQUOTA", "GETQUOTAROOT", "SETQUOTA", "MYRIGHTS", "GETACL", "SETACL", "DELETEACL", "LISTRIGHTS",
}

// uidCommand is the same of a word behind UID.
func uidCommand(word []byte) string {
	switch string(word) {
	case "FETCH":
		return "UID FETCH"
	case "STORE":
		return "UID STORE"
	case "SEARCH":
		return "UID SEARCH"
	case "COPY":
		return "UID COPY"
	case "MOVE":
		return "UID MOVE"
	case "EXPUNGE":
		return "UID EXPUNGE"
	case "SORT":
		return "UID SORT"
	case "THREAD":
		return "UID THREAD"
	}
	return "UID " + string(word)
}
