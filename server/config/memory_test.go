package config

import (
	"testing"
	"testing/fstest"
)

func TestMemory(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const meminfo = "MemTotal:        8388608 kB\nMemFree:  1 kB\n"
	tests := []struct {
		name string
		root fstest.MapFS
		want int64
	}{
		{"bare machine", fstest.MapFS{"proc/meminfo": file(meminfo)}, 8 << 30},
		{"no limit in version 2", fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("max\n"),
		}, 8 << 30},
		{"limit of an outer group", fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("1073741824\n"),
		}, 1 << 30},
		{"container that sees its own group as root", fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/docker/123\n"),
			"sys/fs/cgroup/memory.max": file("536870912\n"),
		}, 512 << 20},
		{"version 1", fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("4:cpu,memory:/a\n0::/\n"),
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("268435456\n"),
		}, 256 << 20},
		{"no limit in version 1", fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("4:memory:/a\n"),
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, 8 << 30},
	}
	for _, tt := range tests {
		if got, err := memoryOf(tt.root); err != nil || got != tt.want {
			t.Errorf("%s: got %d, %v, want %d", tt.name, got, err, tt.want)
		}
	}
	if _, err := memoryOf(fstest.MapFS{"proc/meminfo": file("x\n")}); err == nil {
		t.Error("no error without MemTotal")
	}
}
