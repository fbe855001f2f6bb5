package facts

import (
	"fmt"
	"slices"
	"strings"
)

// LayerKind says what a layer of the storage is.
type LayerKind string

// The kinds of layers.
const (
	KindFilesystem LayerKind = "file system"
	KindMapper     LayerKind = "device mapper"
	KindRAID       LayerKind = "RAID"
	KindCache      LayerKind = "cache"
	KindPool       LayerKind = "pool" // ZFS, btrfs over several devices
	KindPartition  LayerKind = "partition"
	KindLoop       LayerKind = "loop device"
	KindReplicated LayerKind = "replicated device" // DRBD
	KindDisk       LayerKind = "disk"
	KindNetwork    LayerKind = "network"
	KindMemory     LayerKind = "memory"
	KindUnknown    LayerKind = "unknown"
)

// Layer is one layer of the storage, with the layers it rests on.
type Layer struct {
	Kind LayerKind `json:"kind"`
	// Name is the device's or file system's own: md10, vg0-mysql, nvme0n1, ext4.
	Name       string      `json:"name"`
	Detail     string      `json:"detail,omitempty"`
	Source     string      `json:"source"`
	Confidence Confidence  `json:"confidence"`
	Filesystem *Filesystem `json:"filesystem,omitempty"`
	RAID       *RAID       `json:"raid,omitempty"`
	Disk       *Disk       `json:"disk,omitempty"`
	Below      []*Layer    `json:"below,omitempty"`
}

// Filesystem is a mounted file system.
type Filesystem struct {
	Type       string `json:"type"`
	MountPoint string `json:"mount_point"`
	Options    string `json:"options"`
	// FreeBytes is what a user may still write. Captured trees do not tell.
	FreeBytes Fact[int64] `json:"free_bytes"`
}

// RAID is an array, by software or by a controller.
type RAID struct {
	Level    Fact[string] `json:"level"` // raid0, raid1, raid5, raid10 …
	Members  Fact[int]    `json:"members"`
	Degraded Fact[int]    `json:"degraded"` // how many members are missing
	Action   Fact[string] `json:"action"`   // idle, resync, recover, check …
	Chunk    Fact[int64]  `json:"chunk_bytes"`
	// Controller is the driver or model of a hardware RAID, empty for software.
	Controller string `json:"controller,omitempty"`
	// WriteCache is a controller's: CacheThrough, CacheBack or CacheAlways.
	WriteCache Fact[string] `json:"write_cache"`
	// Battery is the state of what keeps the controller's cache alive: good, bad, none.
	Battery Fact[string] `json:"battery"`
}

// What a controller does with written data.
const (
	CacheThrough = "write through"
	CacheBack    = "write back"        // while the battery is good
	CacheAlways  = "write back always" // whatever the battery says
)

// Disk is a device that rests on nothing the kernel can see.
type Disk struct {
	Model      Fact[string] `json:"model"`
	Bytes      Fact[int64]  `json:"bytes"`
	Transport  string       `json:"transport"` // nvme, scsi, virtio, mmc …
	Rotational Fact[bool]   `json:"rotational"`
	RPM        Fact[int]    `json:"rpm"`
	Virtual    Fact[bool]   `json:"virtual"`
	WriteCache Fact[string] `json:"write_cache"` // write back or write through
	// PowerLoss is safe if no cache of the device loses what was flushed to it,
	// "flushed" if the kernel flushes a volatile cache, "unknown" otherwise.
	PowerLoss Fact[string] `json:"power_loss"`
}

// Storage is what lies below a directory.
type Storage struct {
	Directory string `json:"directory"` // as asked for
	Resolved  string `json:"resolved"`  // with symbolic links followed
	Stack     *Layer `json:"stack"`
	// Medium is what writes end on: rotating, ssd, nvme, flash card, virtual,
	// network, memory. Of several it is the slowest.
	Medium Fact[string] `json:"medium"`
	Disks  int          `json:"disks"`
}

// Walk calls f for a layer and all below it. A layer under several others, such as a
// disk with two partitions of an array, is visited once.
func (l *Layer) Walk(f func(*Layer)) {
	seen := make(map[*Layer]bool)
	var walk func(*Layer)
	walk = func(l *Layer) {
		if l == nil || seen[l] {
			return
		}
		seen[l] = true
		f(l)
		for _, b := range l.Below {
			walk(b)
		}
	}
	walk(l)
}

