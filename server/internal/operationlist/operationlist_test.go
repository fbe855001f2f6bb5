package operationlist_test

import (
	"bytes"
	"os"
	"testing"

	"zarafa/server/internal/operationlist"
)

const root = "../../.."

// TestEveryOperationIsAnswered: an operation that clients need has a method of a service.
func TestEveryOperationIsAnswered(t *testing.T) {
	list, err := operationlist.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Method == "" || e.Package == "" && !e.Optional() {
			t.Errorf("nobody answers %s", e.Name)
		}
		if e.Recorded > 0 && e.Optional() {
			t.Errorf("clients call %s", e.Name)
		}
		if e.Package != "" && e.Always == "" && len(e.Tests) == 0 && e.Recorded == 0 {
			t.Errorf("no test shows what %s does", e.Name)
		}
	}
}

func TestPageIsUpToDate(t *testing.T) {
	list, err := operationlist.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(operationlist.Page(root))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, operationlist.Markdown(list)) {
		t.Error("docs/operations.md is out of date; run go generate ./server/internal/operationlist")
	}
}
