package rules

import (
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
)

func subjectHas(word string) *mapi.Restriction {
	v := mapi.String(mapi.PrSubject, word)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: mapi.PrSubject, Value: &v}
}

func always() *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrMessageClass}
}

func equals(v mapi.PropValue) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v}
}

func sub(kind mapi.PropTag, r *mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResSub, Tag: kind, Sub: []*mapi.Restriction{r}}
}

func rule(sequence uint32, condition *mapi.Restriction, actions ...mapi.Action) Rule {
	return Rule{ID: uint64(sequence), Sequence: sequence, State: StateEnabled, Condition: condition, Actions: actions}
}

func moveTo(folder string) mapi.Action {
	return mapi.Action{Type: mapi.ActMove, Store: []byte("store"), Folder: []byte(folder)}
}

func invoice() *mapi.Message {
	return &mapi.Message{
		Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "Invoice 17"),
			mapi.Binary(mapi.PrSenderSearchKey, []byte("SMTP:CAROL@EXAMPLE.COM\x00")),
		},
		Named: []mapi.NamedValue{{
			Name:  mapi.PropName{Set: mapi.PsInternetHeaders, Name: "x-spam"},
			Value: mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "yes"),
		}},
		Recipients: []mapi.Props{{
			mapi.Long(mapi.PrRecipientType, 1), mapi.String(mapi.PrDisplayName, "Alice"),
			mapi.Binary(mapi.PrSearchKey, []byte("ZARAFA:ALICE\x00")),
		}},
		Attachments: []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "invoice.pdf")}, Content: mapi.Bytes("12345")}},
	}
}

