package main

import (
	"strings"
	"testing"

	"zarafa/server/servertest"
)

// TestAdministratorsKey: by https the administrator logs on with his key and in no other way, and users with their passwords.
func TestAdministratorsKey(t *testing.T) {
	c := servertest.StartCluster(t, "createuser_script =\n", "one")
	url := "https://" + c.Servers[0].Config.Sockets.TLS[0].Addr().String() + "/"
	authorities, key := []string{"--ssl-ca-file", c.CAFile}, []string{"--sslkey-file", c.KeyFile}
	fill := append([]string{"fill", "--admin-url", url, "--users", "2", "--messages", "10"}, authorities...)
	if status, _, stderr := zload(t, fill...); status != exitFailed || !strings.Contains(stderr, "--sslkey-file") {
		t.Errorf("without a key: status %d, %s", status, stderr)
	}
	if status, _, stderr := zload(t, append(fill[:7:7], key...)...); status != exitFailed || !strings.Contains(stderr, "certificate") {
		t.Errorf("without authorities: status %d, %s", status, stderr)
	}
	if status, stdout, stderr := zload(t, append(fill, key...)...); status != exitOK || !strings.Contains(stdout, "filled 2 mailboxes") {
		t.Fatalf("status %d, %s%s", status, stdout, stderr)
	}
	run := append(append([]string{"run", "--admin-url", url, "--url", url, "--users", "2", "--duration", "1s", "--compress", "1000"}, authorities...), key...)
	if status, stdout, stderr := zload(t, run...); status != exitOK && status != exitVoid || !strings.Contains(stdout, "2 users of profile medium") {
		t.Errorf("run: status %d, %s%s", status, stdout, stderr)
	}
	if status, _, stderr := zload(t, append(run, "--password", "wrong")...); status != exitFailed || !strings.Contains(stderr, "LOGON_FAILED") {
		t.Errorf("users with a wrong password beside the administrator's key: status %d, %s", status, stderr)
	}
	if status, _, stderr := zload(t, "run", "--sslkey-file", "/no/such/key"); status != exitUsage || !strings.Contains(stderr, "sslkey_file") {
		t.Errorf("no such key: status %d, %s", status, stderr)
	}
}
