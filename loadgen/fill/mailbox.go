package fill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// history is how far back the items of a mailbox go.
const history = 365 * 24 * time.Hour

// builder fills one mailbox.
type builder struct {
	*filler
	session         *client.Session // on the server that has the mailbox
	user            uint32
	login, fullName string
	random          *rand.Rand
	serial          uint64
}

func newBuilder(f *filler, user uint32) *builder {
	r := rand.New(rand.NewPCG(f.options.Seed, uint64(user)))
	return &builder{filler: f, user: user, login: content.Login(f.options.Prefix, user), fullName: f.material.FullName(r), random: r}
}

// language is the language of the default folders' names.
func (b *builder) language() client.Language {
	return []client.Language{client.English, client.English, client.German, client.Dutch, client.French}[b.random.IntN(5)]
}

func (b *builder) build(ctx context.Context, store client.Store) (Result, error) {
	folders := plan(b.material, b.random, b.options.Messages)
	ids, err := b.createFolders(ctx, store, folders)
	if err != nil {
		return Result{}, err
	}
	items := 0
	for i, f := range folders {
		for n := range f.items {
			if _, err := b.session.CreateMessage(ctx, ids[i], b.item(f, n)); err != nil {
				return Result{}, fmt.Errorf("item %d of folder %q: %w", n, f.name, err)
			}
		}
		items += f.items
	}
	return Result{Users: 1, Folders: len(folders), Items: items}, b.verify(ctx, store, folders, ids)
}

// createFolders finds or creates the folders of a plan.
func (b *builder) createFolders(ctx context.Context, store client.Store, folders []folder) ([]mapi.EntryID, error) {
	standard, err := b.session.DefaultFolders(ctx, store)
	if err != nil {
		return nil, err
	}
	object, err := b.session.LoadObject(ctx, store.EntryID)
	if err != nil {
		return nil, err
	}
	top := mapi.EntryID(object.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	ids := make([]mapi.EntryID, len(folders))
	for i, f := range folders {
		if f.standard {
			ids[i] = standard[f.which]
			continue
		}
		parent := top
		if f.parent >= 0 {
			parent = ids[f.parent]
		}
		if ids[i], err = b.session.CreateFolder(ctx, parent, client.NewFolder{Name: f.name}); err != nil {
			return nil, fmt.Errorf("folder %q: %w", f.name, err)
		}
	}
	return ids, nil
}

// item makes the n-th item of a folder; the last is the newest.
func (b *builder) item(f folder, n int) *client.Message {
	b.serial++
	token := content.Token{User: b.user, Source: "f" + strconv.FormatUint(b.options.Seed, 36), Serial: b.serial}
	step := history / time.Duration(f.items)
	at := b.options.Until.Add(-history + step*time.Duration(n) + time.Duration(b.random.Int64N(int64(step))))
	at = at.Truncate(time.Second)
	switch f.kind {
	case calendarFolder:
		// Half of the appointments are to come.
		return b.material.Appointment(b.random, token, at.Add(history/2).Truncate(30*time.Minute))
	case contactsFolder:
		return b.material.Contact(b.random, token)
	}
	me := content.Address{Name: b.fullName, Login: b.login, Email: content.Email(b.login)}
	mail := content.Mail{Token: token, Time: at, To: []content.Address{me}, Read: b.random.IntN(10) > 0}
	if f.kind == sentFolder {
		mail.From, mail.Read = me, true
		mail.To = []content.Address{{Name: "somebody", Email: fmt.Sprintf("person%d@example.com", b.random.IntN(500))}}
	}
	return b.material.Mail(b.random, mail)
}

// verify compares the server's counters with the plan.
func (b *builder) verify(ctx context.Context, store client.Store, folders []folder, ids []mapi.EntryID) error {
	list, err := b.session.Folders(ctx, store.RootID, true)
	if err != nil {
		return err
	}
	counts := make(map[string]uint32, len(list))
	for _, f := range list {
		counts[string(f.EntryID)] = f.Messages
	}
	for i, f := range folders {
		if got := counts[string(ids[i])]; got != uint32(f.items) {
			return fmt.Errorf("the server counts %d items in folder %q (%d) where %d were put", got, f.name, f.which, f.items)
		}
	}
	return nil
}
