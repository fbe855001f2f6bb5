package imapwire

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// format writes a command in one way of all that mean the same. Literals are not waited for.
func format(c command, isUTF8 bool) string {
	f := formatter{isUTF8: isUTF8}
	f.e = NewEncoder(bufio.NewWriter(&f.b))
	f.e.SetUTF8(isUTF8)
	f.e.Raw(c.tag).SP().Raw(c.name)
	f.args(c.args)
	f.e.CRLF()
	if err := f.e.Flush(); err != nil {
		panic(err)
	}
	return f.b.String()
}

// formatter writes the arguments of commands, each with the blank before it.
type formatter struct {
	b      strings.Builder
	e      *Encoder
	isUTF8 bool
}

// A word has no blank of its own where one would be too many.
func (f *formatter) raw(format string, args ...any) { f.e.Raw(fmt.Sprintf(format, args...)) }

// text writes a string. A literal is one that nobody waits for.
func (f *formatter) text(s string) {
	if quotable(s, f.isUTF8) {
		f.e.SP().AString(s)
	} else {
		f.raw(" {%d+}\r\n%s", len(s), s)
	}
}

func (f *formatter) mailbox(s string) { f.text(EncodeMailbox(s, f.isUTF8)) }

func (f *formatter) args(args any) {
	switch a := args.(type) {
	case nil:
	case pair:
		f.pair(a)
	case string:
		f.mailbox(a)
	case quotaRoot:
		f.text(string(a))
	case login:
		f.text(a.user)
		f.text(a.password)
	case NumSet:
		f.e.SP().Set(a)
	case FetchArgs:
		f.fetch(a)
	case StoreArgs:
		f.store(a)
	case SearchArgs:
		f.searchReturn(a.Return)
		if a.Charset != "" {
			f.raw(" CHARSET")
			f.text(a.Charset)
		}
		f.key(a.Key, true)
	case SortArgs:
		f.sort(a)
	case ThreadArgs:
		f.searchReturn(a.Return)
		f.raw(" %s", a.Algorithm)
		f.text(a.Charset)
		f.key(a.Key, true)
	case SelectArgs:
		f.selectArgs(a)
	case ListArgs:
		f.list(a)
	case StatusArgs:
		f.mailbox(a.Mailbox)
		f.raw(" (%s)", joined(a.Items))
	case CreateArgs:
		f.mailbox(a.Mailbox)
		if a.Use != nil {
			f.raw(" (USE (%s))", strings.Join(a.Use, " "))
		}
	default:
		f.session(a)
	}
}

func (f *formatter) session(args any) {
	switch a := args.(type) {
	case authenticate:
		f.raw(" %s", a.mechanism)
		if a.hasInitial && len(a.initial) == 0 {
			f.raw(" =")
		} else if a.hasInitial {
			f.raw(" %s", base64.StdEncoding.EncodeToString(a.initial))
		}
	case []string:
		f.raw(" %s", strings.Join(a, " "))
	case []IDField:
		f.id(a)
	case SetQuotaArgs:
		f.text(a.Root)
		var limits []string
		for _, l := range a.Limits {
			limits = append(limits, fmt.Sprintf("%s %d", l.Resource, l.Limit))
		}
		f.raw(" (%s)", strings.Join(limits, " "))
	case aclArgs:
		f.mailbox(a.Mailbox)
		f.text(a.Identifier)
		if a.withRights {
			f.text(map[StoreMode]string{StoreReplace: "", StoreAdd: "+", StoreRemove: "-"}[a.Mode] + a.Rights)
		}
	default:
		panic(fmt.Sprintf("%T", args))
	}
}

func (f *formatter) pair(p pair) {
	if set, ok := p.first.(NumSet); ok {
		f.e.SP().Set(set)
		f.mailbox(p.second.(string))
		return
	}
	f.mailbox(p.first.(string))
	messages, ok := p.second.([]appended)
	if !ok {
		f.mailbox(p.second.(string))
		return
	}
	for _, m := range messages {
		if m.Flags != nil {
			f.raw(" (%s)", strings.Join(m.Flags, " "))
		}
		if !m.Date.IsZero() {
			f.e.SP().DateTime(m.Date)
		}
		tilde := map[bool]string{true: "~"}[m.Binary]
		if m.UTF8 {
			f.raw(" UTF8 (%s{%d+}\r\n%s)", tilde, m.Size, m.content)
		} else {
			f.raw(" %s{%d+}\r\n%s", tilde, m.Size, m.content)
		}
	}
}

