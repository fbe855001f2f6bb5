package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"zarafa/daemon"
	"zarafa/serve"
)

// crashFolder names the folder in the environment of the process that TestKilled kills.
const crashFolder = "ZARAFA_SERVE_FOLDER"

// TestFolderProcess serves the folder that TestKilled kills the process of; by itself it does nothing.
func TestFolderProcess(t *testing.T) {
	folder := os.Getenv(crashFolder)
	if folder == "" {
		t.Skip("it is run by TestKilled, in a process of its own")
	}
	f := serve.Folder{Path: folder, Version: "1", Listening: func(program string, addresses []net.Addr) {
		fmt.Println("listening", program, addresses[0].Network(), addresses[0])
	}}
	p := daemon.Process{Out: os.Stdout, Err: os.Stdout, Signals: make(chan os.Signal)}
	t.Errorf("it has ended with status %d", f.Run(context.Background(), p))
}

// What was acknowledged is there after kill -9, and the folder can be served again at once.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestFolderProcess$", "-test.v")
	cmd.Env = append(os.Environ(), crashFolder+"="+w.folder)
	out, err := cmd.StdoutPipe()
	w.must(err)
	w.must(cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it is dead as a rule
	w.addresses = make(map[string][]net.Addr)
	var text strings.Builder
	for lines := bufio.NewScanner(out); ; {
		if !lines.Scan() {
			t.Fatalf("the process has ended:\n%s", text.String())
		}
		text.WriteString(lines.Text() + "\n")
		if f := strings.Fields(lines.Text()); len(f) == 4 && f[0] == "listening" && f[2] == "tcp" {
			address, err := net.ResolveTCPAddr("tcp", f[3])
			w.must(err)
			w.addresses[f[1]] = []net.Addr{address}
		}
		if strings.Contains(lines.Text(), "users can log on") {
			break
		}
	}
	const mails = 20
	for range mails {
		if answer := w.deliver("admin@example.com", mail); !strings.HasPrefix(answer, "250 ") {
			t.Fatalf("the mail is answered with %q", answer)
		}
	}
	w.must(cmd.Process.Kill())
	_ = cmd.Wait() // says that it was killed
	r := w.start()
	// The mails have one Message-ID, but came in transactions of their own: none is left out.
	if answer := w.imap()("SELECT INBOX"); !strings.Contains(answer, fmt.Sprintf("* %d EXISTS\n", mails)) {
		t.Errorf("of %d mails there are\n%s", mails, answer)
	}
	w.stop(r)
}
