package adopt_test

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// judge compares what a server shows with what the original's client saw.
type judge struct {
	*testing.T
	server *servertest.Instance
	admin  *client.Session
	// ours are properties that the original showed and this server did not, and the other way round, with how often.
	missing, extra map[string]int
	wrong          int
}

// maxWrong is how many differences a test prints.
const maxWrong = 60

func (j *judge) differ(format string, args ...any) {
	if j.wrong++; j.wrong <= maxWrong {
		j.Errorf(format, args...)
	}
}

func startJudge(a *adoption) *judge {
	a.Helper()
	j := &judge{T: a.T, server: servertest.StartIn(a.T, a.dir, a.lines), missing: map[string]int{}, extra: map[string]int{}}
	var err error
	if j.admin, err = client.LogOn(a.Context(), client.Options{Endpoint: j.server.Endpoint(), User: "SYSTEM"}); err != nil {
		a.Fatal(err)
	}
	a.Cleanup(func() { j.admin.Close(a.Context()) })
	return j
}

// TestTruth: what clients see of a database that was adopted is what the original's client saw before.
func TestTruth(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		for _, name := range []string{sampletest.Files, sampletest.Database} {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				a := newAdoption(t, name, engine)
				a.mustRun()
				j := startJudge(a)
				seen := 0
				a.sample.Truth(t, func(kind string, line []byte) {
					seen++
					switch kind {
					case "message":
						j.message(line)
					case "folder":
						j.folder(line)
					case "store":
						j.store(line)
					}
				})
				j.report()
				if seen < 100 {
					t.Errorf("the truth has only %d lines", seen)
				}
			})
		}
	}
}

// report says what one side showed and the other did not, beyond what clients make by themselves.
func (j *judge) report() {
	j.Helper()
	for what, counts := range map[string]map[string]int{"does not show": j.missing, "shows in addition": j.extra} {
		for key, n := range counts {
			j.differ("this server %s %s, %d times", what, key, n)
		}
	}
}

type seenMessage struct {
	Folder        []string   `json:"folder"`
	FolderDeleted bool       `json:"folder_deleted"`
	Associated    bool       `json:"associated"`
	Deleted       bool       `json:"deleted"`
	EntryID       string     `json:"entryid"`
	IMAPID        *uint32    `json:"imap_id"`
	Row           []seenProp `json:"row"`
	seenContent              // of the message itself
	_             struct{}   `json:"-"`
}

type seenContent struct {
	Props       []seenProp       `json:"props"`
	Recipients  [][]seenProp     `json:"recipients"`
	Attachments []seenAttachment `json:"attachments"`
}

type seenAttachment struct {
	Props    []seenProp      `json:"props"`
	Data     json.RawMessage `json:"data"`
	Embedded *seenContent    `json:"embedded"`
}

func (j *judge) message(line []byte) {
	var m seenMessage
	if err := json.Unmarshal(line, &m); err != nil {
		j.Fatal(err)
	}
	id, err := hex.DecodeString(m.EntryID)
	if err != nil {
		j.Fatal(err)
	}
	what := fmt.Sprintf("%s/%s", strings.Join(m.Folder, "/"), m.EntryID[72:80])
	o, err := show(j.Context(), j.admin, id, m.Deleted)
	if err != nil {
		j.differ("%s: %v", what, err)
		return
	}
	if m.IMAPID != nil && o.props.Uint32(mapi.PrECIMAPID) != *m.IMAPID {
		j.differ("%s: IMAP id %d, want %d", what, o.props.Uint32(mapi.PrECIMAPID), *m.IMAPID)
	}
	j.objectID(what, o, m.Row)
	j.content("message", what, o, m.seenContent)
}

// objectID compares the object id with PR_EC_HIERARCHYID as the original's client saw it.
func (j *judge) objectID(what string, o shown, want []seenProp) {
	i := slices.IndexFunc(want, func(p seenProp) bool { return p.tag().ID() == mapi.PrECHierarchyID.ID() })
	if i < 0 || string(want[i].Value) != fmt.Sprint(o.id) {
		j.differ("%s: object id %d, want that of %v", what, o.id, want)
	}
}

