package main

import (
	"fmt"
	"io"
	"strings"

	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
	"zarafa/tuning/verify"
)

// verified is the outcome of verify, with what was predicted of the memory. Bytes.
type verified struct {
	*verify.Report
	Engine string    `json:"engine"`
	Memory predicted `json:"memory_of_the_tuned_settings"`
}

// predicted compares what the plan says of the memory with what was measured.
type predicted struct {
	Server   prediction `json:"server"`
	Database prediction `json:"database"` // all 0 for SQLite
}

type prediction struct {
	Planned   int64 `json:"planned"`   // with full caches
	Predicted int64 `json:"predicted"` // with caches as full as they were
	Measured  int64 `json:"measured"`
}

// memoryTolerance is how much more than predicted may be measured, in percent.
const memoryTolerance = 10

// exceeded reports whether more was measured than the plan allows.
func (p prediction) exceeded() bool { return p.Measured > p.Predicted+p.Predicted*memoryTolerance/100 }

func newVerified(p planned, r *verify.Report) verified {
	v := verified{Report: r, Engine: "SQLite"}
	var most int
	for _, t := range r.Tuned.Turns {
		most = max(most, t.Most)
	}
	m := r.Tuned.Memory
	v.Memory.Server = prediction{p.plan.Planned(rules.Server), p.plan.ExpectedServer(rules.Load{Users: most, Caches: m.Caches, Data: r.DataBytes}), m.Server}
	if p.plan.Version != nil {
		v.Engine = p.plan.Version.String()
		v.Memory.Database = prediction{p.plan.Planned(rules.DB), p.plan.ExpectedDatabase(m.Pool), m.Database}
	}
	return v
}

// Worse reports whether the plan has failed: it serves fewer users for sure, or takes more memory than it says.
func (v verified) Worse() bool {
	return v.Comparison.Outcome == verify.Fewer || v.Memory.Server.exceeded() || v.Memory.Database.exceeded()
}

// printVerified writes the outcome for people.
func printVerified(w io.Writer, v verified) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Users for whom %s holds, on %s, of profile %s, each working %s times as fast as a person\n\n", v.SLO, v.Engine, v.Profile, factor(v.Compress))
	for _, side := range []struct {
		name string
		verify.Side
	}{{"defaults", v.Defaults}, {"tuned", v.Tuned}} {
		turns := make([]string, len(side.Turns))
		for i, t := range side.Turns {
			turns[i] = fmt.Sprint(t.Passed)
			if t.Failed == 0 {
				turns[i] = "at least " + turns[i]
			}
		}
		fmt.Fprintf(&b, "  %-9s %5d users  %8.0f operations/s   turns: %s\n", side.name, side.Users, side.PerSecond, strings.Join(turns, ", "))
	}
	fmt.Fprintf(&b, "\n%s\n%s\n\n", v.sentence(), v.dataSentence())
	v.writeStarts(&b)
	fmt.Fprintf(&b, "  %-22s %12s %12s   %s\n", "memory, tuned settings", "predicted", "measured", "with full caches")
	writePrediction(&b, "server", v.Memory.Server)
	if v.Memory.Database.Planned > 0 {
		writePrediction(&b, "database", v.Memory.Database)
	}
	fmt.Fprintf(&b, "  %-22s %12s %12s\n", "for comparison: default", "", memoryOf(v.Defaults.Memory))
	b.WriteString(v.remarks())
	_, err := io.WriteString(w, b.String())
	return err
}

// writeStarts writes how it went when some users came to a server that was just started, and again.
func (v verified) writeStarts(b *strings.Builder) {
	database := v.Memory.Database.Planned > 0
	fmt.Fprintf(b, "  %-22s %12s %12s %16s", fmt.Sprintf("%d users come", v.Defaults.Cold.Users), "ready after", "then p99", "processor time")
	if database {
		fmt.Fprintf(b, " %12s", "pages read")
	}
	b.WriteString("\n")
	for _, line := range []struct {
		name string
		verify.Start
	}{{"cold, defaults", v.Defaults.Cold}, {"cold, tuned", v.Tuned.Cold}, {"again, defaults", v.Defaults.Warm}, {"again, tuned", v.Tuned.Warm}} {
		fmt.Fprintf(b, "  %-22s %10.1f s %9.0f ms %14.2f s", line.name, line.Ready, line.P99, line.Processors)
		if database {
			fmt.Fprintf(b, " %12d", line.Read)
		}
		b.WriteString("\n")
	}
	if database {
		b.WriteString("\n  pages of the database, for each operation\n")
		for _, side := range []struct {
			name  string
			pages verify.Pages
		}{{"defaults", v.Defaults.Pages}, {"tuned", v.Tuned.Pages}} {
			n := float64(max(side.pages.Operations, 1))
			fmt.Fprintf(b, "  %-22s %7.2f read %7.2f written\n", side.name, float64(side.pages.Read)/n, float64(side.pages.Written)/n)
		}
	}
	b.WriteString("\n")
}

