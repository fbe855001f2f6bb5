package queue

import "time"

// Schedule says when a mail is tried again, and when its sender is told. It depends on nothing but times, so that a message needs to
// remember little.
type Schedule struct {
	// Lifetime is how long a mail is tried, Notice after how long its sender is told that it is late.
	Lifetime, Notice time.Duration
}

// Step is what follows an attempt that some recipients did not get the mail by.
type Step struct {
	// Next is the time of the next attempt.
	Next time.Time
	// Expired says that there is none: the mail is given up.
	Expired bool
	// Notice says that it is time to tell the sender.
	Notice bool
}

// The pauses between attempts.
const (
	firstPause   = time.Minute
	longestPause = time.Hour
)

// After is what follows an attempt at now, of a mail that was first tried at first. told says that the sender knows that it is late; chance
// from 0 up to 1 spreads the attempts of many mails.
//
// The pauses are 1, 2, 4 … 60 minutes, an eighth more or less: each is as long as all before it and a minute.
func (s Schedule) After(first, now time.Time, told bool, chance float64) Step {
	end := first.Add(s.Lifetime)
	if !now.Before(end) {
		return Step{Expired: true}
	}
	late := first.Add(s.Notice)
	step := Step{Notice: !told && s.Notice < s.Lifetime && !now.Before(late)}
	pause := min(max(now.Sub(first), 0)+firstPause, longestPause)
	step.Next = now.Add(jittered(pause, chance))
	if !told && now.Before(late) && late.Before(step.Next) {
		step.Next = late
	}
	if end.Before(step.Next) {
		step.Next = end
	}
	return step
}

// jittered is a pause, an eighth more or less.
func jittered(pause time.Duration, chance float64) time.Duration {
	return pause - pause/8 + time.Duration(float64(pause/4)*chance)
}

// backoff is the pause after attempts that failed without a word about the mail.
func backoff(failures int) time.Duration {
	return min(firstPause<<min(failures, 10), longestPause)
}
