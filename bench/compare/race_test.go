//go:build race

package compare

// comparisons are fewer where they take ten times as long.
const comparisons = 60
