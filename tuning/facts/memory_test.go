package facts

import (
	"strconv"
	"testing"

	"zarafa/profiles/hardware"
)

// unpack writes a machine's tree and opens it.
func unpack(t *testing.T, m hardware.Machine) *Tree {
	t.Helper()
	dir := t.TempDir()
	if err := m.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestMemoryOfMachines(t *testing.T) {
	machines, err := hardware.Memory()
	if err != nil {
		t.Fatal(err)
	}
	if len(machines) < 60 {
		t.Fatalf("%d machines, want at least 60", len(machines))
	}
	for _, hw := range machines {
		t.Run(hw.Name, func(t *testing.T) {
			m, err := Inspect(t.Context(), unpack(t, hw), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{
				"usable":   strconv.FormatInt(m.Memory.Usable.Value, 10),
				"server":   strconv.FormatInt(m.Memory.Server.Usable.Value, 10),
				"database": strconv.FormatInt(m.Memory.Database.Usable.Value, 10),
				"bits":     strconv.Itoa(m.Memory.Bits.Value),
			}
			for name, want := range hw.Want {
				if got[name] != want {
					t.Errorf("%s: %s is %s, want %s\nserver %+v\ndatabase %+v", hw.What, name, got[name], want, m.Memory.Server, m.Memory.Database)
				}
			}
			if hw.Made == "" {
				t.Error("the archive does not say where its files come from")
			}
		})
	}
}
