//go:build race

package attacks_test

import "testing"

// seldom is how many requests are made between two looks at the mailbox. Reading all of it after each one is most of the work, and with the race
// detector costs minutes; which request has changed something, the run without it says.
const seldom = 16

func TestAccess(t *testing.T) { tryAccess(t, seldom) }

func TestCompaniesApart(t *testing.T) { tryCompanies(t, seldom) }
