package rules

import (
	"fmt"
	"strings"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/mycnf"
)

// advice says what settings cannot do, the most urgent first.
func (m machine) advice(p Plan) []Advice {
	all := []Advice{}
	add := func(id, source, because, format string, args ...any) {
		all = append(all, Advice{ID: id, Text: fmt.Sprintf(format, args...), Because: because, Source: source})
	}
	m.safety(add)
	m.arraysAdvice(add)
	m.memoryAdvice(p, add)
	m.machineAdvice(add)
	m.databaseAdvice(add)
	return all
}

type adder func(id, source, because, format string, args ...any)

// safety is about data that a power failure would take.
func (m machine) safety(add adder) {
	a := m.arrays()
	if a.lost != "" {
		add("write-cache", quoteController, a.lost, "The controller answers writes from a cache that a power failure empties. Switch it to write through, or replace its battery.")
	} else if a.layer != nil && a.layer.RAID.Controller != "" && !a.layer.RAID.Battery.Known() {
		add("write-cache", quoteController, a.layer.RAID.Battery.Source, "Whether the controller's write cache survives a power failure is not known. Install its tool and run ztune again, or make sure that it writes through or has a good battery.")
	}
	if a.lost == "" && a.layer != nil && a.layer.RAID.Battery.Known() && a.layer.RAID.Battery.Value != "good" {
		add("battery", quoteController, a.layer.RAID.Battery.Source+": "+a.layer.RAID.Battery.Value, "The controller's battery does not work, so it should write through, which is slow. Replace the battery to have its cache back.")
	}
	if probe := m.wishes.Probe; probe != nil && probe.Lies != "" {
		add("lying-cache", quoteController, "probe: "+probe.Lies, "The storage says that data is on the disk before it can be. Switch off the volatile cache, or make sure that the power cannot fail.")
	}
	if m.medium == facts.MediumMemory {
		add("memory-storage", "kernel: tmpfs is gone after a restart", m.facts.Storage.Chain(), "The data directory is in memory, and everything in it is lost at a restart. Move it to a disk.")
	}
}

func (m machine) arraysAdvice(add adder) {
	a := m.arrays()
	switch {
	case parity(a.level):
		add("raid5", quoteRAID, a.name+" is "+strings.ToUpper(a.level), "Every small write costs this array several reads and writes for its parity. If you have the choice, use RAID 10.")
	case a.unknown:
		add("raid-unknown", quoteRAID, a.layer.RAID.Level.Source, "The level of the array %s cannot be seen. If it is RAID 5 or 6, RAID 10 would be faster; install the controller's tool to know.", a.name)
	}
	if a.degraded {
		add("raid-degraded", "kernel: md/degraded", a.name+" lacks a member", "The array has lost a disk. Replace it before anything else; until then it is slow and one failure from losing data.")
	}
	if a.busy != "" {
		add("raid-busy", "kernel: md/sync_action", a.name+": "+a.busy, "The array is at work (%s). Wait for its end before measuring anything.", a.busy)
	}
	if m.medium == facts.MediumRotating {
		rpm := 0
		m.facts.Storage.Stack.Walk(func(l *facts.Layer) {
			if l.Disk != nil && l.Disk.RPM.Known() {
				rpm = l.Disk.RPM.Value
			}
		})
		because := "the data is on rotating disks"
		if rpm > 0 {
			because = fmt.Sprintf("the data is on disks of %d rpm", rpm)
		}
		add("rotating", quoteRPM, because, "Put the database on SSDs, or on disks of 10,000 rpm or more.")
	}
	if m.medium == facts.MediumCard {
		add("flash-card", quoteRPM, "the data is on a flash card", "A flash card is slow at flushing and wears out. Put the database on a disk.")
	}
	if m.medium == facts.MediumNetwork {
		add("network-storage", "documentation: I/O performance is more important than CPU performance", m.facts.Storage.Chain(), "Each commit waits for the network. Put the database on local disks if the storage answers slower than they do; ztune probe measures it.")
	}
	if fs := m.facts.Storage.Stack; fs != nil && fs.Filesystem != nil && fs.Filesystem.Type == "zfs" {
		add("zfs", "OpenZFS: workload tuning, InnoDB", "the data is on ZFS", "Set recordsize=16K on the dataset before the database is created, and bound zfs_arc_max, which is not part of this budget.")
	}
}

