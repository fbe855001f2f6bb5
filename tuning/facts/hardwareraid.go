package facts

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

// raidDrivers are the drivers of RAID controllers by the name in proc_name, with what
// people call them.
var raidDrivers = map[string]string{
	"megaraid_sas": "MegaRAID/PERC", "megaraid": "MegaRAID", "hpsa": "HP Smart Array", "cciss": "HP Smart Array",
	"smartpqi": "Microchip/HPE Smart Array", "aacraid": "Adaptec", "mpt2sas": "LSI SAS", "mpt3sas": "LSI SAS", "mptsas": "LSI SAS",
	"arcmsr": "Areca", "3w-9xxx": "3ware", "3w-sas": "3ware", "ips": "IBM ServeRAID", "mpi3mr": "Broadcom MPI3",
}

var hostPattern = regexp.MustCompile(`^host\d+$`)
var addressPattern = regexp.MustCompile(`^\d+:(\d+):(\d+):\d+$`)

// controller recognises a logical drive of a RAID controller. Its level is in a file
// of the driver, or known to the vendor's tool alone; otherwise it stays unknown.
func (r *stacker) controller(l *Layer, name, dir string) {
	t := r.tree
	device, err := t.Resolve(dir + "/device")
	if err != nil {
		return
	}
	driver, channel, target := t.scsiHost(dir, device)
	model, isController := raidDrivers[driver]
	if strings.HasPrefix(name, "cciss") {
		model, isController, driver = "HP Smart Array", true, "cciss"
	}
	if !isController {
		return
	}
	raid := &RAID{
		Controller: driver, Level: unknown[string]("only the controller's tool (" + model + ") knows it"),
		Members: unknown[int]("the controller's tool knows it"), Degraded: unknown[int]("the controller's tool knows it"),
		Action: unknown[string]("the controller's tool knows it"), WriteCache: unknown[string]("the controller's tool knows it"),
		Battery: unknown[string]("the controller's tool knows it"),
	}
	for _, file := range []string{device + "/raid_level", "/sys/class/raid_devices/" + path.Base(device) + "/level"} {
		text, err := t.Read(file)
		if err != nil {
			continue
		}
		if text == "N/A" {
			return // a disk that the controller passes through
		}
		if level, ok := raidLevel(text); ok {
			raid.Level = certain(level, file)
		}
	}
	switch driver {
	case "megaraid_sas", "megaraid":
		// Logical drives are on the channels from 2 on; below are plain disks.
		if channel == "0" || channel == "1" {
			return
		}
		r.storcli(raid, target)
	case "hpsa", "smartpqi", "cciss":
		r.ssacli(raid)
	case "aacraid":
		r.arcconf(raid)
	case "mpt2sas", "mpt3sas", "mptsas":
		if !raid.Level.Known() {
			return // mostly a plain host adapter
		}
	}
	l.RAID, l.Kind = raid, KindRAID
	if l.Disk.Rotational.Confidence == Likely && l.Disk.Rotational.Value {
		l.Disk.Rotational = unknown[bool](l.Disk.Rotational.Source + " is 1, which behind a RAID controller says nothing")
	}
}

// scsiHost returns the driver of the host that a device hangs on, and its channel and
// target there.
func (t *Tree) scsiHost(dir, device string) (driver, channel, target string) {
	for _, p := range []string{device, dir} {
		for part := range strings.SplitSeq(p, "/") {
			if m := addressPattern.FindStringSubmatch(part); m != nil {
				channel, target = m[1], m[2]
			}
			if hostPattern.MatchString(part) && driver == "" {
				driver, _ = t.Read("/sys/class/scsi_host/" + part + "/proc_name") // "" is no driver
			}
		}
	}
	if driver == "" { // copied without links: the number of the host is in the address
		if host, _, ok := strings.Cut(path.Base(device), ":"); ok {
			driver, _ = t.Read("/sys/class/scsi_host/host" + host + "/proc_name")
		}
	}
	return driver, channel, target
}

// storcli asks the tool of Broadcom's controllers, or Dell's edition of it.
func (r *stacker) storcli(raid *RAID, target string) {
	for _, tool := range []string{"storcli64", "storcli", "perccli64", "perccli"} {
		out, err := r.tree.Tool(r.ctx, tool, "/call/vall", "show", "J")
		if err != nil {
			continue
		}
		var answer struct {
			Controllers []struct {
				Data struct {
					Drives []struct {
						ID    string `json:"DG/VD"`
						Type  string `json:"TYPE"`
						State string `json:"State"`
						Cache string `json:"Cache"`
					} `json:"Virtual Drives"`
				} `json:"Response Data"`
			}
		}
		if json.Unmarshal([]byte(out), &answer) != nil {
			continue
		}
		for _, c := range answer.Controllers {
			for _, v := range c.Data.Drives {
				_, id, _ := strings.Cut(v.ID, "/")
				if id != target && len(c.Data.Drives) > 1 {
					continue
				}
				if level, ok := raidLevel(v.Type); ok {
					raid.Level = certain(level, tool)
				}
				raid.Action = certain(v.State, tool)
				raid.setCache(v.Cache, tool)
			}
		}
		r.storcliBattery(raid, tool)
		return
	}
}

