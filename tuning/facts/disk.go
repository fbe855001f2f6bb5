package facts

import (
	"encoding/binary"
	"path"
	"strings"
)

// disk reads a device that rests on no other.
func (r *stacker) disk(l *Layer, name, dir string) {
	t := r.tree
	l.Kind = KindDisk
	d := &Disk{Transport: transport(name, dir)}
	l.Disk = d
	d.Model = t.diskModel(dir)
	d.Bytes = unknown[int64](dir + "/size cannot be read")
	if sectors, ok := t.number(dir + "/size"); ok {
		d.Bytes = certain(sectors*512, dir+"/size")
	}
	switch d.Transport {
	case "network":
		l.Kind = KindNetwork
	case "memory":
		l.Kind = KindMemory
	}
	d.Virtual = t.virtual(name, dir, d.Model.Value)
	r.rotation(d, dir)
	r.controller(l, name, dir)
	d.WriteCache, d.PowerLoss = t.writeCache(d, l.RAID, dir)
}

// transport tells how a device is attached, by its name and its place in /sys.
func transport(name, dir string) string {
	hasPrefix := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
		return false
	}
	switch {
	case hasPrefix("nvme"):
		if strings.Contains(dir, "/nvme-fabrics/") {
			return "network"
		}
		return "nvme"
	case hasPrefix("mmcblk"):
		return "mmc"
	case hasPrefix("rbd", "nbd", "etherd"):
		return "network"
	case hasPrefix("ram", "zram"):
		return "memory"
	case hasPrefix("pmem"):
		return "pmem"
	case hasPrefix("vd"):
		return "virtio"
	case hasPrefix("xvd"):
		return "xen"
	case hasPrefix("dasd"):
		return "dasd"
	case strings.Contains(dir, "/session"): // .../host3/session1/target3:0:0
		return "network" // iSCSI
	case strings.Contains(dir, "/usb"):
		return "usb"
	case strings.Contains(dir, "/ata"):
		return "sata"
	case hasPrefix("sd", "cciss", "ida"):
		return "scsi"
	}
	return "unknown"
}

func (t *Tree) diskModel(dir string) Fact[string] {
	var words []string
	for _, file := range []string{"vendor", "model"} {
		if text, err := t.Read(path.Join(dir, "device", file)); err == nil && text != "" && !strings.HasPrefix(text, "0x") && text != "ATA" {
			words = append(words, strings.Join(strings.Fields(text), " "))
		}
	}
	if len(words) == 0 {
		return unknown[string](dir + "/device/model is not there")
	}
	return certain(strings.Join(words, " "), dir+"/device/model")
}

// virtualModels are the names that hypervisors and clouds give their disks.
var virtualModels = [...]string{
	"qemu", "vmware", "virtual disk", "vbox", "virtual hd", "msft", "amazon elastic block store", "amazon ec2",
	"google persistentdisk", "nvme_card-pd", "msft nvme accelerator", "xen", "bhyve", "parallels", "digitalocean", "alibaba cloud",
}

// virtual tells whether a hypervisor stands between the kernel and the real device.
func (t *Tree) virtual(name, dir, model string) Fact[bool] {
	lower := strings.ToLower(model)
	for _, v := range virtualModels {
		if strings.Contains(lower, v) {
			return certain(true, dir+"/device/model")
		}
	}
	if strings.HasPrefix(name, "vd") || strings.HasPrefix(name, "xvd") || strings.Contains(dir, "/virtio") {
		return certain(true, "the driver of "+name)
	}
	return assumed(false, "no hypervisor's name in the model")
}

// rotation reads whether and how fast a disk turns. The page of the SCSI standard is
// better than the kernel's flag, which is 1 where nobody told it otherwise.
func (r *stacker) rotation(d *Disk, dir string) {
	page := dir + "/device/vpd_pgb1"
	if b, err := r.tree.readBytes(page); err == nil && len(b) >= 6 && b[1] == 0xb1 {
		switch rpm := int(binary.BigEndian.Uint16(b[4:])); {
		case rpm == 1:
			d.Rotational, d.RPM = certain(false, page), unknown[int]("the disk does not turn")
			return
		case rpm >= 0x401 && rpm < 0xffff:
			d.Rotational, d.RPM = certain(true, page), certain(rpm, page)
			return
		}
	}
	d.RPM = unknown[int]("the device does not tell; smartctl -i may")
	flag, ok := r.tree.number(dir + "/queue/rotational")
	source := dir + "/queue/rotational"
	switch {
	case !ok:
		d.Rotational = unknown[bool](source + " is not there")
	case flag == 0:
		d.Rotational = certain(false, source)
	case d.Virtual.Value, d.Transport == "usb", d.Transport == "network":
		d.Rotational = unknown[bool](source + " is 1, which means nothing here")
	default:
		d.Rotational = likely(true, source)
	}
	if !d.Rotational.Value || !d.Rotational.Known() || d.Transport != "sata" && d.Transport != "scsi" {
		return
	}
	if out, err := r.tree.Tool(r.ctx, "smartctl", "-i", "/dev/"+path.Base(dir)); err == nil {
		if rpm, ok := smartRPM(out); ok {
			d.RPM = certain(rpm, "smartctl -i")
		}
	}
}

// smartRPM finds a line such as "Rotation Rate: 7200 rpm".
func smartRPM(out string) (int, bool) {
	for line := range strings.Lines(out) {
		value, ok := strings.CutPrefix(line, "Rotation Rate:")
		if !ok {
			continue
		}
		n := 0
		for _, c := range strings.TrimSpace(value) {
			if c < '0' || c > '9' || n > 100_000 {
				break
			}
			n = n*10 + int(c-'0')
		}
		return n, n > 0
	}
	return 0, false
}

// writeCache tells what happens to written data when the power fails. Whether a flush
// is honest, only a probe or a pulled plug shows.
func (t *Tree) writeCache(d *Disk, raid *RAID, dir string) (mode, powerLoss Fact[string]) {
	file := dir + "/queue/write_cache"
	text, err := t.Read(file)
	if err != nil {
		return unknown[string](file + " is not there"), unknown[string]("the kind of write cache is not known")
	}
	mode = certain(text, file)
	switch {
	case raid != nil && raid.WriteCache.Known() && raid.WriteCache.Value == CacheThrough:
		return mode, certain("safe", "the controller writes through")
	case raid != nil && raid.Battery.Known() && raid.Battery.Value == "good":
		return mode, certain("safe", raid.Battery.Source)
	case raid != nil && raid.Battery.Known() && raid.WriteCache.Value == CacheAlways:
		return mode, certain("lost", "the controller's cache has no working battery ("+raid.Battery.Source+")")
	case raid != nil && raid.Battery.Known() && raid.WriteCache.Value == CacheBack:
		return mode, likely("safe", "the controller writes through while its battery is not good ("+raid.Battery.Source+")")
	case raid != nil:
		return mode, unknown[string]("only the controller's tool knows its cache and battery")
	case d.Virtual.Value || d.Transport == "network":
		return mode, unknown[string]("the host's cache cannot be seen from here")
	case text == "write through":
		return mode, likely("safe", file)
	case text == "write back":
		return mode, likely("flushed", file)
	}
	return mode, unknown[string](file)
}
