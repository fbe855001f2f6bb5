package rules

import (
	"fmt"
	"strconv"

	"zarafa/tuning/facts"
)

// array is what the storage says about its arrays.
type array struct {
	level    string // of the array that slows most, "" for none
	name     string
	degraded bool
	busy     string // resync and the like
	unknown  bool   // there is an array, its level is not known
	members  int
	lost     string // why written data can be lost
	layer    *facts.Layer
}

// arrays looks through the storage.
func (m machine) arrays() array {
	var a array
	m.facts.Storage.Stack.Walk(func(l *facts.Layer) {
		if l.Disk != nil && l.Disk.PowerLoss.Known() && l.Disk.PowerLoss.Value == "lost" {
			a.lost = l.Disk.PowerLoss.Source
		}
		if l.RAID == nil {
			return
		}
		if a.layer == nil || parity(l.RAID.Level.Value) {
			a.layer, a.name, a.level, a.members = l, l.Name, l.RAID.Level.Value, l.RAID.Members.Value
		}
		a.unknown = a.unknown || !l.RAID.Level.Known()
		a.degraded = a.degraded || l.RAID.Degraded.Known() && l.RAID.Degraded.Value > 0
		if action := l.RAID.Action; action.Known() && (action.Value == "resync" || action.Value == "recover" || action.Value == "reshape" || action.Value == "check") {
			a.busy = action.Value
		}
	})
	return a
}

// parity reports whether a level writes parity.
func parity(level string) bool {
	switch level {
	case "raid4", "raid5", "raid6", "raid50", "raid60":
		return true
	}
	return false
}

// ioCapacity is how many pages a second the database may write in the background.
func (m machine) ioCapacity() (capacity int, rule string) {
	if p := m.wishes.Probe; p != nil && p.WriteIOPS > 0 {
		return min(max(int(p.WriteIOPS*0.4)/10*10, 100), 5000), "two fifths of the measured random writes, between 100 and 5000"
	}
	spindles := 1
	switch a := m.arrays(); a.level {
	case "raid0":
		spindles = max(a.members, 1)
	case "raid10":
		spindles = max(a.members/2, 1)
	}
	switch m.medium {
	case facts.MediumRotating:
		return min(100*spindles, 1000), "100 for each rotating disk that is written independently"
	case facts.MediumCard:
		return 100, "100 for a flash card"
	case facts.MediumNVMe, facts.MediumMemory:
		return 2000, "2000 for NVMe"
	case facts.MediumSSD:
		return 1000, "1000 for an SSD"
	}
	return 200, "200, the vendors' careful default, as nothing tells how fast the storage is; ztune probe measures it"
}

// storageSettings plans what depends on the data's storage.
func (m machine) storageSettings() []Setting {
	capacity, rule := m.ioCapacity()
	medium := m.medium
	if medium == "" {
		medium = "unknown"
	}
	inputs := []string{"storage " + m.facts.Storage.Chain(), "medium " + medium + " (" + m.facts.Storage.Medium.Source + ")"}
	if p := m.wishes.Probe; p != nil {
		inputs = append(inputs, fmt.Sprintf("probe of %s: %.0f random writes a second", p.When, p.WriteIOPS))
	}
	neighbors := "0"
	if medium == facts.MediumRotating {
		neighbors = "1"
	}
	threads := 4
	if medium == facts.MediumNVMe && m.processors() >= 8 {
		threads = 8
	}
	all := []Setting{
		{Target: OptionFile, Key: "innodb_io_capacity", Value: strconv.Itoa(capacity), Rule: rule, Facts: inputs, Source: "vendor's manual: as low as practical, about 100 for disks up to 7200 rpm"},
		{Target: OptionFile, Key: "innodb_io_capacity_max", Value: strconv.Itoa(2 * capacity), Rule: "twice innodb_io_capacity", Facts: inputs, Source: "vendor's manual"},
		{Target: OptionFile, Key: "innodb_flush_neighbors", Value: neighbors, Rule: "1 for rotating disks, 0 for all others", Facts: inputs, Source: "vendor's manual: only a disk that turns gains by writing neighbours"},
		{Target: OptionFile, Key: "innodb_read_io_threads", Value: strconv.Itoa(threads), Rule: "4; 8 with NVMe and 8 processors", Facts: append(inputs, m.processorsFact()), Source: "vendor's manual"},
		{Target: OptionFile, Key: "innodb_write_io_threads", Value: strconv.Itoa(threads), Rule: "4; 8 with NVMe and 8 processors", Facts: append(inputs, m.processorsFact()), Source: "vendor's manual"},
	}
	return append(all, m.flushMethod()...)
}

// flushMethod keeps the operating system from holding the same pages a second time,
// where the file system can do without that.
func (m machine) flushMethod() []Setting {
	kind := ""
	if fs := m.facts.Storage.Stack; fs != nil && fs.Filesystem != nil {
		kind = fs.Filesystem.Type
	}
	input := []string{"file system " + kind}
	switch kind {
	case "zfs", "tmpfs", "ramfs", "overlay", "fuse", "9p", "vboxsf", "":
		return []Setting{
			{Target: OptionFile, Key: "innodb_flush_method", Value: "fsync", Rule: "fsync where the file system may refuse direct access", Facts: input, Source: "vendor's manual: not all file systems support O_DIRECT"},
			{Target: OptionFile, Key: "innodb_data_file_buffering", Value: "ON", Rule: "buffered where the file system may refuse direct access", Facts: input, Source: "vendor's manual; takes the place of innodb_flush_method"},
		}
	}
	return []Setting{
		{Target: OptionFile, Key: "innodb_flush_method", Value: "O_DIRECT", Rule: "direct access", Facts: input, Source: "vendor's manual: it keeps pages from being held twice, in the pool and by the system"},
		{Target: OptionFile, Key: "innodb_data_file_buffering", Value: "OFF", Rule: "direct access", Facts: input, Source: "vendor's manual; takes the place of innodb_flush_method"},
	}
}
