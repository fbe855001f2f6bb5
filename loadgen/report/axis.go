package report

import (
	"fmt"
	"math"
	"strconv"
)

// axis is a scale with its marks.
type axis struct {
	low, high   float64 // values at its ends
	logarithmic bool
	marks       []float64
	text        func(float64) string // writes a mark
}

// place is where a value lies on the axis, from 0 to 1.
func (a axis) place(v float64) float64 {
	if a.logarithmic {
		return (math.Log(max(v, a.low)) - math.Log(a.low)) / (math.Log(a.high) - math.Log(a.low))
	}
	return (v - a.low) / (a.high - a.low)
}

// roomyMarks is how many marks have room on narrow screens.
const roomyMarks = 6

// class is the class of a mark's text. If there are many, every second one is odd, and not shown on narrow screens.
func (a axis) class(name string, mark int) string {
	if mark%2 == 1 && len(a.marks) > roomyMarks {
		return name + " odd"
	}
	return name
}

// usable reports whether a value can be drawn.
func usable(v float64) bool { return v > 0 && !math.IsInf(v, 0) && !math.IsNaN(v) }

// linear is an axis from 0 to at least high, with up to n round marks above 0.
func linear(high float64, n int) axis {
	if !usable(high) {
		high = 1
	}
	step := roundUp(high/float64(n), 1, 2, 2.5, 5)
	a := axis{high: step * math.Ceil(high/step-1e-9), text: number}
	for i := 0; float64(i)*step <= a.high*(1+1e-9); i++ {
		a.marks = append(a.marks, float64(i)*step)
	}
	return a
}

// roundUp is the least number that is not below v and is one of the steps with a power of ten.
func roundUp(v float64, steps ...float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range steps {
		if v <= step*power*(1+1e-9) {
			return step * power
		}
	}
	return 10 * power
}

// decades is from how many powers of ten on a logarithmic axis has marks at these alone.
const decades = 2.5

// logarithmic is an axis from a round number at or below low to one at or above high.
func logarithmic(low, high float64) axis {
	if !usable(high) {
		high = 1
	}
	if !usable(low) || low > high {
		low = high
	}
	steps := []float64{1, 2, 5}
	if math.Log10(high/low) > decades {
		steps = steps[:1]
	}
	a := axis{logarithmic: true, high: roundUp(high, steps...), text: number}
	a.low = 1 / roundUp(1/low, steps...) // 1, 2 and 5 are the steps of reciprocal numbers too
	if a.low >= a.high {
		a.low = a.high / 10
	}
	for power := math.Floor(math.Log10(a.low)); power <= math.Ceil(math.Log10(a.high)); power++ {
		for _, step := range steps {
			if v := step * math.Pow(10, power); v >= a.low*(1-1e-9) && v <= a.high*(1+1e-9) {
				a.marks = append(a.marks, v)
			}
		}
	}
	return a
}

// Lengths of time, in seconds.
const (
	minute = 60
	hour   = 60 * minute
)

// timeSteps are distances between marks of time, in seconds.
var timeSteps = [...]float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 6 * hour, 12 * hour, 24 * hour}

// overTime is an axis from 0 to last with up to n marks above 0; it ends where the data end.
func overTime(last float64, n int) axis {
	if !usable(last) {
		last = 1
	}
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if last/s <= float64(n) {
			step = s
			break
		}
	}
	for last/step > float64(n) { // weeks
		step *= 2
	}
	a := axis{high: last, text: clock}
	for i := 0; float64(i)*step <= last*(1+1e-9); i++ {
		a.marks = append(a.marks, float64(i)*step)
	}
	return a
}

// number writes a mark as short as it is exact.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// figure writes a value with three digits or all before the point.
func figure(v float64) string {
	digits := 2
	if v > 0 {
		digits = min(max(2-int(math.Floor(math.Log10(v))), 0), 6)
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// clock writes a mark of time, in the largest unit that is whole.
func clock(seconds float64) string {
	whole := int(math.Round(seconds))
	switch {
	case whole == 0 || math.Abs(seconds-float64(whole)) > 1e-6 || whole%minute != 0:
		if whole > minute {
			return fmt.Sprintf("%d:%02d min", whole/minute, whole%minute)
		}
		return number(seconds) + " s"
	case whole%hour != 0 && whole > hour:
		return fmt.Sprintf("%d:%02d h", whole/hour, whole%hour/minute)
	case whole%hour != 0:
		return fmt.Sprintf("%d min", whole/minute)
	}
	return fmt.Sprintf("%d h", whole/hour)
}