func (m machine) memoryAdvice(p Plan, add adder) {
	mem := m.facts.Memory
	if mem.SwapUsed.Value > 64*mb {
		add("swap", quoteSwap, facts.Size(mem.SwapUsed.Value)+" are swapped out", "Find out what takes the memory, and set vm.swappiness=1.")
	}
	if len(p.Shortfalls) > 0 {
		add("more-ram", quoteRAM, "see the shortfalls", "Add memory: %s.", p.Shortfalls[0].Remedy)
	}
	if mem.Bits.Known() && mem.Bits.Value == 32 {
		add("32-bit", quote32, mem.Bits.Source, "Install a 64-bit system and 64-bit packages to use more than 3 GB.")
	}
	if mem.Usable.Value < mem.Total.Value-mem.HugePages.Value && mem.Bits.Value != 32 && mem.Usable.Source != "--memory" {
		add("limited", "control groups", mem.Usable.Source, "The services may use %s of the machine's %s. If that is not meant so, raise the limit and run ztune again.", facts.Size(mem.Usable.Value), facts.Size(mem.Total.Value))
	}
	if mem.HugePages.Value > 0 {
		add("huge-pages", "kernel: hugetlbpage", facts.Size(mem.HugePages.Value)+" are set aside", "Neither the server nor the database of this plan uses huge pages. Unless something else does, set vm.nr_hugepages=0.")
	}
	var others int64
	for _, r := range m.facts.Running {
		if r.Role == facts.RoleMTA || r.Role == facts.RoleWeb {
			others += r.Bytes
		}
	}
	if others > mem.Usable.Value/5 {
		add("others", quoteEighty, "mail and web servers hold "+facts.Size(others), "The rest of the machine needs more than the 20 %% that are left for it. Plan with less: --memory %dm.", (mem.Usable.Value-others)/4*5/mb)
	}
	if m.wishes.Users == 0 && m.role != DB {
		add("users", quoteSortKey, "--users was not given", "Say how many users work at a time with --users; %d are assumed.", m.users)
	}
}

func (m machine) machineAdvice(add adder) {
	p := m.facts.Processors
	if p.SMT.Known() && p.SMT.Value {
		add("smt", quoteSMT, p.SMT.Source, "Each core runs two threads. Measure once with that switched off; prefer faster storage to more processors.")
	}
	if p.NUMANodes.Value > 1 {
		add("numa", "numa(7)", fmt.Sprintf("%d NUMA nodes", p.NUMANodes.Value), "Let the database's memory be spread over the nodes (numactl --interleave=all in its unit) if one node swaps while another has room.")
	}
}

func (m machine) databaseAdvice(add adder) {
	if m.wishes.NoDatabase && m.users >= 50 {
		add("sqlite", quoteFifty, m.usersFact(), "SQLite is meant for small installations. Use MariaDB (database_engine = mysql).")
	}
	if m.version == nil && !m.wishes.NoDatabase && m.role != Server {
		add("no-database", "ztune inspect", m.facts.Database.Version.Source, "No database server was found, so no options for it are planned. Name it with --database, or say --role server if it is on another machine.")
	}
	if m.version == nil {
		return
	}
	if !m.version.Supported() {
		add("old-database", "docs/server.cfg.md: MariaDB 10.6 or MySQL 8.0 and later", m.version.String(), "Upgrade the database; the server does not work on this version.")
	}
	d := m.facts.Database
	if o, ok := mycnf.Last(d.Options, d.Groups(), "innodb_dedicated_server"); ok && m.role == Both && isOn(o) {
		add("dedicated", "vendor's manual", fmt.Sprintf("%s:%d", o.File, o.Line), "innodb_dedicated_server makes the database take 75 %% of the memory. Remove it.")
	}
	if m.version.AnyPatch {
		add("release", "vendors' release notes: options come and go within a series", m.version.String(), "Which release of the series it is, is not known, so options that not all of its releases have are left out, among them perhaps the size of the redo log. Name it with --database.")
	}
	if m.role == Both && m.wishes.Connections == 0 {
		add("other-clients", "the server's pool is bounded", "max_connections is planned for the server and 20 others", "If other programs use this database, say with --connections how many connections they open.")
	}
	if m.version.Flavour == dbms.MySQL {
		if _, off := mycnf.Last(d.Options, d.Groups(), "skip_log_bin"); !off {
			add("binary-log", "vendor's manual: the binary log is on by default since 8.0", m.version.String(), "Each commit also flushes the binary log. Write skip_log_bin if neither replication nor point-in-time recovery needs it.")
		}
	}
}

func isOn(o mycnf.Option) bool {
	switch strings.ToLower(o.Value) {
	case "0", "off", "false", "no":
		return false
	}
	return true
}
