//go:build !race

package attacks_test

import "testing"

// TestAccess and TestCompaniesApart look at the whole mailbox after each request.

func TestAccess(t *testing.T) { tryAccess(t, 1) }

func TestCompaniesApart(t *testing.T) { tryCompanies(t, 1) }
