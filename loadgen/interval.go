package loadgen

import "time"

// shortInterval is how many times shorter than the others the last interval must be to be left out.
const shortInterval = 4

// report collects the intervals until stop is closed.
func (r *run) report(start time.Time, stop <-chan struct{}) (list []Interval) {
	tick := time.NewTicker(r.options.Interval)
	defer tick.Stop()
	last := start
	for open := true; open; {
		select {
		case <-tick.C:
		case <-stop:
			open = false
		}
		now := time.Now()
		if !open && len(list) > 0 && now.Sub(last) < r.options.Interval/shortInterval {
			break // a rate over so short a time says nothing
		}
		i := r.interval(now.Sub(start), now.Sub(last))
		last = now
		list = append(list, i)
		if r.options.OnInterval != nil {
			r.options.OnInterval(i)
		}
		if r.options.Decide != nil && r.options.Decide(r.latencies.Slow()) {
			r.endEarly()
		}
	}
	return list
}

func (r *run) interval(at, length time.Duration) Interval {
	i := Interval{At: at, Users: int(r.loggedOn.Load())}
	i.Latency, i.Errors = r.latencies.Interval()
	i.PerSecond = float64(i.Latency.Count) / max(length.Seconds(), time.Microsecond.Seconds())
	if r.options.Usage != nil {
		i.Usage = r.options.Usage()
	}
	return i
}
