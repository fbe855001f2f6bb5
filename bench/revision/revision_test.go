package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes a repository with commits; each is a set of files, nil content removes a file.
func repository(t *testing.T, commits ...map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	git("init", "--quiet")
	for n, files := range commits {
		for name, text := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		git("add", "--all")
		git("commit", "--quiet", "--message", "commit")
		git("tag", "v"+string(rune('1'+n)))
	}
	return dir
}

const (
	module = "module example\n\ngo 1.26\n"
	worker = "package main\n\nimport \"example/bench/suite\"\n\nfunc main() { suite.Print() }\n"
)

// benchmarks print a text and what the product says.
func benchmarks(text, call string) string {
	return "package suite\n\nimport \"example/product\"\n\nfunc Print() { println(\"" + text + "\", product." + call + ") }\n"
}

func product(function, answer string) string {
	return "package product\n\nfunc " + function + "() string { return \"" + answer + "\" }\n"
}

// prints runs a worker.
func prints(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.Command(binary).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestPrepare(t *testing.T) {
	repo := repository(t,
		map[string]string{"go.mod": module, "product/p.go": product("Answer", "first")},
		map[string]string{"bench/suite/s.go": benchmarks("old benchmark", "Answer()"), "bench/pad/p.go": "package pad\n", "bench/worker/main.go": worker, "product/p.go": product("Answer", "second")},
		map[string]string{"bench/suite/s.go": benchmarks("new benchmark", "Answer()"), "product/p.go": product("Answer", "third")},
		map[string]string{"bench/suite/s.go": benchmarks("newest benchmark", "Reply()"), "product/p.go": product("Reply", "fourth")},
	)
	for _, tc := range []struct {
		name, old, new         string
		printsOld, printsNew   string
		ownBenchmarks, isEqual bool
	}{
		{"the old one gets the benchmarks of the new one", "v2", "v3", "new benchmark second", "new benchmark third", false, false},
		{"even if it has none", "v1", "v3", "new benchmark first", "new benchmark third", false, false},
		{"unless they do not compile there", "v3", "v4", "new benchmark third", "newest benchmark fourth", true, false},
		{"a revision and itself", "v3", "v3", "new benchmark third", "new benchmark third", false, true},
		{"the working tree", "v3", ".", "new benchmark third", "newest benchmark fourth", true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := Prepare(t.Context(), repo, t.TempDir(), tc.old, tc.new)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := prints(t, p.OldBinaries[0]), prints(t, p.NewBinaries[layouts-1]); a != tc.printsOld || b != tc.printsNew {
				t.Errorf("old prints %q, new prints %q", a, b)
			}
			if (p.OwnBenchmarks != "") != tc.ownBenchmarks || p.Identical != tc.isEqual {
				t.Errorf("own benchmarks %q, identical %v", p.OwnBenchmarks, p.Identical)
			}
			if err := p.Remove(); err != nil {
				t.Error(err)
			}
		})
	}
	out, err := exec.Command("git", "-C", repo, "worktree", "list").Output()
	if n := strings.Count(string(out), "\n"); err != nil || n != 1 {
		t.Errorf("worktrees are left: %s, %v", out, err)
	}
}

func TestPrepareRefuses(t *testing.T) {
	repo := repository(t,
		map[string]string{"go.mod": module, "product/p.go": product("Answer", "first")},
		map[string]string{"bench/suite/s.go": "this is not Go", "bench/pad/p.go": "package pad\n", "bench/worker/main.go": worker},
	)
	for _, tc := range []struct{ name, old, new, want string }{
		{"no such revision", "v9", "v1", "no revision \"v9\""},
		{"an option as a name", "v1", "--detach", "not the name of a revision"},
		{"no benchmarks", "v1", "v1", "has no benchmarks"},
		{"does not compile", "v1", "v2", "go build"},
	} {
		if _, err := Prepare(t.Context(), repo, t.TempDir(), tc.old, tc.new); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
	if _, err := Root(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder outside of any repository is taken for one")
	}
}
