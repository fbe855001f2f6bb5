package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// syncPlan is what a synchronisation has to change.
type syncPlan struct {
	steps  []syncStep
	events []syncEvent // of the steps that are done
}

// syncStep is one change. It may be applied more than once, each time in a transaction of its own.
type syncStep struct {
	apply func(ctx context.Context, tx storage.Tx) error
	event *syncEvent // what scripts and sessions hear of it; nil: nothing
}

// syncEvent is an object that came, went, or may no longer log on.
type syncEvent struct {
	change uint32 // abNew, abDelete, abChange
	object *Object
	stores []string // GUIDs of the stores that a deleted user leaves
}

// planner works out a plan.
type planner struct {
	service *Service
	plan    *syncPlan
	ids     map[plugin.Key]storage.UserID
	numbers map[string]uint32 // of companies by external id; new ones are added when they get theirs
	seen    map[plugin.Key]bool
	left    map[plugin.Key]bool // objects that user_safe_mode keeps out
}

// errNobody keeps a mistake in the plugin's settings from deleting everybody.
var errNobody = errors.New("the plugin has no users at all, though there were some; nobody is deleted: correct the search base, filters and types in user_plugin_config")

// plan compares what the plugin says with what is known; the caller holds write.
func (s *Service) plan(ctx context.Context, content *plugin.Content) (*syncPlan, error) {
	p := &planner{
		service: s, plan: new(syncPlan), ids: make(map[plugin.Key]storage.UserID, len(s.source.ids)),
		numbers: make(map[string]uint32), seen: make(map[plugin.Key]bool, len(content.Objects)),
		left: make(map[plugin.Key]bool),
	}
	for _, id := range s.source.ids {
		if len(id.ExternalID) == 0 {
			continue
		}
		p.ids[plugin.KeyOf(id.Class, id.ExternalID)] = id
		if id.Class == mapi.ClassCompany {
			p.numbers[string(id.ExternalID)] = id.ID
		}
	}
	objects := slices.Clone(content.Objects)
	// Companies first: their members are stored with their number.
	slices.SortStableFunc(objects, func(a, b plugin.Object) int { return companyRank(a.Class) - companyRank(b.Class) })
	users := 0
	for i := range objects {
		if p.object(&objects[i]) && objects[i].Class.Kind() == mapi.ClassActiveUser.Kind() {
			users++
		}
	}
	if users == 0 && p.knowsUsers() {
		return nil, errNobody
	}
	for key, id := range p.ids {
		if !p.seen[key] {
			if err := p.gone(ctx, key, id); err != nil {
				return nil, err
			}
		}
	}
	p.relations(content.Relations)
	return p.plan, nil
}

func companyRank(c mapi.ObjectClass) int {
	if c == mapi.ClassCompany {
		return 0
	}
	return 1
}

func (p *planner) knowsUsers() bool {
	for key := range p.ids {
		if key.Kind == mapi.ClassActiveUser.Kind() {
			return true
		}
	}
	return false
}

// add appends a step.
func (p *planner) add(event *syncEvent, apply func(ctx context.Context, tx storage.Tx) error) {
	p.plan.steps = append(p.plan.steps, syncStep{apply, event})
}

// object plans for an object of the plugin; false if it cannot be taken over.
func (p *planner) object(o *plugin.Object) bool {
	s, key := p.service, o.Key()
	if len(o.ExternalID) == 0 || len(o.ExternalID) > plugin.MaxExternalID || p.seen[key] {
		s.log.Warn("an object of the user plugin is left out: its external id is empty, too long or used twice",
			"plugin", s.plugin.Name(), "id", string(o.ExternalID), "name", o.Props[plugin.LoginName]+o.Props[plugin.GroupName]+o.Props[plugin.CompanyName])
		return false
	}
	p.seen[key] = true
	row := storage.DirectoryObject{ExternalID: s.names.row(copyMark, key), Class: o.Class, Props: maps.Clone(o.Props), Multi: o.Multi}
	if row.Props == nil {
		row.Props = make(map[string]string)
	}
	row.Props[propModified] = o.Signature
	delete(row.Props, propPassword)
	id, known := p.ids[key]
	switch {
	case !known:
		p.appear(o, row)
	case (id.Class == mapi.ClassContact) != (o.Class == mapi.ClassContact):
		p.replace(o, row, id)
	case !p.same(key, o, row, id):
		p.differ(o, row, id)
	}
	return true
}

// same reports whether an object is in the database as the plugin has it.
func (p *planner) same(key plugin.Key, o *plugin.Object, row storage.DirectoryObject, id storage.UserID) bool {
	have, ok := p.service.source.objects[key]
	return ok && have.Class == row.Class && maps.Equal(have.Props, row.Props) && maps.EqualFunc(have.Multi, row.Multi, slices.Equal) &&
		id.Company == p.numbers[string(o.Company)]
}

// safe reports whether changes of this kind are only logged (user_safe_mode).
func (p *planner) safe(what string, o *Object) bool {
	if !p.service.settings().SafeMode {
		return false
	}
	p.service.log.Warn("user_safe_mode keeps an object from being "+what, "name", o.Name, "class", o.Class, "id", string(o.ExternalID))
	return true
}

