// Package rules reads the rules that users have set for incoming mail and says what they ask for (MS-OXORULE; Outlook's own
// part of a rule: PR_RULE_ACTIONS, OP_DEFER_ACTION).
//
// It owns three things: what a row of the rules table means ([FromRow]), which rules match a message ([Evaluate]), and the
// layout of Outlook's client-side rules ([ParseClientSide]). What comes out is a [Plan], plain data: moving, copying, sending and
// storing is up to the caller. Conditions are evaluated as tables evaluate restrictions (mapi/restrict).
//
// Functions keep no state and may be called from any goroutine. The package does no I/O.
//
// It refuses what it does not understand as a whole: a rule with a malformed condition or action becomes a [Failure] of that
// rule, and a client-side rule with one unknown element is left alone. A rule that fails never takes another one with it, and
// never keeps a message from being delivered.
package rules
