package build

// entry is a file or a link of a package.
type entry struct {
	kind string // nfpm's: "" is a file
	from string // in the stage, "/" in the repository, or where a link leads
	to   string
	mode string // octal
}

// pkg is a package.
type pkg struct {
	name, summary                                      string
	depends, recommends, provides, conflicts, replaces []string
	entries                                            []entry
	scripts                                            bool
	any                                                bool // it is the same for all architectures
}

const docs = "/usr/share/doc/"

// packages are those of a release.
func packages() []pkg {
	return []pkg{server(), tools(), compat()}
}

// server is the server and all its agents: one file, with links under the names of the programs.
func server() pkg {
	p := pkg{
		name: "zarafa", summary: "groupware server for clients of Zarafa and Kopano", recommends: []string{"ca-certificates", "tzdata"},
		provides: []string{"zarafa-server", "zarafa-dagent", "zarafa-gateway", "zarafa-monitor", "zarafa-spooler"},
		// Those of the original, which had the same files.
		conflicts: []string{"zarafa-server", "zarafa-dagent", "zarafa-gateway", "zarafa-monitor", "zarafa-spooler", "zarafa-utils"},
		replaces:  []string{"zarafa-server", "zarafa-dagent", "zarafa-gateway", "zarafa-monitor", "zarafa-spooler", "zarafa-utils"},
		scripts:   true,
		entries: []entry{
			{"", "zarafa", "/usr/bin/zarafa", "0755"},
			{"", "zarafa-pam", "/usr/bin/zarafa-pam", "0755"},
			{"", "sbom.cdx.json", docs + "zarafa/sbom.cdx.json", "0644"},
			{"", "/packaging/files/sysusers.conf", "/usr/lib/sysusers.d/zarafa.conf", "0644"},
			{"", "/packaging/files/tmpfiles.conf", "/usr/lib/tmpfiles.d/zarafa.conf", "0644"},
			{"", "/packaging/files/copyright", docs + "zarafa/copyright", "0644"},
			{"", "/packaging/files/zarafa.1", "/usr/share/man/man1/zarafa.1", "0644"},
			{"", "/docs/install.md", docs + "zarafa/install.md", "0644"},
			{"dir", "", "/etc/zarafa", "0755"},
		},
	}
	for _, name := range []string{"server", "dagent", "gateway", "monitor", "spooler"} {
		p.entries = append(p.entries, entry{"symlink", "../bin/zarafa", "/usr/sbin/zarafa-" + name, ""})
	}
	for _, name := range []string{"admin", "migrate"} {
		p.entries = append(p.entries, entry{"symlink", "zarafa", "/usr/bin/zarafa-" + name, ""})
	}
	for _, c := range conffiles {
		p.entries = append(p.entries, entry{"config|noreplace", c.name, "/etc/zarafa/" + c.name, "0644"})
	}
	for _, u := range units {
		p.entries = append(p.entries, entry{"", u, "/usr/lib/systemd/system/" + u, "0644"})
	}
	return p
}

// tools plan and measure.
func tools() pkg {
	return pkg{
		name: "zarafa-tools", summary: "tuner and load generator for the Zarafa groupware server",
		entries: []entry{
			{"", "ztune", "/usr/sbin/ztune", "0755"},
			{"", "zload", "/usr/bin/zload", "0755"},
			{"", "/docs/ztune.8", "/usr/share/man/man8/ztune.8", "0644"},
			{"", "/packaging/files/copyright", docs + "zarafa-tools/copyright", "0644"},
		},
	}
}

// compat has the names and paths of Kopano, for scripts and clients that know no others. It alone excludes Kopano's own server, so that both can
// run side by side while mailboxes are migrated.
func compat() pkg {
	p := pkg{
		name: "zarafa-compat-kopano", summary: "names and paths of Kopano for the Zarafa groupware server", depends: []string{"zarafa"}, any: true,
		entries: []entry{
			{"", "/packaging/files/compat-tmpfiles.conf", "/usr/lib/tmpfiles.d/zarafa-compat-kopano.conf", "0644"},
			{"", "/packaging/files/copyright", docs + "zarafa-compat-kopano/copyright", "0644"},
		},
	}
	for _, name := range []string{"server", "dagent", "gateway", "monitor", "spooler"} {
		p.entries = append(p.entries,
			entry{"symlink", "../bin/zarafa", "/usr/sbin/kopano-" + name, ""},
			entry{"symlink", "zarafa-" + name + ".service", "/usr/lib/systemd/system/kopano-" + name + ".service", ""})
		p.provides = append(p.provides, "kopano-"+name)
		p.conflicts = append(p.conflicts, "kopano-"+name)
	}
	p.entries = append(p.entries, entry{"symlink", "../bin/zarafa", "/usr/sbin/kopano-admin", ""})
	p.provides, p.conflicts = append(p.provides, "kopano-utils"), append(p.conflicts, "kopano-utils")
	return p
}
