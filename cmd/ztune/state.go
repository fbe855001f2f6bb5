package main

import (
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

// recall fills in what an earlier apply or probe knew.
func (s *session) recall(*facts.Tree, *rules.Wishes) error { return nil }