// dataSentence says how large the data is against the caches that are compared, and so what the comparison can find.
func (v verified) dataSentence() string {
	data := "The mailboxes take " + facts.Size(v.DataBytes) + ". "
	if v.Memory.Database.Planned == 0 {
		return data + "The server's own defaults are computed from the machine's memory by the same rules, and SQLite has no settings: this comparison can find little."
	}
	small, large := v.Defaults.Memory.PoolSize, v.Tuned.Memory.PoolSize
	pools := fmt.Sprintf("the default buffer pool (%s)", facts.Size(small))
	switch {
	case v.DataBytes <= small:
		return data + "They fit into " + pools + ": this comparison can only find what settings other than the sizes of caches are worth. Give more --mailboxes or --messages."
	case v.DataBytes <= large:
		return data + fmt.Sprintf("They are larger than %s, and fit into the planned one (%s).", pools, facts.Size(large))
	}
	return data + fmt.Sprintf("They are larger than %s and the planned one (%s).", pools, facts.Size(large))
}

func memoryOf(m verify.Memory) string {
	text := facts.Size(m.Server)
	if m.Database > 0 {
		text += " + " + facts.Size(m.Database)
	}
	return text
}

func writePrediction(b *strings.Builder, name string, p prediction) {
	judgement := ""
	if p.exceeded() {
		judgement = "   more than predicted"
	}
	fmt.Fprintf(b, "  %-22s %12s %12s   %s%s\n", name, facts.Size(p.Predicted), facts.Size(p.Measured), facts.Size(p.Planned), judgement)
}

// sentence says what the comparison shows.
func (v verified) sentence() string {
	c := v.Comparison
	interval := fmt.Sprintf("%s, and with 95 %% certainty between %s and %s", signed(c.Ratio), signed(c.Low), signed(c.High))
	switch c.Outcome {
	case verify.More:
		return "The tuned settings serve more users: " + interval + "."
	case verify.Fewer:
		return "The tuned settings serve FEWER users: " + interval + ". Do not apply them; report this."
	case verify.Noise:
		return "No difference that this measurement can tell from chance: " + interval + ". A longer --budget narrows this."
	}
	return "The settings cannot be compared: " + c.Why + "."
}

// farRatio is from where on how much exactly does not matter.
const farRatio = 10

// signed writes a ratio as a difference.
func signed(ratio float64) string {
	switch {
	case ratio > farRatio:
		return fmt.Sprintf("more than %d times as many", farRatio)
	case ratio < 1.0/farRatio:
		return fmt.Sprintf("less than 1/%d", farRatio)
	}
	return fmt.Sprintf("%+.0f %%", (ratio-1)*100)
}

// quietMachine is how many processors other programs may keep busy without a word.
const quietMachine = 0.2

// remarks say how far the figures carry.
func (v verified) remarks() string {
	var b strings.Builder
	b.WriteString("\nServer, database and load generator have shared this machine, so a server alone serves more.\n")
	if late, trials := v.late(); late > 0 {
		fmt.Fprintf(&b, "In %d of %d trials the load generator was out of processor time too; they count as not met.\n", late, trials)
	}
	if v.OtherPrograms >= quietMachine {
		fmt.Fprintf(&b, "Other programs kept %.1f processors busy meanwhile, which blurs the figures; repeat this when the machine is quiet.\n", v.OtherPrograms)
	}
	return b.String()
}

// late counts the trials in which the generator was late.
func (v verified) late() (late, trials int) {
	for _, side := range []verify.Side{v.Defaults, v.Tuned} {
		for _, t := range side.Turns {
			late += t.Late
			trials += t.Trials
		}
	}
	return late, trials
}
