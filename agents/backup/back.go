package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/daemon/subcommand"
	"zarafa/mapi"
)

// target are the options that say where a restore goes.
type target struct {
	user, below, mode string
	dryRun, skipMeta  bool
	userMap           map[string]string
}

func (t *target) define(fs *pflag.FlagSet) {
	fs.StringVar(&t.user, "into", "", "restore into the store of this user; \"public\" is the public store")
	fs.StringVar(&t.below, "restore-root", "", "make the folders below this one, which is made if need be, rather than where they were")
	fs.StringVar(&t.mode, "existing", string(snapshot.Skip), "messages that are there already: skip, changed (replace if they differ), overwrite, copy")
	fs.BoolVar(&t.dryRun, "dry-run", false, "write nothing, and say what would be")
	fs.BoolVar(&t.skipMeta, "skip-meta", false, "messages alone, no properties, rights, rules and searches of folders")
	fs.StringToStringVar(&t.userMap, "user-map", nil, "users and groups that are called otherwise now: old=new")
}

func (e *environment) restoreCommand() subcommand.Command {
	fs := e.options("restore")
	var s selection
	var t target
	s.define(fs)
	t.define(fs)
	return subcommand.Command{
		Name: "restore", Short: "restore a store, folders or messages", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			if t.user == "" {
				return subcommand.Usage, errors.New("say into whose store: --into USER")
			}
			mode := snapshot.Mode(t.mode)
			switch mode {
			case snapshot.Skip, snapshot.Changed, snapshot.Overwrite, snapshot.Copy:
			default:
				return subcommand.Usage, fmt.Errorf("--existing: %q is none of skip, changed, overwrite and copy", t.mode)
			}
			return 0, e.restore(ctx, &s, &t, mode)
		},
	}
}

// restore carries out a restore.
func (e *environment) restore(ctx context.Context, s *selection, t *target, mode snapshot.Mode) error {
	c, r, err := e.open(ctx)
	if err != nil {
		return err
	}
	chosen, err := s.choose(ctx, r)
	if err != nil {
		return err
	}
	match, err := s.match()
	if err != nil {
		return err
	}
	session, err := e.logOn(ctx, c)
	if err != nil {
		return err
	}
	defer session.Close(context.WithoutCancel(ctx))
	job := snapshot.Restore{
		Repo: r, Log: e.log, Folder: strings.Trim(s.folder, "/"), Want: match, Mode: mode, DryRun: t.dryRun, SkipMeta: t.skipMeta, UserMap: t.userMap,
	}
	if strings.HasPrefix(s.folder, "/") {
		job.Folder = "/" + job.Folder
	}
	if job.Into, job.Kind, err = targetStore(ctx, session, t.user); err != nil {
		return err
	}
	if job.Principals, err = snapshot.ReadPrincipals(ctx, job.Into.Session); err != nil {
		return err
	}
	if t.below != "" {
		if job.Below, err = makePath(ctx, job.Into, t.below, t.dryRun); err != nil {
			return fmt.Errorf("--restore-root: %w", err)
		}
	}
	done, err := job.Run(ctx, chosen)
	verb := ""
	if t.dryRun {
		verb = "would be "
	}
	fmt.Fprintf(e.out, "%d messages %screated, %d %sreplaced, %d left as they were\n", done.Created, verb, done.Replaced, verb, done.Skipped)
	for _, f := range done.Failed {
		fmt.Fprintln(e.out, "not restored:", f)
	}
	if err == nil && len(done.Failed) > 0 {
		err = fmt.Errorf("%d things could not be restored", len(done.Failed))
	}
	return needsIdentity(err)
}

// targetStore finds the store of a user, or the public one.
func targetStore(ctx context.Context, session *client.Session, user string) (client.Store, string, error) {
	if strings.EqualFold(user, "public") {
		st, err := session.PublicStore(ctx)
		return st, snapshot.Public, err
	}
	st, err := session.UserStore(ctx, user, mapi.StorePrivate)
	if client.IsNotFound(err) {
		err = fmt.Errorf("user %q does not exist or has no store; \"zarafa-admin --create-store %s\" makes one: %w", user, user, err)
	}
	return st, snapshot.Private, err
}

// makePath finds folders below the visible tree, or makes them.
func makePath(ctx context.Context, st client.Store, path string, dryRun bool) (mapi.EntryID, error) {
	o, err := st.Session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return nil, err
	}
	at := mapi.EntryID(o.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	if dryRun {
		return st.Session.FolderByPath(ctx, at, strings.Split(strings.Trim(path, "/"), "/")...)
	}
	for _, name := range strings.Split(strings.Trim(path, "/"), "/") {
		if at, err = st.Session.CreateFolder(ctx, at, client.NewFolder{Name: name}); err != nil {
			return nil, err
		}
	}
	return at, nil
}
