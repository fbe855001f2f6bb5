package pacer

import (
	"math"

	"zarafa/profiles/users"
)

const hoursOfDay = 24

// day is how the rates change with the hours.
type day struct {
	weights [hoursOfDay]float64 // 1 on average
	start   float64             // time of day at the start, in hours
	hour    float64             // length of an hour of the day, in seconds
}

// newDay lays out the day of a profile, which compression makes pass faster.
func newDay(p *users.Profile, compress float64) *day {
	d := &day{start: p.StartHour, hour: 3600 / compress}
	sum := 0.0
	for _, weight := range p.Hours {
		sum += weight
	}
	for i := range d.weights {
		d.weights[i] = p.Hours[i] * hoursOfDay / sum
	}
	return d
}

// stretch tells how long it takes from a moment on until as much has happened as at average rates happens in gap. Both are in
// seconds.
func (d *day) stretch(at, gap float64) float64 {
	whole := math.Floor(gap / (hoursOfDay * d.hour)) // days, in each of which as much happens as at average rates
	took := whole * hoursOfDay * d.hour
	gap -= took
	now := math.Mod(d.start+at/d.hour, hoursOfDay)
	for range 2*hoursOfDay + 1 {
		hour := int(now)
		left := (float64(hour+1) - now) * d.hour
		weight := d.weights[hour%hoursOfDay]
		happens := weight * left
		if happens >= gap && weight > 0 {
			return took + gap/weight
		}
		gap -= happens
		took += left
		now = float64((hour + 1) % hoursOfDay)
	}
	return took // rounding has left a little over
}
