package rules

import (
	"cmp"
	"slices"

	"zarafa/mapi"
)

// State of a rule (MS-OXORULE 2.2.1.3.1.3).
const (
	StateEnabled     uint32 = 0x01
	StateError       uint32 = 0x02 // switched off after a failure
	StateOnlyWhenOOF uint32 = 0x04
	StateKeepOOFHist uint32 = 0x08
	StateExitLevel   uint32 = 0x10
	StateSkipIfSCL   uint32 = 0x20
	StateParseError  uint32 = 0x40
)

// Flavors of ActForward (MS-OXORULE 2.2.5.1.1).
const (
	ForwardPreserveSender uint32 = 1 // a redirection: From stays
	ForwardDoNotMunge     uint32 = 2 // the text stays as it is
	ForwardAsAttachment   uint32 = 4
)

// Rule is one row of a rules table.
type Rule struct {
	ID           uint64
	Sequence     uint32 // rules run in ascending order
	State        uint32
	UserFlags    uint32
	Level        uint32
	Name         string
	Provider     string
	ProviderData []byte
	Condition    *mapi.Restriction
	Actions      []mapi.Action
}

// FromRow reads a row of a rules table. Nothing of the row is copied.
func FromRow(row mapi.Props) Rule {
	id, _ := row.Get(mapi.PrRuleID)
	r := Rule{
		ID: id.Num, Sequence: row.Uint32(mapi.PrRuleSequence), State: row.Uint32(mapi.PrRuleState),
		UserFlags: row.Uint32(mapi.PrRuleUserFlags), Level: row.Uint32(mapi.PrRuleLevel),
		Name: row.Str(mapi.PrRuleName), Provider: row.Str(mapi.PrRuleProvider), ProviderData: row.Bytes(mapi.PrRuleProviderData),
	}
	if v, ok := row.Get(mapi.PrRuleCondition); ok && v.More != nil {
		r.Condition = v.More.Restriction
	}
	if v, ok := row.Get(mapi.PrRuleActions); ok && v.More != nil {
		r.Actions = v.More.Actions
	}
	return r
}

// Row is the row of a rules table that FromRow reads as the same rule.
func (r *Rule) Row() mapi.Props {
	row := mapi.Props{
		{Tag: mapi.PrRuleID, Num: r.ID},
		mapi.Long(mapi.PrRuleSequence, r.Sequence), mapi.Long(mapi.PrRuleState, r.State),
	}
	if r.Condition != nil {
		row = append(row, mapi.PropValue{Tag: mapi.PrRuleCondition, More: &mapi.More{Restriction: r.Condition}})
	}
	row = append(row, mapi.PropValue{Tag: mapi.PrRuleActions, More: &mapi.More{Actions: r.Actions}},
		mapi.Long(mapi.PrRuleUserFlags, r.UserFlags), mapi.String(mapi.PrRuleProvider, r.Provider),
		mapi.String(mapi.PrRuleName, r.Name), mapi.Long(mapi.PrRuleLevel, r.Level))
	if r.ProviderData != nil {
		row = append(row, mapi.Binary(mapi.PrRuleProviderData, r.ProviderData))
	}
	return row
}

// Sort puts rules in the order in which they run.
func Sort(list []Rule) {
	slices.SortStableFunc(list, func(a, b Rule) int { return cmp.Compare(a.Sequence, b.Sequence) })
}

// runs reports whether a rule takes part, for a user who is away or not.
func (r *Rule) runs(away bool) bool {
	return r.State&StateEnabled != 0 && r.State&(StateError|StateParseError) == 0 && (r.State&StateOnlyWhenOOF == 0 || away)
}