// seenAs is the object as it will be seen.
func seenAs(id storage.UserID, o *plugin.Object, row storage.DirectoryObject) *Object {
	id.ExternalID, id.Class = o.ExternalID, o.Class
	row.ExternalID = o.ExternalID
	return objectOf(id, row)
}

func (p *planner) appear(o *plugin.Object, row storage.DirectoryObject) {
	seen := seenAs(storage.UserID{}, o, row)
	if p.safe("created", seen) {
		p.left[o.Key()] = true
		return
	}
	p.add(&syncEvent{change: abNew, object: seen}, func(ctx context.Context, tx storage.Tx) error {
		return p.insert(ctx, tx, o, row, seen)
	})
}

// insert stores a new object under the next number.
func (p *planner) insert(ctx context.Context, tx storage.Tx, o *plugin.Object, row storage.DirectoryObject, seen *Object) error {
	if err := tx.PutDirectoryObject(ctx, row); err != nil {
		return err
	}
	id := p.idOf(o)
	var err error
	if id.ID, err = tx.AddUserID(ctx, id); err != nil {
		return err
	}
	seen.ID = id.ID
	if o.Class == mapi.ClassCompany {
		p.numbers[string(o.ExternalID)] = id.ID
	}
	return recordAB(ctx, tx, id, abNew)
}

// maxSignature is what fits into the column of the users table.
const maxSignature = 255

func (p *planner) idOf(o *plugin.Object) storage.UserID {
	signature := o.Signature
	if len(signature) > maxSignature {
		signature = signature[:maxSignature]
	}
	return storage.UserID{ExternalID: o.ExternalID, Class: o.Class, Signature: signature, Company: p.numbers[string(o.Company)]}
}

// replace makes somebody else of an object: a user who became a contact, or the reverse.
func (p *planner) replace(o *plugin.Object, row storage.DirectoryObject, old storage.UserID) {
	seen := seenAs(storage.UserID{}, o, row)
	if p.safe("replaced", seen) {
		return
	}
	p.add(&syncEvent{change: abDelete, object: objectOf(old, p.service.source.objects[o.Key()])}, func(ctx context.Context, tx storage.Tx) error {
		return forget(ctx, tx, old)
	})
	p.add(&syncEvent{change: abNew, object: seen}, func(ctx context.Context, tx storage.Tx) error {
		return p.insert(ctx, tx, o, row, seen)
	})
}

func (p *planner) differ(o *plugin.Object, row storage.DirectoryObject, old storage.UserID) {
	event := &syncEvent{change: abChange, object: seenAs(old, o, row)}
	if old.Class != mapi.ClassActiveUser || o.Class == mapi.ClassActiveUser {
		event = nil // only those who may no longer log on are of interest
	}
	p.add(event, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutDirectoryObject(ctx, row); err != nil {
			return err
		}
		id := p.idOf(o)
		id.ID = old.ID
		if err := tx.PutUserID(ctx, id); err != nil {
			return err
		}
		return recordAB(ctx, tx, id, abChange)
	})
}

// gone plans for an object that the plugin no longer has. Its store stays, without an owner.
func (p *planner) gone(ctx context.Context, key plugin.Key, id storage.UserID) error {
	s := p.service
	o := objectOf(id, s.source.objects[key])
	o.ExternalID = id.ExternalID
	o.Class = id.Class
	if p.safe("deleted", o) {
		return nil
	}
	mailboxes, err := s.store.Mailboxes(ctx, storage.MailboxQuery{UserID: &id.ID})
	if err != nil {
		return err
	}
	event := &syncEvent{change: abDelete, object: o}
	for _, m := range mailboxes {
		event.stores = append(event.stores, strings.ToUpper(m.GUID.String()))
	}
	p.add(event, func(ctx context.Context, tx storage.Tx) error {
		for _, mark := range []string{copyMark, ownMark} {
			if err := tx.DeleteDirectoryObject(ctx, s.names.row(mark, key)); err != nil {
				return err
			}
		}
		return forget(ctx, tx, id)
	})
	return nil
}

// relations plans for memberships and the like, except those that are kept here alone.
func (p *planner) relations(now []plugin.Relation) {
	s := p.service
	kept := s.plugin.Writes().Relations
	concerns := func(r plugin.Relation) bool {
		// Relations of objects that are gone go with them.
		return p.seen[r.Parent] && p.seen[r.Child] && !p.left[r.Parent] && !p.left[r.Child] && !slices.Contains(kept, r.Type)
	}
	wanted := make(map[plugin.Relation]bool, len(now))
	for _, r := range now {
		wanted[r] = concerns(r)
	}
	for _, r := range s.source.relations {
		if !concerns(r) || wanted[r] {
			wanted[r] = false
			continue
		}
		p.add(nil, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteRelation(ctx, s.names.relationRow(r)) })
	}
	for _, r := range now {
		if wanted[r] {
			wanted[r] = false
			p.add(nil, func(ctx context.Context, tx storage.Tx) error { return tx.PutRelation(ctx, s.names.relationRow(r)) })
		}
	}
}
