// Package gate carries a comparison of two revisions out, from their names to the verdict: build, fill, a first run of everything, a
// second one of what looks slower.
//
// It owns the order and the time budget; how is measured and judged is the business of packages pairs and compare. One goroutine uses a
// Comparison. It refuses to say "not slower" when there was time for too few rounds to have found anything.
package gate
