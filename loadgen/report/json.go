package report

import (
	"io"

	"github.com/bytedance/sonic"
)

// JSON writes the outcome of a run or of a search for programs; durations are in nanoseconds.
func JSON(w io.Writer, r any) error {
	text, err := sonic.ConfigStd.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
