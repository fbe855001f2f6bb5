package replay

import "testing"

// traces is the folder of the recorded scenarios.
const traces = "../../../wire/testdata/traces"

func loadAll(t testing.TB, prefixes ...string) []*Scenario {
	t.Helper()
	out, err := Load(traces, prefixes...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLoadReadsEveryScenario(t *testing.T) {
	want := map[string]int{"01-users": 929, "02-delivery": 748, "03-items": 261, "04-items-of-another-user": 261, "05-watch": 102, "06-send": 147}
	for _, sc := range loadAll(t, "01", "02", "03", "04", "05", "06") {
		if len(sc.Exchanges) != want[sc.Name] {
			t.Errorf("%s: %d exchanges, want %d", sc.Name, len(sc.Exchanges), want[sc.Name])
		}
		for i, ex := range sc.Exchanges {
			if ex.N != i+1 {
				t.Fatalf("%s: exchange %d has number %d", sc.Name, i+1, ex.N)
			}
		}
	}
	if len(loadAll(t)) != 10 {
		t.Error("not ten scenarios")
	}
}