func (f *formatter) id(fields []IDField) {
	if fields == nil {
		f.raw(" NIL")
		return
	}
	f.raw(" ")
	open := "("
	for _, field := range fields {
		f.raw("%s", open)
		f.string(field.Name)
		f.raw(" ")
		if field.HasValue {
			f.string(field.Value)
		} else {
			f.raw("NIL")
		}
		open = " "
	}
	f.raw("%s)", strings.TrimSpace(open))
}

// string writes a string that is never an atom.
func (f *formatter) string(s string) {
	if quotable(s, true) {
		f.raw("%s", appendQuoted(nil, s))
	} else {
		f.raw("{%d+}\r\n%s", len(s), s)
	}
}

func (f *formatter) fetch(a FetchArgs) {
	f.e.SP().Set(a.Set)
	open := " ("
	for _, item := range a.Items {
		name := string(item.AppendName(nil))
		if item.Peek && item.Kind != FetchBinarySize {
			name = strings.Replace(name, "[", ".PEEK[", 1)
		}
		if item.Partial {
			name = fmt.Sprintf("%s.%d>", strings.TrimSuffix(name, ">"), item.Count)
		}
		if item.Lazy {
			name += " (LAZY)"
		}
		f.raw("%s%s", open, name)
		open = " "
	}
	f.raw(")")
	var modifiers []string
	if a.HasChangedSince {
		modifiers = append(modifiers, fmt.Sprint("CHANGEDSINCE ", a.ChangedSince))
	}
	if a.Vanished {
		modifiers = append(modifiers, "VANISHED")
	}
	if a.Partial {
		modifiers = append(modifiers, fmt.Sprintf("PARTIAL %d:%d", a.First, a.Last))
	}
	if modifiers != nil {
		f.raw(" (%s)", strings.Join(modifiers, " "))
	}
}

func (f *formatter) store(a StoreArgs) {
	f.e.SP().Set(a.Set)
	if a.HasUnchangedSince {
		f.raw(" (UNCHANGEDSINCE %d)", a.UnchangedSince)
	}
	f.raw(" %sFLAGS%s (%s)", [...]string{"", "+", "-"}[a.Mode], map[bool]string{true: ".SILENT"}[a.Silent], strings.Join(a.Flags, " "))
}

func (f *formatter) searchReturn(r *SearchReturn) {
	if r == nil {
		return
	}
	var options []string
	for name, on := range map[string]bool{"MIN": r.Min, "MAX": r.Max, "ALL": r.All, "COUNT": r.Count, "SAVE": r.Save} {
		if on {
			options = append(options, name)
		}
	}
	if r.Partial {
		options = append(options, fmt.Sprintf("PARTIAL %d:%d", r.First, r.Last))
	}
	f.raw(" RETURN (%s)", sorted(options))
}

func (f *formatter) sort(a SortArgs) {
	f.searchReturn(a.Return)
	names := [...]string{"ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO", "DISPLAYFROM", "DISPLAYTO"}
	var criteria []string
	for _, c := range a.Criteria {
		criteria = append(criteria, map[bool]string{true: "REVERSE "}[c.Reverse]+names[c.Key])
	}
	f.raw(" (%s)", strings.Join(criteria, " "))
	f.text(a.Charset)
	f.key(a.Key, true)
}

func (f *formatter) selectArgs(a SelectArgs) {
	f.mailbox(a.Mailbox)
	var params []string
	if a.CondStore {
		params = append(params, "CONDSTORE")
	}
	if q := a.QResync; q != nil {
		s := fmt.Sprintf("QRESYNC (%d %d", q.UIDValidity, q.ModSeq)
		if !q.Known.Empty() {
			s += " " + q.Known.String()
		}
		if !q.MatchSeq.Empty() {
			s += fmt.Sprintf(" (%s %s)", q.MatchSeq, q.MatchUID)
		}
		params = append(params, s+")")
	}
	if params != nil {
		f.raw(" (%s)", strings.Join(params, " "))
	}
}

