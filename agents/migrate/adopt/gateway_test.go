package adopt_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/agents/gateway/mailbox"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
)

// imapTruth is what the original's gateway showed of folders, by their entry ids.
type imapTruth struct {
	validity map[mailstore.MailboxID]string // UIDVALIDITY was PR_EC_HIERARCHYID
	uids     map[mailstore.MailboxID][]uint32
	byPath   map[string]mailstore.MailboxID
}

func readIMAPTruth(t *testing.T, sample *sampletest.Sample) *imapTruth {
	truth := &imapTruth{map[mailstore.MailboxID]string{}, map[mailstore.MailboxID][]uint32{}, map[string]mailstore.MailboxID{}}
	type seen struct {
		Store, EntryID      string
		Path, Folder        []string
		Deleted, Associated bool
		FolderDeleted       bool    `json:"folder_deleted"`
		IMAPID              *uint32 `json:"imap_id"`
		Props               []seenProp
	}
	var messages []seen
	sample.Truth(t, func(kind string, line []byte) {
		if kind != "folder" && kind != "message" {
			return
		}
		var s seen
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		if kind == "message" {
			messages = append(messages, s)
			return
		}
		raw, err := hex.DecodeString(s.EntryID)
		if err != nil {
			t.Fatal(err)
		}
		id := mailstore.MailboxID(base64.RawURLEncoding.EncodeToString(raw))
		i := slices.IndexFunc(s.Props, func(p seenProp) bool { return p.tag().ID() == mapi.PrECHierarchyID.ID() })
		if s.Deleted || i < 0 {
			return
		}
		truth.validity[id] = string(s.Props[i].Value)
		truth.byPath[s.Store+"/"+strings.Join(s.Path, "/")] = id
	})
	for _, m := range messages {
		if id, ok := truth.byPath[m.Store+"/"+strings.Join(m.Folder, "/")]; ok && !m.Deleted && !m.FolderDeleted && !m.Associated && m.IMAPID != nil {
			truth.uids[id] = append(truth.uids[id], *m.IMAPID)
		}
	}
	return truth
}

// TestUIDs: mail programs that read a mailbox through the original's gateway find the same UIDVALIDITY and UIDs through ours, so that they download
// nothing anew; users log on with their old passwords.
func TestUIDs(t *testing.T) {
	t.Parallel()
	a := newAdoption(t, sampletest.Files, config.EngineSQLite)
	a.mustRun()
	a.lines += "disabled_features =\n"
	j := startJudge(a)
	gateway := startMailboxes(j)
	truth := readIMAPTruth(t, a.sample)
	folders, messages := 0, 0
	for user, password := range map[string]string{"anna": "Appel-7taart", "ben": "Berg!bloem2", "chloe": "Citroen#44", "dirk": "Dijk&duin9", "emil": "Eiland55"} {
		account, err := gateway.LogOn(t.Context(), mailstore.Credentials{
			Protocol: mailstore.IMAP, User: user, Password: password, Address: netip.MustParseAddr("192.0.2.1"),
		})
		if err != nil {
			t.Fatal(user, err)
		}
		defer account.Close()
		list, err := account.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if m.NoSelect {
				continue
			}
			uids, validity := shownByIMAP(t, account, m)
			want := slices.Sorted(slices.Values(truth.uids[m.ID]))
			if fmt.Sprint(validity) != truth.validity[m.ID] || !slices.Equal(uids, want) {
				t.Errorf("%s of %s has UIDVALIDITY %d and UIDs %v, want %s and %v", m.Name, user, validity, uids, truth.validity[m.ID], want)
			}
			folders++
			messages += len(uids)
		}
	}
	if folders < 50 || messages < 250 {
		t.Errorf("only %d folders with %d messages were compared", folders, messages)
	}
}

func shownByIMAP(t *testing.T, account mailstore.Account, m mailstore.Mailbox) (uids []uint32, validity uint32) {
	t.Helper()
	folder, err := account.Open(t.Context(), m.ID, func() {})
	if err != nil {
		t.Fatal(m.Name, err)
	}
	defer folder.Close()
	for _, message := range folder.Snapshot().All(0) {
		uids = append(uids, uint32(message.UID))
	}
	return uids, folder.UIDValidity()
}

// startMailboxes starts what the gateway sees of the server.
func startMailboxes(j *judge) *mailbox.Server {
	j.Helper()
	group, err := client.NewSessionGroup(j.Context(), client.Options{Endpoint: j.server.Endpoint(), User: "SYSTEM"})
	if err != nil {
		j.Fatal(err)
	}
	gateway := mailbox.NewServer(group, mailbox.Settings{OnlyMail: true, PublicFolders: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- group.Run(ctx) }()
	j.Cleanup(func() {
		_ = group.Close(context.Background())
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			j.Error(err)
		}
		gateway.Wait()
	})
	return gateway
}
