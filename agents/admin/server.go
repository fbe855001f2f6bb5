package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zarafa/mapi"
)

var errOfflineProfiles = errors.New("--force-resync is not offered: the server keeps no record of offline profiles; have the client recreate its profile")

// caches are the names of the server's caches and their bits in the mask of purgeCache (agents.md section 2.4).
func caches() []struct {
	name string
	mask uint32
} {
	return []struct {
		name string
		mask uint32
	}{
		{"quota", 0x1}, {"quotadefault", 0x2}, {"object", 0x4}, {"store", 0x8}, {"acl", 0x10}, {"cell", 0x20}, {"index1", 0x40}, {"index2", 0x80},
		{"indexedproperty", 0x100}, {"userobject", 0x200}, {"externid", 0x400}, {"userdetail", 0x800}, {"server", 0x1000}, {"all", 0xFFFFFFFF},
	}
}

// parseCaches reads a mask, decimal or with 0x, or names separated by commas.
func parseCaches(text string) (mask uint32, err error) {
	if n, err := strconv.ParseUint(text, 0, 32); err == nil {
		return uint32(n), nil
	}
names:
	for name := range strings.SplitSeq(text, ",") {
		for _, c := range caches() {
			if c.name == strings.TrimSpace(name) {
				mask |= c.mask
				continue names
			}
		}
		var known []string
		for _, c := range caches() {
			known = append(known, c.name)
		}
		return 0, fmt.Errorf("there is no cache %q; write a mask or names of %s", name, strings.Join(known, ", "))
	}
	return mask, nil
}

func checkCaches(o *options) error {
	_, err := parseCaches(o.target)
	return err
}

func (j *job) clearCache(ctx context.Context) error {
	mask, err := parseCaches(j.target)
	if err != nil {
		return err
	}
	if err := j.session.PurgeCache(ctx, mask); err != nil {
		return err
	}
	j.say("Cache cleared.")
	return nil
}

func parseDays(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, errors.New("--purge-softdelete needs a number of days; 0 removes everything that was deleted")
	}
	return uint32(n), nil
}

func checkDays(o *options) error {
	_, err := parseDays(o.target)
	return err
}

func (j *job) purgeSoftDelete(ctx context.Context) error {
	days, err := parseDays(j.target)
	if err != nil {
		return err
	}
	if err := j.session.PurgeSoftDelete(ctx, days); err != nil {
		return err
	}
	j.say("Softdelete purge done.")
	return nil
}

// purgeDeferred repeats the call until nothing is left: the server writes out a part at a time.
func (j *job) purgeDeferred(ctx context.Context) error {
	for last := uint32(0); ; {
		left, err := j.session.PurgeDeferred(ctx)
		if mapi.CodeOf(err) == mapi.NotFound {
			break // nothing is deferred
		}
		if err != nil {
			return err
		}
		if left == 0 || left == last {
			break
		}
		last = left
	}
	j.say("Deferred updates written.")
	return nil
}

// resetFolderCount counts the contents of all folders of a user anew.
func (j *job) resetFolderCount(ctx context.Context) error {
	st, err := j.storeOf(ctx, j.named())
	if err != nil {
		return err
	}
	j = j.at(st.Session)
	folders, err := j.session.Folders(ctx, st.RootID, true)
	if err != nil {
		return err
	}
	ids := []mapi.EntryID{st.RootID}
	for _, f := range folders {
		if f.Kind == mapi.FolderGeneric {
			ids = append(ids, f.EntryID)
		}
	}
	var fixed uint32
	for _, id := range ids {
		n, err := j.session.ResetFolderCount(ctx, id)
		if err != nil {
			return err
		}
		fixed += n
	}
	j.say("%d of the counters of %d folders were wrong.", fixed, len(ids))
	return nil
}