// Chain writes the storage in one line, the way people say it:
// /var/lib/mysql ← ext4 ← LVM vg0-mysql ← md10 (RAID 10) of 4 × NVMe disk.
func (s Storage) Chain() string {
	var b strings.Builder
	b.WriteString(s.Directory)
	l := s.Stack
	for l != nil {
		if l.Kind != KindPartition {
			b.WriteString(" ← " + l.Title())
		}
		if len(l.Below) > 1 {
			b.WriteString(" of " + group(l.Below))
			break
		}
		if len(l.Below) == 0 {
			break
		}
		l = l.Below[0]
	}
	return b.String()
}

// group counts layers that look alike: "4 × NVMe disk".
func group(layers []*Layer) string {
	var order []string
	count := make(map[string]int)
	for _, l := range layers {
		for l.Kind == KindPartition && len(l.Below) == 1 {
			l = l.Below[0]
		}
		title := l.Title()
		if l.Disk != nil {
			title = l.Disk.class()
		}
		if count[title] == 0 {
			order = append(order, title)
		}
		count[title]++
	}
	for i, title := range order {
		order[i] = fmt.Sprintf("%d × %s", count[title], title)
	}
	return strings.Join(order, " + ")
}

// Title names a layer for people.
func (l *Layer) Title() string {
	title := l.Name
	if l.Detail != "" {
		title = l.Detail + " " + l.Name
	}
	if l.RAID != nil {
		level := "of unknown level"
		if l.RAID.Level.Known() {
			level = strings.ToUpper(l.RAID.Level.Value)
		}
		title += " (" + level
		if l.RAID.Controller == "" {
			return title + ")"
		}
		if !l.RAID.Level.Known() {
			title = l.Name + " (RAID of unknown level"
		}
		return title + ", controller " + l.RAID.Controller + ")"
	}
	if l.Disk != nil {
		title += " (" + l.Disk.class() + ")"
	}
	return title
}

// class names the kind of a disk for people.
func (d *Disk) class() string {
	switch d.medium() {
	case MediumRotating:
		if d.RPM.Known() {
			return fmt.Sprintf("rotating disk, %d rpm", d.RPM.Value)
		}
		return "rotating disk"
	case MediumNVMe:
		return "NVMe disk"
	case MediumSSD:
		return "SSD"
	case MediumCard:
		return "flash card"
	case MediumVirtual:
		return "virtual disk"
	case MediumNetwork:
		return "network disk"
	case MediumMemory:
		return "memory"
	}
	return "disk of unknown kind"
}

// The media.
const (
	MediumRotating = "rotating"
	MediumSSD      = "ssd"
	MediumNVMe     = "nvme"
	MediumCard     = "flash card"
	MediumVirtual  = "virtual"
	MediumNetwork  = "network"
	MediumMemory   = "memory"
)

// slowest orders the media, the slowest first.
var slowest = [...]string{MediumCard, MediumRotating, MediumNetwork, MediumVirtual, MediumSSD, MediumNVMe, MediumMemory}

func (d *Disk) medium() string {
	switch {
	case d.Transport == "network":
		return MediumNetwork
	case d.Transport == "memory":
		return MediumMemory
	case d.Virtual.Known() && d.Virtual.Value:
		return MediumVirtual
	case d.Transport == "nvme":
		return MediumNVMe
	case d.Transport == "mmc":
		return MediumCard
	case !d.Rotational.Known():
		return ""
	case d.Rotational.Value:
		return MediumRotating
	}
	return MediumSSD
}

// summarise fills in what the stack says as a whole.
func (s *Storage) summarise() {
	var media []string
	var source string
	confidence := Certain
	s.Stack.Walk(func(l *Layer) {
		medium := ""
		switch {
		case l.Disk != nil:
			s.Disks++
			medium = l.Disk.medium()
			if !l.Disk.Rotational.Known() || l.Disk.Rotational.Confidence != Certain {
				confidence = Likely
			}
		case l.Kind == KindNetwork:
			medium = MediumNetwork
		case l.Kind == KindMemory:
			medium = MediumMemory
		default:
			return
		}
		media = append(media, medium)
		source = l.Source
	})
	if len(media) == 0 || slices.Contains(media, "") {
		s.Medium = unknown[string]("the device at the bottom is not known; give it with --medium")
		return
	}
	for _, medium := range slowest {
		if slices.Contains(media, medium) {
			s.Medium = Fact[string]{medium, source, confidence}
			return
		}
	}
}