// setCache reads the abbreviations of storcli.
func (raid *RAID) setCache(abbreviations, source string) {
	switch {
	case strings.Contains(abbreviations, "WT"):
		raid.WriteCache = certain(CacheThrough, source)
	case strings.Contains(abbreviations, "AWB"):
		raid.WriteCache = certain(CacheAlways, source)
	case strings.Contains(abbreviations, "WB"):
		raid.WriteCache = certain(CacheBack, source)
	}
}

func (r *stacker) storcliBattery(raid *RAID, tool string) {
	for _, what := range []string{"cv", "bbu"} {
		out, err := r.tree.Tool(r.ctx, tool, "/call/"+what, "show", "J")
		if err != nil {
			continue
		}
		switch {
		case strings.Contains(out, `"Optimal"`), strings.Contains(out, `"Opt"`):
			raid.Battery = certain("good", tool+" /call/"+what)
			return
		case strings.Contains(out, `"Failed"`), strings.Contains(out, `"Degraded"`), strings.Contains(out, "Replace"):
			raid.Battery = certain("bad", tool+" /call/"+what)
			return
		}
	}
}

var (
	ssacliLevel = regexp.MustCompile(`(?m)^\s*Fault Tolerance: *(?:RAID *)?([0-9+A-Z() ]+?)\s*$`)
	batteryLine = regexp.MustCompile(`(?m)^\s*(?:Battery/Capacitor Status|Status\s*of ZMM|Controller Battery Status|Status)\s*: *(.*?)\s*$`)
	cacheLine   = regexp.MustCompile(`(?m)^\s*(?:Drive Write Cache|Write-cache (?:mode|status)|Write Cache Status|Caching)\s*: *(.*?)\s*$`)
	ssaBattery  = regexp.MustCompile(`(?m)^\s*Battery/Capacitor Status: *(\S+)`)
	arcLevel    = regexp.MustCompile(`(?m)^\s*RAID level\s*: *(\S+)`)
)

// ssacli asks the tool of HPE's controllers.
func (r *stacker) ssacli(raid *RAID) {
	for _, tool := range []string{"ssacli", "hpssacli", "hpacucli"} {
		out, err := r.tree.Tool(r.ctx, tool, "ctrl", "all", "show", "config", "detail")
		if err != nil {
			continue
		}
		if levels := ssacliLevel.FindAllStringSubmatch(out, -1); len(levels) == 1 && !raid.Level.Known() {
			if level, ok := raidLevel(levels[0][1]); ok {
				raid.Level = certain(level, tool)
			}
		}
		if m := ssaBattery.FindStringSubmatch(out); m != nil {
			raid.Battery = certain(batteryState(m[1]), tool)
		}
		return
	}
}

// arcconf asks the tool of Adaptec's controllers.
func (r *stacker) arcconf(raid *RAID) {
	out, err := r.tree.Tool(r.ctx, "arcconf", "GETCONFIG", "1")
	if err != nil {
		return
	}
	if levels := arcLevel.FindAllStringSubmatch(out, -1); len(levels) == 1 {
		if level, ok := raidLevel(levels[0][1]); ok {
			raid.Level = certain(level, "arcconf")
		}
	}
	if m := cacheLine.FindStringSubmatch(out); m != nil {
		mode := CacheThrough
		if lower := strings.ToLower(m[1]); strings.Contains(lower, "zmm") || strings.Contains(lower, "battery") {
			mode = CacheBack
		} else if strings.Contains(lower, "back") {
			mode = CacheAlways
		}
		raid.WriteCache = certain(mode, "arcconf")
	}
	if _, battery, ok := strings.Cut(out, "Controller Battery Information"); ok {
		if m := batteryLine.FindStringSubmatch(battery); m != nil {
			raid.Battery = certain(batteryState(m[1]), "arcconf")
		}
	}
}

func batteryState(text string) string {
	switch strings.ToLower(text) {
	case "ok", "optimal", "charged", "ready", "good":
		return "good"
	case "not installed", "none", "missing":
		return "none"
	}
	return "bad"
}