// content compares a message with its parts.
func (j *judge) content(kind, what string, o shown, m seenContent) {
	j.props(kind, what, o.props, m.Props)
	var recipients, attachments []shown
	for _, p := range o.parts {
		if p.typ == mapi.TypeAttach {
			attachments = append(attachments, p)
		} else {
			recipients = append(recipients, p)
		}
	}
	byRow := func(a, b shown) int { return cmp.Compare(a.props.Uint32(mapi.PrRowid), b.props.Uint32(mapi.PrRowid)) }
	slices.SortStableFunc(recipients, byRow)
	if len(recipients) != len(m.Recipients) || len(attachments) != len(m.Attachments) {
		j.differ("%s: %d recipients and %d attachments, want %d and %d", what, len(recipients), len(attachments), len(m.Recipients), len(m.Attachments))
		return
	}
	for i, r := range m.Recipients {
		j.props("recipient", fmt.Sprintf("%s, recipient %d", what, i), recipients[i].props, r)
	}
	for i, want := range m.Attachments {
		j.attachment(fmt.Sprintf("%s, attachment %d", what, i), attachments[i], want)
	}
}

func (j *judge) attachment(what string, o shown, want seenAttachment) {
	j.props("attachment", what, o.props, want.Props)
	data, has := o.props.ByID(mapi.PrAttachDataBin.ID())
	if len(want.Data) > 0 && string(want.Data) != "null" && !(has && sameBytes(data.Data, want.Data)) {
		j.differ("%s: %d bytes of data, want %.100s", what, len(data.Data), want.Data)
	}
	switch {
	case want.Embedded == nil && len(o.parts) == 0:
	case want.Embedded == nil || len(o.parts) != 1:
		j.differ("%s: %d embedded messages", what, len(o.parts))
	default:
		j.content("embedded", what+", embedded", o.parts[0], *want.Embedded)
	}
}

// props compares the properties of an object with what the original's client saw of it.
func (j *judge) props(kind, what string, have mapi.Props, want []seenProp) {
	seen := map[uint16]bool{}
	for _, p := range want {
		tag := p.tag()
		seen[tag.ID()] = true
		v, ok := have.ByID(tag.ID())
		switch {
		case clientChanges().has(kind, tag), !ok && clientMakes().has(kind, tag):
		case !ok:
			j.missing[fmt.Sprintf("%s %08X", kind, uint32(tag))]++
		case v.Tag.Canonical() != tag.Canonical() || !same(v, p.Value):
			j.differ("%s: %v %s is %v, want %.200s", what, tag, p.Name, printed(v), p.Value)
		}
	}
	for _, v := range have {
		if !seen[v.Tag.ID()] && !clientHides().has(kind, v.Tag) {
			j.extra[fmt.Sprintf("%s %08X", kind, uint32(v.Tag))]++
		}
	}
}

func printed(v mapi.PropValue) string {
	switch {
	case v.Tag.Type().Multi():
		return fmt.Sprintf("%d values", len(v.Values()))
	case v.Tag.Type().IsBinary():
		return base64.StdEncoding.EncodeToString(v.Data[:min(len(v.Data), 80)])
	case v.Tag.Type().IsString():
		return fmt.Sprintf("%.200q", v.Data)
	}
	return fmt.Sprint(v.Num)
}

type seenFolder struct {
	Path     []string     `json:"path"`
	Deleted  bool         `json:"deleted"`
	EntryID  string       `json:"entryid"`
	ACL      [][]seenProp `json:"acl"`
	Props    []seenProp   `json:"props"`
	Found    []string     `json:"found"`
	Criteria any          `json:"criteria"`
}

func (j *judge) folder(line []byte) {
	var f seenFolder
	if err := json.Unmarshal(line, &f); err != nil {
		j.Fatal(err)
	}
	id, err := hex.DecodeString(f.EntryID)
	if err != nil {
		j.Fatal(err)
	}
	what := "folder " + strings.Join(f.Path, "/")
	o, err := show(j.Context(), j.admin, id, false)
	if err != nil && f.Deleted {
		o, err = show(j.Context(), j.admin, id, true)
	}
	if err != nil {
		j.differ("%s: %v", what, err)
		return
	}
	j.objectID(what, o, f.Props)
	j.props("folder", what, o.props, f.Props)
	j.acl(what, id, f.ACL)
}

func (j *judge) store(line []byte) {
	var s struct {
		GUID  string       `json:"guid"`
		Name  string       `json:"name"`
		ACL   [][]seenProp `json:"acl"`
		Props []seenProp   `json:"props"`
	}
	if err := json.Unmarshal(line, &s); err != nil {
		j.Fatal(err)
	}
	raw, err := hex.DecodeString(s.GUID)
	if err != nil {
		j.Fatal(err)
	}
	guid, _ := mapi.GUIDOf(raw)
	st, err := j.admin.StoreByGUID(j.Context(), guid)
	if err != nil {
		j.differ("store %s: %v", s.Name, err)
		return
	}
	o, err := show(j.Context(), j.admin, st.EntryID, false)
	if err != nil {
		j.differ("store %s: %v", s.Name, err)
		return
	}
	j.props("store", "store "+s.Name, o.props, s.Props)
	j.acl("store "+s.Name, st.EntryID, s.ACL)
}

