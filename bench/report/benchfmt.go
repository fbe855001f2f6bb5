package report

import (
	"io"

	"golang.org/x/perf/benchfmt"

	"zarafa/bench/compare"
	"zarafa/bench/machine"
	"zarafa/bench/pairs"
)

// Bench writes the measurements of one side in Go's benchmark format, a line for each benchmark and round, so that benchstat can
// compare two files. The times of a line are those of a round's fastest turns, as package compare takes them.
func Bench(w io.Writer, m machine.Machine, revision string, list []pairs.Series, side pairs.Side) error {
	out := benchfmt.NewWriter(w)
	var res benchfmt.Result
	for _, line := range append(m.Lines(), [2]string{"pkg", "zarafa/bench/suite"}, [2]string{"revision", revision}) {
		res.SetConfig(line[0], line[1])
	}
	for i := range res.Config {
		res.Config[i].File = true
	}
	for _, s := range list {
		res.Name = benchfmt.Name(s.Name)
		for i := range s.Rounds {
			res.Iters = s.N
			res.Values = values(&s, i, side)
			if err := out.Write(&res); err != nil {
				return err
			}
		}
	}
	return nil
}

func values(s *pairs.Series, round int, side pairs.Side) []benchfmt.Value {
	r, n := &s.Rounds[round], float64(s.N)
	exact := r.Counted[side]
	list := []benchfmt.Value{
		{Value: compare.Typical(r.Turns[side], compare.Wall) / 1e9, Unit: "sec/op"},
		{Value: compare.Typical(r.Turns[side], compare.CPU), Unit: "cpu-ns/op"},
		{Value: float64(exact.AllocBytes) / n, Unit: "B/op"},
		{Value: float64(exact.Allocs) / n, Unit: "allocs/op"},
	}
	list[0].OrigValue, list[0].OrigUnit = list[0].Value*1e9, "ns/op"
	if exact.Server != nil {
		list = append(list, benchfmt.Value{Value: float64(exact.Server.Statements) / n, Unit: "statements/op"},
			benchfmt.Value{Value: float64(exact.Server.WireBytes) / n, Unit: "wire-B/op"})
	}
	return list
}
