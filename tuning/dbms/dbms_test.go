package dbms

import (
	"strings"
	"testing"
)

func version(t *testing.T, text string) Version {
	t.Helper()
	v, err := ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64": "MariaDB 10.11.19",
		"8.0.36-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))":    "MySQL 8.0.36",
		"8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)":  "MySQL 8.4.3",
		"mysql-9.1":       "MySQL 9.1",
		"mariadb-11.8.2":  "MariaDB 11.8.2",
		"10.6":            "MariaDB 10.6",
		"8.0.35-27":       "MySQL 8.0.35",
		"11.4.2-MariaDB":  "MariaDB 11.4.2",
		"MariaDB 11.4":    "MariaDB 11.4",
		"8.4.0 (Percona)": "MySQL 8.4.0",
	} {
		if got := version(t, text).String(); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	if _, err := ParseVersion("newest"); err == nil {
		t.Error("a text without a number is a version")
	}
}

func TestWritable(t *testing.T) {
	for _, tt := range []struct {
		version, option string
		want            bool
	}{
		{"mariadb-10.6.1", "innodb_log_file_size", true},
		{"mariadb-10.6.1", "innodb_log_files_in_group", false},
		{"mariadb-10.11.19", "innodb_redo_log_capacity", false},
		{"mariadb-10.11.11", "innodb_buffer_pool_size_max", false},
		{"mariadb-10.11.12", "innodb_buffer_pool_size_max", true},
		{"mariadb-10.11", "innodb_buffer_pool_size_max", false}, // the release is not known
		{"mariadb-10.11", "innodb_buffer_pool_chunk_size", false},
		{"mariadb-10.6.20", "innodb_buffer_pool_chunk_size", true},
		{"mariadb-10.11.5", "innodb_flush_method", true},
		{"mariadb-11.4.2", "innodb_flush_method", false},
		{"mariadb-10.11.5", "query_cache_size", true},
		{"mysql-8.0.36", "query_cache_size", false},
		{"mysql-8.0.29", "innodb_log_file_size", true},
		{"mysql-8.0.30", "innodb_log_file_size", false},
		{"mysql-8.0.29", "innodb_redo_log_capacity", false},
		{"mysql-8.0", "innodb_redo_log_capacity", false},
		{"mysql-8.4.0", "innodb_redo_log_capacity", true},
		{"mysql-9.4.0", "innodb_dedicated_server", true},
		{"mysql-12.0.0", "innodb_redo_log_capacity", false},
		{"mysql-12.0.0", "innodb_buffer_pool_size", true},
		{"mariadb-13.0.1", "query_cache_size", false},
	} {
		if got := Writable(version(t, tt.version), tt.option); got != tt.want {
			t.Errorf("%s: %s is writable: %t, want %t", tt.version, tt.option, got, tt.want)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		version, option string
		severity        Severity // "" for none
		remedy          string
	}{
		{"mariadb-10.11.5", "innodb_buffer_pool_size", "", ""},
		{"mariadb-10.11.5", "skip_name_resolve", "", ""},
		{"mariadb-10.11.5", "skip_log_bin", "", ""},
		{"mariadb-10.11.5", "innodb_buffer_pool_si", Refused, "size"}, // several begin so
		{"mariadb-10.11.5", "query_cache_siz", Advice, "query_cache_size"},
		{"mariadb-10.11.5", "key_buffer", Advice, "key_buffer_size"},
		{"mariadb-10.11.5", "table_cache", Advice, "table_open_cache"},
		{"mariadb-10.11.5", "tx_isolation", Refused, "transaction_isolation"},
		{"mariadb-10.11.5", "master_info_repository", Useless, "remove"},
		{"mariadb-10.11.5", "innodb_buffer_pool_instances", Useless, "remove"},
		{"mariadb-10.11.5", "innodb_additional_mem_pool_size", Refused, "remove"},
		{"mariadb-10.11.5", "inodb_buffer_pool_size", Refused, "innodb_buffer_pool_size"},
		{"mariadb-10.11.5", "innodb_redo_log_capacity", Refused, "innodb_log_file_size"},
		{"mariadb-11.4.3", "innodb_change_buffering", Refused, "remove"},
		{"mysql-8.4.0", "innodb_log_file_size", Refused, "innodb_redo_log_capacity"},
		{"mysql-8.0.36", "innodb_log_file_size", Advice, "innodb_redo_log_capacity"},
		{"mysql-8.0.36", "query_cache_size", Refused, "nothing"},
		{"mysql-8.0.36", "completely_unheard_of", Refused, "loose_"},
	} {
		verdict, wrong := Judge(version(t, tt.version), tt.option)
		if wrong != (tt.severity != "") || verdict.Severity != tt.severity || !strings.Contains(verdict.Remedy, tt.remedy) {
			t.Errorf("%s: %s: got %+v", tt.version, tt.option, verdict)
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("10.11.6-MariaDB")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseVersion(text)
		if err != nil {
			return
		}
		if v.Flavour != MariaDB && v.Flavour != MySQL {
			t.Fatalf("%q has no flavour", text)
		}
		Judge(v, "innodb_log_file_size")
	})
}
