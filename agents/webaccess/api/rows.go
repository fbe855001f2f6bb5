package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zarafa/agents/webaccess/session"
	"zarafa/agents/webaccess/windows"
	"zarafa/client"
	"zarafa/mapi"
)

// Bounds of windows.
const (
	maxRows  = 200
	maxKeep  = 50
	maxShown = 200 // characters of a preview
)

// MaxRows and MaxBulk are Limits.Rows and Limits.Bulk.
const (
	MaxRows = maxRows
	MaxBulk = maxBulk
)

// MaxHold is Limits.Hold.
const MaxHold = maxHold

// taskDue names the day when something is to be done about a flagged message (PidLidTaskDueDate).
func taskDue() mapi.PropTag {
	return fixed(mapi.PropName{Set: mapi.PsetidTask, ID: 0x8105}, mapi.PtSysTime)
}

// fixed is the tag of a named property whose id every server knows.
func fixed(name mapi.PropName, t mapi.PropType) mapi.PropTag {
	tag, _ := name.Tag(t)
	return tag
}

func rowColumns(s *session.Session) []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrMessageClass, mapi.PrSubject, mapi.PrSentRepresentingName, mapi.PrSentRepresentingEmailAddress,
		mapi.PrSentRepresentingSMTPAddress, mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingSearchKey, mapi.PrDisplayTo, mapi.PrMessageDeliveryTime, mapi.PrClientSubmitTime,
		mapi.PrLastModificationTime, mapi.PrMessageSize, mapi.PrBody, mapi.PrMessageFlags, mapi.PrHasAttach, mapi.PrFlagStatus, mapi.PrImportance,
		mapi.PrConversationTopic, mapi.PrLastVerbExecuted, mapi.PrIconIndex, taskDue(), s.Keywords,
	}
}

// RowsQueryOf reads the parameters of GET /api/rows. Lists have a parameter for each of their values. The error is a *Problem.
func RowsQueryOf(v url.Values) (q RowsQuery, err error) {
	number := func(name string) (n int) {
		if text := v.Get(name); text != "" && err == nil {
			if n, err = strconv.Atoi(text); err != nil {
				err = invalid("%s is a number", name)
			}
		}
		return n
	}
	q = RowsQuery{
		Folder: ID(v.Get("folder")), Sort: Sort(v.Get("sort")), Filter: Filter(v.Get("filter")), Key: v.Get("key"), Date: Time(v.Get("date")),
		At: number("at"), Before: number("before"), N: number("n"),
	}
	for _, id := range v["keep"] {
		q.Keep = append(q.Keep, ID(id))
	}
	for name := range v {
		if !slices.Contains([]string{"folder", "sort", "filter", "key", "date", "at", "before", "n", "keep"}, name) {
			return q, invalid("there is no parameter %q", name)
		}
	}
	return q, err
}

// Rows reads a window of a folder, for GET /api/rows.
func (a *API) Rows(ctx context.Context, s *session.Session, q RowsQuery) (Rows, error) {
	return a.rowsGet(ctx, s, q)
}

func (a *API) rowsGet(ctx context.Context, s *session.Session, q RowsQuery) (r Rows, err error) {
	list, err := listOf(s, q.Folder, q.Sort, q.Filter, q.Keep)
	if err != nil {
		return r, err
	}
	place, err := q.place()
	if err != nil {
		return r, err
	}
	w, err := s.Tables.Read(ctx, list, place, q.N)
	if err != nil {
		return r, err
	}
	r.Total, r.At = w.Total, w.At
	folder, _ := folderID(q.Folder) // listOf has read it
	date := dateColumn(s, folder)
	for _, row := range w.Rows {
		r.Rows = append(r.Rows, rowOf(s, row, date))
	}
	return r, nil
}

