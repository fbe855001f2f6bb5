package admin

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"zarafa/client"
	"zarafa/mapi"
)

var errDeleteStore = errors.New("--delete-store is not offered: take the store from its user with --unhook-store, then use --remove-store")

func checkLanguage(o *options) error {
	_, err := client.ParseLanguage(o.lang)
	return err
}

// language is that of --lang, else of the settings file.
func (j *job) language() (client.Language, error) {
	if j.lang != "" {
		return client.ParseLanguage(j.lang)
	}
	l, err := client.ParseLanguage(j.cfg.defaultLocale)
	if err != nil {
		return l, fmt.Errorf("default_store_locale: %w", err)
	}
	return l, nil
}

func (j *job) createStore(ctx context.Context) error {
	lang, err := j.language()
	if err != nil {
		return err
	}
	u, err := j.findUser(ctx, j.named())
	if err != nil {
		return err
	}
	st, err := j.createStoreAtHome(ctx, u, lang)
	if mapi.CodeOf(err) == mapi.Collision {
		if _, found := j.session.UserStore(ctx, u.Name, mapi.StorePrivate); found == nil {
			return fmt.Errorf("user %q has a store already; nothing was changed (the server's createuser_script creates stores on its own)", u.Name)
		}
	}
	if err != nil {
		return fmt.Errorf("creating the store of %q: %w", u.Name, err)
	}
	j.sayStore("Store created.", st)
	return nil
}

func (j *job) createPublicStore(ctx context.Context) error {
	create := j.session.CreatePublicStore
	if j.company != "" {
		c, err := j.findCompany(ctx, j.company)
		if err != nil {
			return err
		}
		create = func(ctx context.Context) (client.Store, error) { return j.session.CreatePublicStoreOf(ctx, c) }
	} else if list, err := j.session.Companies(ctx); err == nil && len(list) > 0 {
		return errors.New("each company has a public store of its own: say which one with -I")
	}
	st, err := create(ctx)
	switch {
	case mapi.CodeOf(err) == mapi.Collision:
		return errors.New("there is a public store already; nothing was changed")
	case client.IsNotFound(err):
		return errors.New("another server has the public store; say which with --node (--list-servers shows it)")
	}
	if err != nil {
		return fmt.Errorf("creating the public store: %w", err)
	}
	j.sayStore("Public store created.", st)
	return nil
}

// sayStore tells what is needed to work with a new store.
func (j *job) sayStore(done string, st client.Store) {
	j.say("%s", done)
	j.say("Store GUID:\t%s", st.GUID)
	j.say("Entry id:\t%s", hex.EncodeToString(st.EntryID))
}

func (j *job) unhookStore(ctx context.Context) error {
	_, entryID, err := j.findObject(ctx)
	if err != nil {
		return err
	}
	st, err := j.storeOf(ctx, j.named())
	if err != nil {
		return err
	}
	if err := st.Session.UnhookStore(ctx, j.storeType(), entryID); err != nil {
		return fmt.Errorf("unhooking the store of %q: %w", j.target, err)
	}
	j.say("Store unhooked.")
	j.say("Store GUID:\t%s", st.GUID)
	return nil
}

// storeOf finds the store of a user or group, of the type that --type means.
func (j *job) storeOf(ctx context.Context, owner string) (client.Store, error) {
	find := j.session.UserStore
	if j.node != "" { // that server is meant, whatever the owner's home is
		find = j.session.UserStoreHere
	}
	st, err := find(ctx, owner, j.storeType())
	if client.IsNotFound(err) {
		return st, fmt.Errorf("%q has no store; --create-store creates one", owner)
	}
	return st, err
}

func checkGUID(o *options) error {
	_, err := o.guid()
	return err
}

// guid is the store's GUID that the action is given, with or without the usual punctuation of hex dumps.
func (o *options) guid() (mapi.GUID, error) {
	b, err := hex.DecodeString(o.target)
	g, ok := mapi.GUIDOf(b)
	if err != nil || !ok {
		return g, fmt.Errorf("%q is not the GUID of a store: write 32 hexadecimal digits, as --list-orphans shows them", o.target)
	}
	return g, nil
}

