package report

import (
	"io"

	"github.com/bytedance/sonic"

	"zarafa/bench/gate"
)

// Kind marks a comparison in its JSON, so that it can be told from other files.
const Kind = "zbench-comparison"

// document is what is written.
type document struct {
	Kind string `json:"kind"`
	*gate.Report
}

// JSON writes a comparison for programs; durations are in nanoseconds.
func JSON(w io.Writer, r *gate.Report) error {
	text, err := sonic.ConfigStd.MarshalIndent(document{Kind, r}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// ReadJSON reads what JSON has written. ok is false if it is something else.
func ReadJSON(text []byte) (r *gate.Report, ok bool) {
	d := document{Report: new(gate.Report)}
	if err := sonic.ConfigStd.Unmarshal(text, &d); err != nil || d.Kind != Kind {
		return nil, false
	}
	return d.Report, true
}