// place is where the window begins.
func (q *RowsQuery) place() (p windows.Place, err error) {
	if q.N < 1 || q.N > maxRows {
		return p, invalid("n is from 1 to %d", maxRows)
	}
	if q.At < 0 || q.At > 1<<31-1 || q.Before < 0 || q.Before >= q.N {
		return p, invalid("at is not negative, and before is less than n")
	}
	p = windows.Place{At: q.At, Before: q.Before}
	if q.Key != "" {
		if p.Key, err = rowKey(q.Key); err != nil {
			return p, err
		}
	}
	date, err := q.Date.instant()
	if err != nil || q.Date == "" {
		return p, err
	}
	if q.Sort != "" && q.Sort != ByDate && q.Sort != ByDateDown {
		return p, invalid("date is for rows that are sorted by date")
	}
	p.Date = mapi.FileTimeOf(date)
	return p, nil
}

// dateColumn is the date that the rows of a folder have: mails that are being written were neither sent nor delivered.
func dateColumn(s *session.Session, folder mapi.EntryID) mapi.PropTag {
	switch roleOf(s, folder) {
	case RoleDrafts, RoleOutbox:
		return mapi.PrLastModificationTime
	}
	return mapi.PrMessageDeliveryTime
}

// listOf is the list of a folder.
func listOf(s *session.Session, id ID, sort Sort, filter Filter, keep []ID) (q windows.Query, err error) {
	folder, err := folderID(id)
	if err != nil {
		return q, err
	}
	order, err := sort.order(dateColumn(s, folder))
	if err != nil {
		return q, err
	}
	restrict, err := filter.restriction()
	if err != nil {
		return q, err
	}
	if len(keep) > maxKeep {
		return q, tooLarge("at most %d messages are kept", maxKeep)
	}
	q = windows.Query{Session: server(s), Name: string(folder) + "\x00" + string(sort) + "\x00" + string(filter)}
	if restrict != nil && len(keep) > 0 {
		either := &mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{restrict}}
		for _, id := range keep {
			message, err := messageID(id)
			if err != nil {
				return q, err
			}
			v := mapi.Binary(mapi.PrEntryID, message)
			either.Sub = append(either.Sub, &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v})
		}
		restrict, q.Keep = either, fmt.Sprint(keep)
	}
	q.TableQuery = client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: rowColumns(s), Sort: order, Restrict: restrict,
	}
	return q, nil
}

// order is that of the table.
func (s Sort) order(date mapi.PropTag) ([]mapi.SortOrder, error) {
	name, down := strings.CutPrefix(string(s), "-")
	direction := mapi.SortAscend
	if down {
		direction = mapi.SortDescend
	}
	var tag mapi.PropTag
	switch Sort(name) {
	case "":
		return []mapi.SortOrder{{Tag: date, Order: mapi.SortDescend}}, nil
	case ByDate:
		return []mapi.SortOrder{{Tag: date, Order: direction}}, nil
	case ByFrom:
		tag = mapi.PrSentRepresentingName
	case ByTo:
		tag = mapi.PrDisplayTo
	case BySubject:
		tag = mapi.PrConversationTopic
	case BySize:
		tag = mapi.PrMessageSize
	case ByFlag:
		tag = mapi.PrFlagStatus
	case ByImportance:
		tag = mapi.PrImportance
	default:
		return nil, invalid("there is no order %q", string(s))
	}
	return []mapi.SortOrder{{Tag: tag, Order: direction}, {Tag: date, Order: mapi.SortDescend}}, nil
}

func (f Filter) restriction() (*mapi.Restriction, error) {
	switch f {
	case All:
		return nil, nil
	case Unread:
		return &mapi.Restriction{Type: mapi.ResBitmask, Op: mapi.BitmaskEQZ, Tag: mapi.PrMessageFlags, Num: mapi.MsgRead}, nil
	case Flagged:
		v := mapi.Long(mapi.PrFlagStatus, flagged)
		return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v}, nil
	case Attachments:
		v := mapi.Bool(mapi.PrHasAttach, true)
		return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v}, nil
	}
	return nil, invalid("there is no filter %q", string(f))
}

