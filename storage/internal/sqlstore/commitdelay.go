package sqlstore

import "time"

// commitDelay guesses whether a batch will have more updates if it waits a little. A commit costs the same
// for one update as for several (pages of the log, a flush, pages of the tables), so that callers who come one by one
// pay for it each. Callers who were answered tend to come back soon: while a commit ran, those of its batch and those
// who queued up were busy, and that number is expected next.
//
// A batch waits at most for half of the time that the last commit took, and never for more than maxPatience; nobody
// waits where one caller works alone or after a pause, since then nobody is expected. PostgreSQL's commit_delay
// and commit_siblings and MySQL's binlog_group_commit_sync_delay do the same with times that an administrator sets.
//
// The goroutine of a shard owns it. The zero value expects nobody.
type commitDelay struct {
	began, ended time.Time
	batch, busy  int
}

// maxPatience bounds what commitDelay adds to the time of an update.
const maxPatience = time.Millisecond

// begin notes that a batch begins.
func (c *commitDelay) begin(now time.Time, batch int) { c.began, c.batch = now, batch }

// end notes that its callers have their answers, and how many others wait.
func (c *commitDelay) end(now time.Time, waiting int) { c.ended, c.busy = now, c.batch+waiting }

// expected tells how many updates to wait for and how long; one or none means not to wait.
func (c *commitDelay) expected(now time.Time) (updates int, patience time.Duration) {
	took := c.ended.Sub(c.began)
	if now.Sub(c.ended) > took {
		return 0, 0
	}
	return c.busy, min(took/2, maxPatience)
}
