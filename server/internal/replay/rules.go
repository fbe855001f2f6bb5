package replay

import (
	"fmt"
	"strconv"
	"time"
)

// The rules of comparison. Whatever no rule names is compared exactly: names and nesting of elements, numbers of list items and their order,
// texts, numbers, result codes, sizes.
//
//   - Members of a structure are matched by name, items of a list by place. Clients accept members in any order (wire.md section 3).
//   - Tags and values of delProps and modProps, and of aPropTag and aPropVal of readABProps, are matched by tag: the record itself has the same object's
//     properties in different orders, and the client keeps them in a map.
//   - A tag that the record has twice in one such list counts once, with its last value: the original lists a store's PR_DISPLAY_NAME once as
//     stored and once as computed, and the computed one is what objects.md section 3.4 describes.
//   - optionalInObject: properties that a loaded object may have or lack.
//   - Rows of tables are matched by place: their order is the point of a table.
//   - An empty array may lack its arrayType or have one of size 0 (wire.md section 4: optional on input).
//   - sLicenseResponse must be empty: the product needs no licence.
//   - Times: see compareTime.
//   - Predecessor change lists: see compareChangeList.
//   - Notifications: how events are spread over polls, and which of a group's polls gets them, is a matter of time. So the
//     sequence of events of each subscription is compared over the scenario (polls.go).
//   - Headers: only the status and the media type of the content are compared; framing is free (wire.md section 2).

// optionalInObject tells properties of an object tree that may be present or absent. Those of the first group are computed for tables
// (objects.md section 3.4); the original shows them in objects, too, if its cell cache happens to hold them since a table asked for them. Those of the
// second are written by a background job.
func optionalInObject(tag uint32) bool {
	switch tag {
	case tagAssociated, tagHierarchyID, tagParentID, tagOutgoingFlags:
		return true
	case tagLastLogon, tagLastLogoff:
		return true
	}
	return false
}

// serverTime tells the times that a server sets from its own clock.
func serverTime(tag uint32) bool {
	switch tag {
	case tagCreationTime, tagModifiedTime, tagDeletedOn, tagLastLogon, tagLastLogoff, tagCommitTime, tagCommitTimeMax:
		return true
	}
	return false
}

// compareTime: a client's time comes back exactly. A time of the server's clock must lie within the run; seconds may pass at other places than
// in the record, so equality between two of them is only asked for within one answer of saveObject and for the creation time of an object.
// A recorded zero (the original answers a save without properties so) may be zero or a time.
func compareTime(tag uint32, recorded, live string, sent map[string]bool, start, now time.Time) error {
	if recorded == live && (sent[recorded] || !serverTime(tag) || recorded == "0/0") {
		return nil
	}
	if !serverTime(tag) {
		return fmt.Errorf("a time of the client differs")
	}
	t, err := parseTime(live)
	if err != nil {
		return err
	}
	if t.Before(start.Add(-clockSlack)) || t.After(now.Add(clockSlack)) {
		return fmt.Errorf("the time %s is outside the run", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// clockSlack allows for whole seconds and for a server on another clock.
const clockSlack = 2 * time.Second

// parseTime reads a FILETIME given as "hi/lo": 100 ns steps since 1601.
func parseTime(text string) (time.Time, error) {
	var hi int64
	var lo uint64
	if _, err := fmt.Sscanf(text, "%d/%d", &hi, &lo); err != nil {
		return time.Time{}, fmt.Errorf("no time: %q", text)
	}
	const epoch = 116444736000000000 // 1970 in these steps
	ticks := hi<<32 | int64(lo&0xFFFFFFFF) - epoch
	return time.Unix(ticks/10_000_000, ticks%10_000_000*100), nil
}

// formatTime is the opposite of parseTime, in two parts.
func formatTime(t time.Time) (hi, lo string) {
	ticks := t.Unix()*10_000_000 + int64(t.Nanosecond()/100) + 116444736000000000
	return strconv.FormatInt(ticks>>32, 10), strconv.FormatInt(ticks&0xFFFFFFFF, 10)
}

// compareChangeList compares predecessor change lists. The original stores a list of one key without its length byte, and answers a save with
// the old list in that form and the new key behind it. objects.md section 1.3 says what is right: entries with a length, one for each server. So a
// live list is accepted either as recorded or, well formed, with the same newest key last and no key that the record does not know.
func (m *mapping) compareChangeList(recorded, live []byte) error {
	want, got := changeKeys(shapeChangeList(recorded, m.recorded)), changeKeys(shapeChangeList(live, m.live))
	if len(want) == 0 || len(got) == 0 {
		return m.checkBinary(shapeChangeList, recorded, live)
	}
	if err := m.check(kindChange, want[len(want)-1], got[len(got)-1]); err != nil {
		return fmt.Errorf("newest key: %w", err)
	}
	for _, old := range got[:len(got)-1] {
		if _, ok := m.of(kindChange).rev[old]; !ok {
			return fmt.Errorf("change %s is in no recorded list", old)
		}
	}
	return nil
}

// changeKeys picks the numbers of this server's changes out of a list.
func changeKeys(pieces []piece) []string {
	var out []string
	for _, p := range pieces {
		if p.kind == kindChange {
			out = append(out, p.value())
		}
	}
	return out
}
