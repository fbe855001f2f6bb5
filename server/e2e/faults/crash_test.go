package faults_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// Environment of the child process in which TestServerProcess runs a server.
const (
	crashFolder   = "ZARAFA_CRASH_FOLDER"
	crashSettings = "ZARAFA_CRASH_SETTINGS"
)

// TestServerProcess is the server that TestCrash kills; by itself it does nothing.
func TestServerProcess(t *testing.T) {
	dir := os.Getenv(crashFolder)
	if dir == "" {
		t.Skip("it is run by TestCrash, in a process of its own")
	}
	signal.Ignore(syscall.SIGXFSZ) // as package daemon does
	instance := servertest.StartIn(t, dir, os.Getenv(crashSettings))
	fmt.Println("ready " + instance.Endpoint())
	bufio.NewReader(os.Stdin).ReadByte() // until the parent closes it or kills us
}

// child is a server in a process of its own.
type child struct {
	cmd      *exec.Cmd
	endpoint string
}

func startChild(t *testing.T, dir, settings string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerProcess$", "-test.v")
	cmd.Env = append(os.Environ(), crashFolder+"="+dir, crashSettings+"="+settings)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil { // held open: the child lives as long as nobody kills it
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd}
	lines := bufio.NewScanner(out)
	for c.endpoint == "" && lines.Scan() {
		fmt.Sscanf(lines.Text(), "ready %s", &c.endpoint)
	}
	if c.endpoint == "" {
		c.kill()
		t.Fatal("the server process did not get ready")
	}
	go func() {
		for lines.Scan() { // what it still prints must not fill the pipe
		}
	}()
	return c
}

// kill is kill -9.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// TestCrash kills the server with SIGKILL while eight clients deliver mail, starts it again, and looks for every message that was
// acknowledged, in its folder and in a search folder.
func TestCrash(t *testing.T) {
	t.Parallel()
	const killAfter = 120 // acknowledged messages
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			settings := servertest.Settings(t, engine, dir) + "enable_test_protocol = yes\n"
			first := startChild(t, dir, settings)
			inbox := makeUser(t, first.endpoint)
			found := searchLetters(t, first.endpoint, inbox)
			sent := deliverUntilKilled(t, first, inbox, killAfter)
			second := startChild(t, dir, settings)
			defer second.kill()
			checkDelivered(t, second.endpoint, inbox, sent)
			checkFound(t, second.endpoint, inbox, found)
		})
	}
}

// makeUser creates alice with her store and returns her inbox.
func makeUser(t *testing.T, endpoint string) mapi.EntryID {
	t.Helper()
	s := e2e.LogOn(t, endpoint, "SYSTEM")
	defer s.Close(t.Context())
	_, _, err := s.CreateUser(t.Context(), client.User{Name: "alice", Password: "secret", FullName: "Alice", Email: "alice@example.com", Class: mapi.ClassActiveUser})
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.User(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	store, err := s.CreateStore(t.Context(), u, client.English)
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := s.ReceiveFolder(t.Context(), store.EntryID, "IPM.Note")
	if err != nil {
		t.Fatal(err)
	}
	return inbox
}

func deliverUntilKilled(t *testing.T, server *child, inbox mapi.EntryID, killAfter int) []e2e.Delivered {
	t.Helper()
	var mu sync.Mutex
	var sent []e2e.Delivered
	var kill sync.Once
	var clients sync.WaitGroup
	for worker := range 8 {
		s := e2e.LogOn(t, server.endpoint, "alice")
		clients.Go(func() {
			for i := 0; ; i++ {
				number := worker*100_000 + i
				id, err := s.CreateMessage(context.Background(), inbox, e2e.Letter(number))
				if err != nil {
					if mapi.CodeOf(err) != mapi.NetworkError {
						t.Errorf("delivery: %v", err)
					}
					return // the server is gone, which is what this is about
				}
				mu.Lock()
				sent = append(sent, e2e.Delivered{ID: id, Number: number})
				enough := len(sent) >= killAfter
				mu.Unlock()
				if enough {
					kill.Do(server.kill)
				}
			}
		})
	}
	clients.Wait()
	return sent
}

// checkDelivered loads every message, and finds no more and no fewer in the folder than the folder says.
func checkDelivered(t *testing.T, endpoint string, inbox mapi.EntryID, sent []e2e.Delivered) {
	t.Helper()
	ctx := t.Context()
	s := e2e.LogOn(t, endpoint, "alice")
	defer s.Close(ctx)
	for _, d := range sent {
		if err := e2e.CheckLetter(ctx, s, d); err != nil {
			t.Errorf("message %d was acknowledged and is not whole: %v", d.Number, err)
		}
	}
	rows := 0
	err := s.EachRow(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: inbox, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSubject},
	}, func(row mapi.Props) error {
		var number int
		if _, err := fmt.Sscanf(row.Str(mapi.PrSubject), "letter %d", &number); err != nil {
			return err
		}
		rows++
		return e2e.CheckLetter(ctx, s, e2e.Delivered{ID: mapi.EntryID(row.Bytes(mapi.PrEntryID)), Number: number})
	})
	if err != nil {
		t.Errorf("half a message in the folder: %v", err)
	}
	folder, err := s.LoadObject(ctx, inbox)
	if err != nil {
		t.Fatal(err)
	}
	if count := int(folder.Props.Uint32(mapi.PrContentCount)); count != rows || rows < len(sent) {
		t.Errorf("%d acknowledged, %d in the table, the folder counts %d", len(sent), rows, count)
	}
}

// searchLetters makes a search folder of the letters in an inbox.
func searchLetters(t *testing.T, endpoint string, inbox mapi.EntryID) mapi.EntryID {
	t.Helper()
	s := e2e.LogOn(t, endpoint, "alice")
	defer s.Close(t.Context())
	store, err := s.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var created wire.CreateFolderResponse
	var folder mapi.EntryID
	err = s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.CreateFolderRequest{SessionID: id, ParentID: store.RootID, Type: mapi.FolderSearch, Name: wire.Text("Letters"), Comment: wire.Text("")}
	}, &created, func() error { folder = bytes.Clone(created.EntryID); return nil })
	if err != nil {
		t.Fatal(err)
	}
	subject := mapi.String(mapi.PrSubject, "LETTER")
	criteria := mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: subject.Tag, Value: &subject}
	err = s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TableSetSearchCriteriaRequest{SessionID: id, EntryID: folder, Restrict: &criteria, Folders: [][]byte{inbox}}
	}, new(wire.TableSetSearchCriteriaResponse), nil)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// checkFound waits for a search folder and compares its contents with those of the inbox.
func checkFound(t *testing.T, endpoint string, inbox, found mapi.EntryID) {
	t.Helper()
	s := e2e.LogOn(t, endpoint, "alice")
	defer s.Close(t.Context())
	err := s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TestPerformRequest{SessionID: id, Cmd: wire.Text("run_searchfolders")}
	}, new(wire.TestPerformResponse), nil)
	if err != nil {
		t.Fatal(err)
	}
	want, got := messagesIn(t, s, inbox), messagesIn(t, s, found)
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("the search folder shows %d messages, the inbox has %d", len(got), len(want))
	}
	folder, err := s.LoadObject(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	if n := int(folder.Props.Uint32(mapi.PrContentCount)); n != len(want) {
		t.Errorf("the search folder counts %d messages instead of %d", n, len(want))
	}
}

func messagesIn(t *testing.T, s *client.Session, folder mapi.EntryID) map[string]bool {
	t.Helper()
	ids := make(map[string]bool)
	err := s.EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error { ids[string(row.Bytes(mapi.PrEntryID))] = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}