// Conditions see the message as it came and what a server would compute.
func TestConditions(t *testing.T) {
	header := mapi.MakeTag(0x8503, mapi.PtUnicode)
	yes := mapi.String(header, "yes")
	options := Options{
		Names: map[uint16]mapi.PropName{0x8503: {Set: mapi.PsInternetHeaders, Name: "x-spam"}},
		Alike: func(key []byte) []byte {
			if strings.HasPrefix(string(key), "ZARAFA:ALICE") {
				return []byte("SMTP:ALICE@EXAMPLE.COM\x00")
			}
			return key
		},
	}
	fileName := mapi.String(mapi.PrAttachLongFilename, "invoice.pdf")
	for name, test := range map[string]struct {
		condition *mapi.Restriction
		matches   bool
	}{
		"none":                       {nil, false},
		"subject":                    {subjectHas("INVOICE"), true},
		"another subject":            {subjectHas("offer"), false},
		"not":                        {&mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{subjectHas("offer")}}, true},
		"a comment around it":        {&mapi.Restriction{Type: mapi.ResComment, Sub: []*mapi.Restriction{subjectHas("invoice")}}, true},
		"has an attachment":          {equals(mapi.Bool(mapi.PrHasAttach, true)), true},
		"display to":                 {equals(mapi.String(mapi.PrDisplayTo, "Alice")), true},
		"size":                       {&mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelGT, Tag: mapi.PrMessageSize, Value: ptr(mapi.Long(mapi.PrMessageSize, 50))}, true},
		"sender":                     {equals(mapi.Binary(mapi.PrSenderSearchKey, []byte("SMTP:CAROL@EXAMPLE.COM\x00"))), true},
		"recipient by another name":  {sub(mapi.PrMessageRecipients, equals(mapi.Binary(mapi.PrSearchKey, []byte("SMTP:ALICE@EXAMPLE.COM\x00")))), true},
		"recipient by the same name": {sub(mapi.PrMessageRecipients, equals(mapi.Binary(mapi.PrSearchKey, []byte("ZARAFA:ALICE\x00")))), true},
		"another recipient":          {sub(mapi.PrMessageRecipients, equals(mapi.Binary(mapi.PrSearchKey, []byte("ZARAFA:BOB\x00")))), false},
		"attachment":                 {sub(mapi.PrMessageAttachments, equals(fileName)), true},
		"header":                     {equals(yes), true},
	} {
		plan := Evaluate([]Rule{rule(1, test.condition, moveTo("f"))}, invoice(), options)
		if matched := len(plan.Copies) == 1; matched != test.matches || plan.Keep == test.matches || plan.Failures != nil {
			t.Errorf("%s: %+v", name, plan)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// Rules run by their sequence until one that ends it; those that are off or for absence only do not take part.
func TestOrderAndStates(t *testing.T) {
	last := rule(3, always(), moveTo("last"))
	ends := rule(2, always(), moveTo("ends"))
	ends.State |= StateExitLevel
	off := rule(1, always(), moveTo("off"))
	off.State = 0
	broken := rule(1, always(), moveTo("broken"))
	broken.State |= StateError
	oof := rule(1, always(), moveTo("oof"))
	oof.State |= StateOnlyWhenOOF
	list := []Rule{last, ends, off, broken, oof}
	for away, want := range map[bool][]string{false: {"ends"}, true: {"oof", "ends"}} {
		var got []string
		for _, c := range Evaluate(list, invoice(), Options{Away: away}).Copies {
			got = append(got, string(c.Folder))
		}
		if !slices.Equal(got, want) {
			t.Errorf("away %v: %v, want %v", away, got, want)
		}
	}
	if list[0].Sequence != 3 {
		t.Error("the caller's list was sorted")
	}
}

// Each action is told to the caller as data.
func TestActions(t *testing.T) {
	recipients := [][]mapi.PropValue{{mapi.String(mapi.PrEmailAddress, "x@example.com")}}
	list := []Rule{
		rule(1, always(), mapi.Action{Type: mapi.ActCopy, Folder: []byte("c")}, mapi.Action{Type: mapi.ActMarkAsRead}),
		rule(2, always(), mapi.Action{Type: mapi.ActTag, Prop: ptr(mapi.Long(mapi.PrImportance, 2))}),
		rule(3, always(), mapi.Action{Type: mapi.ActForward, Flavor: ForwardPreserveSender, Recipients: recipients},
			mapi.Action{Type: mapi.ActDelegate, Recipients: recipients}),
		rule(4, always(), mapi.Action{Type: mapi.ActReply, Message: []byte("t")}, mapi.Action{Type: mapi.ActOOFReply, Message: []byte("o")}),
		rule(5, always(), mapi.Action{Type: mapi.ActDefer, Data: []byte("unknown")}, mapi.Action{Type: mapi.ActDelete}),
	}
	plan := Evaluate(list, invoice(), Options{})
	if !plan.Keep || !plan.Read || plan.Changes.Uint32(mapi.PrImportance) != 2 || len(plan.Copies) != 1 {
		t.Errorf("%+v", plan)
	}
	if len(plan.Forwards) != 2 || plan.Forwards[0].Delegate || !plan.Forwards[1].Delegate || len(plan.Replies) != 2 || !plan.Replies[1].OOF {
		t.Errorf("%+v", plan)
	}
	if len(plan.LeftAlone) != 1 || plan.LeftAlone[0].Sequence != 5 {
		t.Errorf("left alone: %+v", plan.LeftAlone)
	}
	bounced := Evaluate([]Rule{rule(1, always(), mapi.Action{Type: mapi.ActBounce, Code: 38})}, invoice(), Options{})
	if bounced.Keep || bounced.Bounce == nil || bounced.Bounce.Code != 38 {
		t.Errorf("%+v", bounced)
	}
}

// A rule that cannot be carried out does nothing at all, is named, and takes none of the others with it.
func TestBrokenRules(t *testing.T) {
	deep := always()
	for range 20 {
		deep = &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{deep}}
	}
	broken := []Rule{
		rule(1, deep, moveTo("a")),
		rule(1, &mapi.Restriction{Type: mapi.ResContent}, moveTo("a")),
		rule(1, always(), moveTo("a"), mapi.Action{Type: mapi.ActMove}),
		rule(1, always(), moveTo("a"), mapi.Action{Type: mapi.ActForward}),
		rule(1, always(), moveTo("a"), mapi.Action{Type: mapi.ActReply}),
		rule(1, always(), moveTo("a"), mapi.Action{Type: mapi.ActTag}),
		rule(1, always(), moveTo("a"), mapi.Action{Type: 99}),
	}
	for i, r := range broken {
		plan := Evaluate([]Rule{r, rule(2, always(), moveTo("good"))}, invoice(), Options{})
		if len(plan.Failures) != 1 || plan.Failures[0].Rule.Sequence != 1 {
			t.Errorf("%d: failures %+v", i, plan.Failures)
		}
		if len(plan.Copies) != 1 || string(plan.Copies[0].Folder) != "good" {
			t.Errorf("%d: copies %+v", i, plan.Copies)
		}
	}
}

func TestNamedIDs(t *testing.T) {
	a, b := mapi.MakeTag(0x8510, mapi.PtUnicode), mapi.MakeTag(0x8511, mapi.PtLong)
	list := []Rule{
		rule(1, &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{equals(mapi.String(a, "x")), equals(mapi.String(a, "y")), always()}},
			mapi.Action{Type: mapi.ActTag, Prop: ptr(mapi.Long(b, 1))}),
		rule(2, nil),
	}
	if got, want := NamedIDs(list), []uint16{0x8510, 0x8511}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// A row that was written is read as the same rule.
func TestRows(t *testing.T) {
	r := rule(7, subjectHas("x"), moveTo("f"))
	r.Name, r.Provider, r.ProviderData, r.Level, r.UserFlags = "Invoices", "RuleOrganizer", []byte{1, 2}, 3, 4
	got := FromRow(r.Row())
	if got.ID != 7 || got.Sequence != 7 || got.State != StateEnabled || got.Name != r.Name || got.Provider != r.Provider ||
		string(got.ProviderData) != string(r.ProviderData) || got.Level != 3 || got.UserFlags != 4 ||
		got.Condition != r.Condition || len(got.Actions) != 1 {
		t.Errorf("%+v", got)
	}
}
