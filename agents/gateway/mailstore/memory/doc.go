// Package memory is a mail store in memory, for tests of the protocols: the contract of package mailstore in the plainest way.
//
// One lock guards all of it, and every change is seen by everybody at once. It has users with mailboxes of their own and public
// mailboxes with rights; nothing is ever saved.
package memory
