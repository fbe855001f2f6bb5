package imapwire

// plainKey knows the keys that are a name alone.
func plainKey(word []byte) (SearchKey, bool) {
	switch string(word) {
	case "ALL":
		return SearchKey{Op: SearchAll}, true
	case "NEW":
		return SearchKey{Op: SearchNew}, true
	case "ANSWERED":
		return SearchKey{Op: SearchFlag, Text: `\Answered`}, true
	case "UNANSWERED":
		return SearchKey{Op: SearchFlag, Text: `\Answered`, Not: true}, true
	case "DELETED":
		return SearchKey{Op: SearchFlag, Text: `\Deleted`}, true
	case "UNDELETED":
		return SearchKey{Op: SearchFlag, Text: `\Deleted`, Not: true}, true
	case "DRAFT":
		return SearchKey{Op: SearchFlag, Text: `\Draft`}, true
	case "UNDRAFT":
		return SearchKey{Op: SearchFlag, Text: `\Draft`, Not: true}, true
	case "FLAGGED":
		return SearchKey{Op: SearchFlag, Text: `\Flagged`}, true
	case "UNFLAGGED":
		return SearchKey{Op: SearchFlag, Text: `\Flagged`, Not: true}, true
	case "SEEN":
		return SearchKey{Op: SearchFlag, Text: `\Seen`}, true
	case "UNSEEN":
		return SearchKey{Op: SearchFlag, Text: `\Seen`, Not: true}, true
	case "RECENT":
		return SearchKey{Op: SearchFlag, Text: `\Recent`}, true
	case "OLD":
		return SearchKey{Op: SearchFlag, Text: `\Recent`, Not: true}, true
	case "SAVEDATESUPPORTED":
		return SearchKey{Op: SearchSaveDateSupported}, true
	}
	return SearchKey{}, false
}

// keyWithArgument knows the others.
func keyWithArgument(word []byte) (SearchOp, bool) {
	switch string(word) {
	case "NOT":
		return SearchNot, true
	case "OR":
		return SearchOr, true
	case "UID":
		return SearchUID, true
	case "KEYWORD", "UNKEYWORD":
		return SearchFlag, true
	case "HEADER":
		return SearchHeader, true
	case "LARGER":
		return SearchLarger, true
	case "SMALLER":
		return SearchSmaller, true
	case "YOUNGER":
		return SearchYounger, true
	case "OLDER":
		return SearchOlder, true
	case "MODSEQ":
		return SearchModSeq, true
	case "EMAILID":
		return SearchEmailID, true
	case "THREADID":
		return SearchThreadID, true
	}
	if op, ok := textKey(word); ok {
		return op, true
	}
	return dateKey(word)
}

func textKey(word []byte) (SearchOp, bool) {
	switch string(word) {
	case "SUBJECT":
		return SearchSubject, true
	case "FROM":
		return SearchFrom, true
	case "TO":
		return SearchTo, true
	case "CC":
		return SearchCc, true
	case "BCC":
		return SearchBcc, true
	case "BODY":
		return SearchBody, true
	case "TEXT":
		return SearchText, true
	}
	return 0, false
}

func dateKey(word []byte) (SearchOp, bool) {
	switch string(word) {
	case "BEFORE":
		return SearchBefore, true
	case "ON":
		return SearchOn, true
	case "SINCE":
		return SearchSince, true
	case "SENTBEFORE":
		return SearchSentBefore, true
	case "SENTON":
		return SearchSentOn, true
	case "SENTSINCE":
		return SearchSentSince, true
	case "SAVEDBEFORE":
		return SearchSavedBefore, true
	case "SAVEDON":
		return SearchSavedOn, true
	case "SAVEDSINCE":
		return SearchSavedSince, true
	}
	return 0, false
}