func checkHookStore(o *options) error {
	switch {
	case o.user == "":
		return errors.New("--hook-store needs a user (-u)")
	case o.copyToPublic:
		return errors.New("--copyto-public is not offered: hook the store to a user and copy its folders with a mail client")
	}
	if err := checkType(o); err != nil {
		return err
	}
	return checkGUID(o)
}

// hookStore gives a store to a user. A store that belongs to somebody else is taken from him first.
func (j *job) hookStore(ctx context.Context) error {
	guid, err := j.guid()
	if err != nil {
		return err
	}
	owner, err := j.ownerToHook(ctx)
	if err != nil {
		return err
	}
	err = j.session.HookStore(ctx, j.storeType(), owner, guid)
	if mapi.CodeOf(err) == mapi.Collision {
		if err := j.unhookOwner(ctx, guid); err != nil {
			return err
		}
		err = j.session.HookStore(ctx, j.storeType(), owner, guid)
	}
	if err != nil {
		return fmt.Errorf("hooking store %s to %q: %w", guid, j.user, err)
	}
	j.say("Store hooked.")
	return nil
}

// ownerToHook is the entry id of the user, or of the group or company whose public store it becomes.
func (j *job) ownerToHook(ctx context.Context) ([]byte, error) {
	_, entryID, err := j.findNamed(ctx, j.user)
	return entryID, err
}

// unhookOwner takes a store from whoever has it.
func (j *job) unhookOwner(ctx context.Context, guid mapi.GUID) error {
	stores, err := j.session.Stores(ctx)
	if err != nil {
		return err
	}
	for _, st := range stores {
		if st.GUID != guid || st.UserName == "" {
			continue
		}
		owner, err := j.ownerOf(ctx, st)
		if err != nil {
			return err
		}
		if err := j.session.UnhookStore(ctx, st.Type, owner); err != nil {
			return fmt.Errorf("unhooking the store from %q: %w", st.UserName, err)
		}
		return nil
	}
	return nil
}

// ownerOf is the entry id of whoever has a store: a user or, of a public store, a company or everyone.
func (j *job) ownerOf(ctx context.Context, st client.StoreInfo) ([]byte, error) {
	if st.Type != mapi.StorePublic {
		u, err := j.findUser(ctx, st.UserName)
		return u.EntryID, err
	}
	if c, err := j.session.Company(ctx, st.UserName); err == nil {
		return c.EntryID, nil
	}
	g, err := j.findGroup(ctx, st.UserName)
	return g.EntryID, err
}

func (j *job) removeStore(ctx context.Context) error {
	guid, err := j.guid()
	if err != nil {
		return err
	}
	err = j.session.RemoveStore(ctx, guid)
	if mapi.CodeOf(err) == mapi.Collision {
		return fmt.Errorf("store %s belongs to a user; take it from him with --unhook-store first", guid)
	}
	if err != nil {
		return fmt.Errorf("removing store %s: %w", guid, err)
	}
	j.say("Store removed; its space is freed by the next purge.")
	return nil
}

// listOrphans lists the stores without a user.
func (j *job) listOrphans(ctx context.Context) error {
	stores, err := j.session.Stores(ctx)
	if err != nil {
		return err
	}
	j.say("Stores without a user:")
	t := table{header: []string{"Store GUID", "Guessed owner", "Last login", "Store size", "Store type"}}
	for _, st := range stores {
		if !st.HasStore || st.UserName != "" {
			continue
		}
		t.add(st.GUID.String(), st.DisplayName, j.formatTime(st.Modified), formatSize(st.Size), storeTypeName(st.Type))
	}
	t.print(j.Stdout)
	return nil
}

func storeTypeName(t uint32) string {
	switch t {
	case mapi.StorePrivate:
		return "private"
	case mapi.StorePublic:
		return "public"
	case mapi.StoreArchive:
		return "archive"
	}
	return fmt.Sprint(t)
}