// Values of PR_FLAG_STATUS (MS-OXOFLAG 2.2.1.1).
const (
	flagComplete uint32 = 1
	flagged      uint32 = 2
)

// Values of PR_LAST_VERB_EXECUTED (MS-OXOMSG 2.2.1.74).
const (
	verbReply    = 102
	verbReplyAll = 103
	verbForward  = 104
)

func flagState(p mapi.Props) FlagState {
	switch p.Uint32(mapi.PrFlagStatus) {
	case flagComplete:
		return FlagComplete
	case flagged:
		return FlagSet
	}
	return FlagNone
}

func importanceOf(p mapi.Props) Importance {
	if v, ok := p.Get(mapi.PrImportance); ok {
		switch v.Uint32() {
		case 0:
			return Low
		case 2:
			return High
		}
	}
	return Normal
}

// queued reports whether a message that was not sent yet waits for it: its time of submission is set by whoever submits it, and removed by who takes it back.
func queued(p mapi.Props) bool {
	return p.Uint32(mapi.PrMessageFlags)&mapi.MsgUnsent != 0 && p.Has(mapi.PrClientSubmitTime.ID()) && hasValue(p, mapi.PrClientSubmitTime)
}

func hasValue(p mapi.Props, tag mapi.PropTag) bool {
	_, ok := p.Get(tag)
	return ok
}

func rowOf(s *session.Session, p mapi.Props, date mapi.PropTag) Row {
	flags, verb := p.Uint32(mapi.PrMessageFlags), p.Uint32(mapi.PrLastVerbExecuted)
	r := Row{
		ID: idOf(p.Bytes(mapi.PrEntryID)), Key: keyOf(p.Bytes(mapi.PrInstanceKey)), Class: p.Str(mapi.PrMessageClass), Subject: p.Str(mapi.PrSubject),
		From: whoIn(p), To: p.Str(mapi.PrDisplayTo), Date: timeIn(p, date), Size: int(p.Uint32(mapi.PrMessageSize)), Preview: preview(p.Str(mapi.PrBody)),
		Read: flags&mapi.MsgRead != 0, Draft: flags&mapi.MsgUnsent != 0, Queued: queued(p),
		Answered: verb == verbReply || verb == verbReplyAll, Forwarded: verb == verbForward, Flag: flagState(p), Due: timeIn(p, taskDue()),
		Importance: importanceOf(p), Topic: p.Str(mapi.PrConversationTopic),
	}
	if r.Date == "" {
		r.Date = timeIn(p, mapi.PrLastModificationTime)
	}
	if v, ok := p.Get(mapi.PrHasAttach); ok {
		r.Attachments = v.Bool()
	}
	if v, ok := p.Get(s.Keywords); ok {
		for _, k := range v.Values() {
			r.Categories = append(r.Categories, k.Str())
		}
	}
	return r
}

// whoIn is who a row says it is from.
func whoIn(p mapi.Props) Who {
	w := Who{Name: p.Str(mapi.PrSentRepresentingName), Address: p.Str(mapi.PrSentRepresentingSMTPAddress)}
	if w.Address == "" && strings.EqualFold(p.Str(mapi.PrSentRepresentingAddrtype), "SMTP") {
		w.Address = p.Str(mapi.PrSentRepresentingEmailAddress)
	}
	if w.Address == "" {
		w.Address = addressInKey(p.Bytes(mapi.PrSentRepresentingSearchKey))
	}
	return w
}

// addressInKey is the address of the Internet in the search key of a user of this server (TYPE:ADDRESS and a NUL, in upper case), whose messages have no other
// one; it saves a look-up for each.
func addressInKey(key []byte) string {
	_, address, ok := strings.Cut(strings.TrimRight(string(key), "\x00"), ":")
	if !ok || !strings.Contains(address, "@") {
		return ""
	}
	return strings.ToLower(address)
}

// preview is the beginning of a text in one line.
func preview(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown])
	}
	return text
}

// nowOf is the time that the API goes by.
func (a *API) now() time.Time { return a.settings.Now() }
