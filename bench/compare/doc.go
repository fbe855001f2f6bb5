// Package compare decides whether a build is slower than another one, from what package pairs has measured.
//
// # Times
//
// Of a round's turns on each side the fastest tenth counts (at least two): what other programs do to a turn can only make it slower, and on
// a shared machine it does so to most of them, while the fastest show what the code costs. Their logarithms are averaged, and the
// difference between the sides, log(new/old), is the round's one observation.
//
//   - Test: half of the rounds, drawn by lot, began with the new side. If the builds are equal, log(second/first) has the same distribution
//     in both halves, whatever being first or second is worth. The Mann–Whitney test compares the halves (Koch 1972 for trials in which
//     every patient gets both treatments).
//   - Size: the middle of the observations (mean without the outer quarters) with a bootstrap interval over rounds.
//
// A first run looks at all benchmarks and picks those that may have become slower. A second run, in new processes, measures these alone;
// only its data count for the verdict, with Holm's correction for their number. So the probability that a comparison of equal builds
// ends red is at most [Options].Alpha whatever the number of benchmarks, and less since the interval must lie above
// [Options].Threshold, too.
//
// # Counts
//
// SQL statements, bytes on the wire and allocations are compared as counts, see [Counts].
//
// The functions are pure: random numbers come from a seed.
package compare
