package monitor

import "time"

// Level is how much too large a store is.
type Level byte

// The levels, from the one that costs nothing to the one at which no mail arrives any more.
const (
	Fine Level = iota
	Warning
	Soft
	Hard
)

// String is the level as metrics and the log name it.
func (l Level) String() string { return [...]string{"fine", "warning", "soft", "hard"}[l] }

// Usage is the size of a store and the limits that hold for it, in bytes. A limit of 0 is none.
type Usage struct {
	Size, Warn, Soft, Hard int64
}

// Level is the highest level whose limit is exceeded; a store that is exactly as large as a limit is within it.
func (u Usage) Level() Level {
	exceeds := func(limit int64) bool { return limit > 0 && u.Size > limit }
	switch {
	case exceeds(u.Hard):
		return Hard
	case exceeds(u.Soft):
		return Soft
	case exceeds(u.Warn):
		return Warning
	}
	return Fine
}

// slack is how much earlier than the interval says the next mail may go out, so that a pass which begins a moment before its
// predecessor did is not one pass too early.
const slack = 2 * time.Minute

// Due is the level of the mail that has to be sent about a store now, Fine for none. last is when the last one was sent, of
// whatever level, the zero time for never. A last mail that lies further in the future than the interval is the work of a clock that was wrong, and does not count.
func Due(u Usage, last, now time.Time, interval time.Duration) Level {
	if !last.IsZero() && now.Before(last.Add(interval-slack)) && !last.After(now.Add(interval)) {
		return Fine
	}
	return u.Level()
}
