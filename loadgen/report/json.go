package report

import (
	"io"

	"github.com/bytedance/sonic"

	"zarafa/loadgen"
)

// JSON writes the outcome for programs; durations are in nanoseconds.
func JSON(w io.Writer, r *loadgen.Result) error {
	text, err := sonic.ConfigStd.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
