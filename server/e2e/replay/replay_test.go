package replay_test

import (
	"fmt"
	"os"
	"testing"

	"zarafa/server/internal/replay"
	"zarafa/server/servertest"
)

// TestReplay plays the recorded exchanges of real clients and compares every answer.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			instance := servertest.Start(t, engine, replay.RecordedSettings)
			exceptions, err := replay.LoadExceptions("../../internal/replay/exceptions.txt")
			if err != nil {
				t.Fatal(err)
			}
			result, err := replay.Run(t.Context(), replay.Config{
				UnixPath: instance.UnixPath, TCPAddr: instance.TCPAddr, Exceptions: exceptions,
			}, "../../../wire/testdata/traces", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10")
			if err != nil {
				t.Fatal(err)
			}
			result.Print(t.Output(), 400)
			appendReport(t, engine, result)
			if !result.OK() {
				t.Error("answers differ from the recorded ones; see above")
			}
		})
	}
}

// reportVariable names the environment variable with the file to which the counts of exchanges are written, for who runs all tests
// and sees no logs of those that pass.
const reportVariable = "ZARAFA_REPLAY_REPORT"

func appendReport(t *testing.T, engine string, result replay.Result) {
	t.Helper()
	name := os.Getenv(reportVariable)
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "recorded exchanges on %s:\n", engine)
	result.Print(f, 0)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
