package dbms

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notOne are options that do not take "1" as their value, or that change what the program does, so that they cannot be asked together with others.
var notOne = strings.Fields(`ansi bootstrap character_set_filesystem character_set_server character_sets_dir chroot collation_server
	date_format datetime_format debug_gdb default_storage_engine default_time_zone default_tmp_storage_engine enforce_storage_engine
	ft_boolean_syntax gdb getopt_prefix_matching gtid_pos_auto_engines ignore_builtin_innodb ignore_db_dirs init_file init_rpl_role innodb_page_size language
	lc_messages lc_messages_dir lc_time_names log_basename log_error optimizer_switch optimizer_trace plugin_dir plugin_load
	plugin_load_add replicate_do_table replicate_ignore_table replicate_rewrite_db replicate_same_server_id replicate_wild_do_table replicate_wild_ignore_table
	max_session_mem_used session_track_system_variables wsrep_recover safe_mode secure_file_priv skip_host_cache socket time_format tmpdir basedir datadir user wsrep_provider daemonize initialize
	initialize_insecure validate_config`)

// actions are options that print something and end the program before it looks at others.
var actions = []string{"help", "version", "verbose"}

// noSuchOption is asked with all others: if the server does not name it, it did not come to the unknown ones.
const noSuchOption = "no_such_option"

var unknownOption = regexp.MustCompile(`unknown (?:variable|option) '(?:--)?([^'=]+)`)

// unknown asks the server's program which of the names it does not know in an option file.
func unknown(t *testing.T, program string, names ...string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "my.cnf")
	text := "[mysqld]\n" + strings.Join(append(slices.Clone(names), noSuchOption), " = 1\n") + " = 1\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--defaults-file="+file, "--help", "--verbose")
	cmd.Dir = filepath.Dir(file)
	var out bytes.Buffer
	cmd.Stderr = &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var found []string
	for _, m := range unknownOption.FindAllStringSubmatch(out.String(), -1) {
		found = append(found, strings.ReplaceAll(m[1], "-", "_"))
	}
	if len(names) > 1 && !slices.Contains(found, noSuchOption) {
		said := out.String()
		t.Fatalf("%s did not look at all names; add the one that stopped it to notOne: %s", program, said[max(0, len(said)-500):])
	}
	return found
}

// The table says of every name what the installed server does: it accepts those that the table accepts, and it refuses those that the table
// calls refused. The names are those of both flavours, and what the server lists itself.
func TestTableAgainstInstalledServer(t *testing.T) {
	program, err := exec.LookPath("/usr/sbin/mariadbd")
	if err != nil {
		t.Skip("mariadbd is not installed; apt-get install mariadb-server")
	}
	out, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(out), "Ver ")
	v := version(t, text)
	names := append(Options(MariaDB).Names(), Options(MySQL).Names()...)
	names = append(names, listed(t, program)...)
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(n string) bool { return slices.Contains(actions, n) })
	if len(names) < 900 {
		t.Fatalf("only %d names", len(names))
	}
	together := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(notOne, n) })
	refused := unknown(t, program, together...)
	for _, n := range notOne {
		refused = append(refused, unknown(t, program, n)...)
	}
	for _, n := range names {
		verdict, wrong := Judge(v, n)
		says := wrong && verdict.Severity == Refused
		if does := slices.Contains(refused, n); says != does {
			t.Errorf("%s: %s refuses it: %t, the table: %+v", n, v, does, verdict)
		}
	}
}

// listed returns the variables that the server's help lists and that are options.
func listed(t *testing.T, program string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, "--no-defaults", "--help", "--verbose").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, variables, ok := strings.Cut(string(out), "Variables (--variable-name=value)\n")
	if !ok {
		t.Fatal("the server's help has no list of variables")
	}
	var names []string
	for line := range strings.Lines(variables) {
		f := strings.Fields(line)
		if len(f) == 0 {
			break
		}
		if !strings.HasPrefix(f[0], "---") && f[0] != "and" {
			names = append(names, strings.ReplaceAll(f[0], "-", "_"))
		}
	}
	return names
}
