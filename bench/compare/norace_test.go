//go:build !race

package compare

// comparisons are simulated for each rate.
const comparisons = 200