func (f *formatter) list(a ListArgs) {
	if a.Extended {
		f.raw(" (%s)", options(map[string]bool{
			"SUBSCRIBED": a.Subscribed, "REMOTE": a.Remote, "RECURSIVEMATCH": a.RecursiveMatch, "SPECIAL-USE": a.SpecialUse,
		}))
	}
	f.mailbox(a.Reference)
	if a.Extended {
		f.raw(" (")
	}
	for i, p := range a.Patterns {
		p = EncodeMailbox(p, f.isUTF8)
		if i > 0 || !a.Extended {
			f.raw(" ")
		}
		if allOf(p, listChars) {
			f.raw("%s", p)
		} else {
			f.string(p)
		}
	}
	if !a.Extended {
		return
	}
	r := a.Return
	returned := options(map[string]bool{"SUBSCRIBED": r.Subscribed, "CHILDREN": r.Children, "SPECIAL-USE": r.SpecialUse, "MYRIGHTS": r.MyRights})
	if r.Status != nil {
		returned = strings.TrimSpace(returned + " STATUS (" + joined(r.Status) + ")")
	}
	f.raw(") RETURN (%s)", returned)
}

// keyNames are the names of keys with a text or a date.
var keyNames = map[SearchOp]string{
	SearchSubject: "SUBJECT", SearchFrom: "FROM", SearchTo: "TO", SearchCc: "CC", SearchBcc: "BCC", SearchBody: "BODY", SearchText: "TEXT",
	SearchBefore: "BEFORE", SearchOn: "ON", SearchSince: "SINCE", SearchSentBefore: "SENTBEFORE", SearchSentOn: "SENTON", SearchSentSince: "SENTSINCE",
	SearchSavedBefore: "SAVEDBEFORE", SearchSavedOn: "SAVEDON", SearchSavedSince: "SAVEDSINCE", SearchEmailID: "EMAILID", SearchThreadID: "THREADID",
	SearchLarger: "LARGER", SearchSmaller: "SMALLER", SearchYounger: "YOUNGER", SearchOlder: "OLDER",
}

// key writes a key with the blank before it; top says that several may stand there without parentheses.
func (f *formatter) key(k SearchKey, top bool) {
	switch k.Op {
	case SearchAll:
		f.raw(" ALL")
	case SearchNew:
		f.raw(" NEW")
	case SearchSaveDateSupported:
		f.raw(" SAVEDATESUPPORTED")
	case SearchAnd:
		f.and(k, top)
	case SearchOr:
		f.raw(" OR")
		f.key(k.Keys[0], false)
		f.key(k.Keys[1], false)
	case SearchNot:
		f.raw(" NOT")
		f.key(k.Keys[0], false)
	case SearchSeq:
		f.raw(" %s", k.Set)
	case SearchUID:
		f.raw(" UID %s", k.Set)
	case SearchFlag:
		f.raw(" %sKEYWORD %s", map[bool]string{true: "UN"}[k.Not], k.Text)
	case SearchHeader:
		f.raw(" HEADER")
		f.text(k.Field)
		f.text(k.Text)
	case SearchModSeq:
		f.raw(" MODSEQ ")
		if k.Field != "" {
			f.raw("%s ALL ", appendQuoted(nil, k.Field))
		}
		f.raw("%d", k.Number)
	case SearchLarger, SearchSmaller, SearchYounger, SearchOlder:
		f.raw(" %s %d", keyNames[k.Op], k.Number)
	default:
		f.raw(" %s", keyNames[k.Op])
		if _, isDate := dateKey([]byte(keyNames[k.Op])); isDate {
			f.raw(" %s", k.Date.Format("2-Jan-2006"))
		} else {
			f.text(k.Text)
		}
	}
}

func (f *formatter) and(k SearchKey, top bool) {
	if !top {
		f.raw(" (")
		inner := formatter{isUTF8: f.isUTF8}
		inner.e = NewEncoder(bufio.NewWriter(&inner.b))
		inner.and(k, true)
		_ = inner.e.Flush()
		f.raw("%s)", strings.TrimPrefix(inner.b.String(), " "))
		return
	}
	for _, key := range k.Keys {
		f.key(key, false)
	}
}

func options(on map[string]bool) string {
	var names []string
	for name, is := range on {
		if is {
			names = append(names, name)
		}
	}
	return sorted(names)
}

func sorted(names []string) string {
	slices.Sort(names)
	return strings.Join(names, " ")
}

func joined(items []StatusItem) string {
	var names []string
	for _, i := range items {
		names = append(names, i.String())
	}
	return strings.Join(names, " ")
}
