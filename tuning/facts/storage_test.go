package facts

import (
	"strconv"
	"testing"

	"zarafa/profiles/hardware"
)

// described gives the facts of a storage by the names that the archives use.
func described(s Storage) map[string]string {
	got := map[string]string{"chain": s.Chain(), "medium": s.Medium.Value, "disks": strconv.Itoa(s.Disks), "raid": "none"}
	s.Stack.Walk(func(l *Layer) {
		if l.Disk != nil {
			got["power"] = l.Disk.PowerLoss.Value
			got["rpm"] = strconv.Itoa(l.Disk.RPM.Value)
		}
		if l.RAID == nil {
			return
		}
		got["raid"] = l.RAID.Level.Value
		if !l.RAID.Level.Known() {
			got["raid"] = "unknown"
		}
		got["members"] = strconv.Itoa(l.RAID.Members.Value)
		got["degraded"] = strconv.Itoa(l.RAID.Degraded.Value)
		got["action"] = l.RAID.Action.Value
		got["controller"] = l.RAID.Controller
	})
	return got
}

func TestStorageOfMachines(t *testing.T) {
	machines, err := hardware.Storage()
	if err != nil {
		t.Fatal(err)
	}
	if len(machines) < 25 {
		t.Fatalf("%d machines, want at least 25", len(machines))
	}
	for _, hw := range machines {
		t.Run(hw.Name, func(t *testing.T) {
			m, err := Inspect(t.Context(), unpack(t, hw), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := described(m.Storage)
			for name, want := range hw.Want {
				if got[name] != want {
					t.Errorf("%s: %s is %q, want %q\n%s", hw.What, name, got[name], want, m.Storage.Chain())
				}
			}
			if hw.Made == "" {
				t.Error("the archive does not say where its files come from")
			}
		})
	}
}
