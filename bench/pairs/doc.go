// Package pairs runs the same benchmarks of two builds side by side, so that whatever the machine does meanwhile happens to both.
//
// A round starts a worker of each build on its own copy of the same database. Both live at the same time and take turns, a few
// milliseconds each, in the order ABBA or BAAB; the other one sleeps meanwhile. Which build leads is drawn by lot, in
// half of the rounds each; so is the order of the benchmarks. Everything that stays the same as long as a process lives (where its memory lies, the
// seeds of its maps) differs from round to round, so a round is one observation and its turns are not.
//
// One goroutine uses a Run. The package refuses to judge: package compare does that.
package pairs