// acl compares who has which rights. The table of the original's client always begins with Everyone.
func (j *judge) acl(what string, id mapi.EntryID, want [][]seenProp) {
	grants, err := j.admin.Rights(j.Context(), id)
	if err != nil {
		j.differ("%s: rights: %v", what, err)
		return
	}
	have := map[string]string{}
	for _, g := range grants {
		have[base64.StdEncoding.EncodeToString(g.EntryID)] = fmt.Sprint(uint32(g.Rights & mapi.RightsAll))
	}
	seen := map[string]string{}
	for _, row := range want {
		var user struct {
			B64 string `json:"b64"`
		}
		rights := ""
		for _, p := range row {
			switch p.tag().ID() {
			case mapi.PrEntryID.ID():
				json.Unmarshal(p.Value, &user)
			case 0x6673: // PR_MEMBER_RIGHTS
				rights = string(p.Value)
			}
		}
		seen[user.B64] = rights
	}
	if fmt.Sprint(have) != fmt.Sprint(seen) {
		j.differ("%s: rights %v, want %v", what, have, seen)
	}
}

// idsOf are property ids, by the kind of object.
type idsOf map[string][]uint16

func (l idsOf) has(kind string, tag mapi.PropTag) bool {
	return slices.Contains(l["any"], tag.ID()) || slices.Contains(l[kind], tag.ID())
}

// clientMakes are properties that a client of the protocol adds to what the server has.
func clientMakes() idsOf {
	return idsOf{
		"any": {
			0x0FF8, 0x0FFA, 0x0FFB, 0x0FFE, 0x0FFF, // PR_MAPPING_SIGNATURE, PR_STORE_RECORD_KEY, PR_STORE_ENTRYID, PR_OBJECT_TYPE, PR_ENTRYID
			0x340D, 0x340F, 0x3414, 0x67C2, // PR_STORE_SUPPORT_MASK and others of the store, PR_EC_SERVER_UID
		},
		"message":    {0x0E02, 0x0E03, 0x0E04, 0x0E1D, 0x0E1F}, // PR_DISPLAY_BCC, _CC and _TO that are empty, PR_NORMALIZED_SUBJECT, PR_RTF_IN_SYNC
		"embedded":   {0x0E02, 0x0E03, 0x0E04, 0x0E1D, 0x0E1F},
		"attachment": {0x0E21, 0x0FF7}, // PR_ATTACH_NUM, PR_ACCESS_LEVEL
		"folder": {
			0x3FE0, 0x6711, // PR_ACL_DATA, PR_EC_HIERARCHYID
			0x3602, 0x3603, 0x360A, 0x3617, 0x6638, 0x6640, 0x6641, 0x6643, // counters of root folders, 0
		},
		"store": {
			0x300B, 0x6716, // PR_SEARCH_KEY, version of the server
			0x6630, 0x6631, 0x6632, // favourites and the like of the public store
		},
	}
}

// clientHides are properties that the server has and the original's client does not list.
func clientHides() idsOf {
	imap := []uint16{0x678C, 0x678D, 0x678E, 0x678F} // PR_EC_IMAP_EMAIL, _SIZE, _BODY, _BODYSTRUCTURE
	return idsOf{
		"message":    append(imap, 0x6782, 0x65E1), // PR_EC_IMAP_ID; PR_PARENT_SOURCE_KEY in a root folder that has none
		"embedded":   imap,
		"recipient":  {0x6710}, // PR_EC_CONTACT_ENTRYID is shown as PR_ENTRYID
		"attachment": {0x3701}, // PR_ATTACH_DATA_BIN is compared by itself
	}
}

// clientChanges are properties that a client shows another way.
func clientChanges() idsOf {
	return idsOf{
		"any":       {0x0FF6}, // PR_INSTANCE_KEY: numbered by the client's tables
		"recipient": {0x3000}, // PR_ROWID: numbered anew
		"embedded": {
			0x0E08, // PR_MESSAGE_SIZE
			0x65E0, // PR_SOURCE_KEY: made at every opening
		},
		"store": {
			0x0FF9, // PR_RECORD_KEY: the GUID
			0x3001, // PR_DISPLAY_NAME of the public store
			0x35E0, // PR_IPM_SUBTREE_ENTRYID of the public store: a folder that only clients see
		},
		"folder": {
			0x0E09, // PR_PARENT_ENTRYID below that folder
		},
	}
}
