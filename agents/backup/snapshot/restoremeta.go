package snapshot

import (
	"bytes"
	"errors"
	"fmt"

	"zarafa/agents/backup/item"
	"zarafa/client"
	"zarafa/mapi"
)

// meta restores what folders and the store have beside messages. It comes last, since rules and searches name folders.
func (t *restoring) meta(nodes []*Node) error {
	for _, n := range nodes {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		id := t.targets[string(n.Key)]
		if t.Below != nil && (n.Role == roleRoot || n.Role == roleSubtree) {
			continue // they are the folder that all goes below
		}
		if err := t.folderProps(n, id); err != nil {
			t.fail("properties of folder "+n.Path, err)
		}
		if err := t.grant(id, n.Rights); err != nil {
			t.fail("rights on folder "+n.Path, err)
		}
		if n.Criteria != nil {
			if err := t.search(n, id); err != nil {
				t.fail("criteria of search folder "+n.Path, err)
			}
		}
	}
	if t.Folder != "" || t.Below != nil {
		return nil
	}
	if err := t.storeProps(); err != nil {
		t.fail("properties of the store", err)
	}
	if err := t.grant(t.Into.EntryID, t.tree.Store.Rights); err != nil {
		t.fail("rights on the store", err)
	}
	return t.ctx.Err()
}

// folderProps restores a folder's properties. Those that name places in the store are those of the target: its own, or none.
func (t *restoring) folderProps(n *Node, id mapi.EntryID) error {
	data, err := t.Repo.Load(t.ctx, n.Props)
	if err != nil {
		return err
	}
	m, err := item.Decode(data, item.Outside{})
	if err != nil {
		return err
	}
	if rules := m.Props.Bytes(mapi.PrRulesData); len(rules) > 0 {
		m.Props.Delete(mapi.PrRulesData.ID())
		if err := t.rules(n, id, rules); err != nil {
			t.fail("rules of folder "+n.Path, err)
		}
	}
	return t.setProps(id, m)
}

func (t *restoring) storeProps() error {
	data, err := t.Repo.Load(t.ctx, t.tree.Store.Props)
	if err != nil {
		return err
	}
	m, err := item.Decode(data, item.Outside{})
	if err != nil {
		return err
	}
	return t.setProps(t.Into.EntryID, m)
}

// setProps sets properties of a store or folder, without those that belong to another store.
func (t *restoring) setProps(id mapi.EntryID, m *mapi.Message) error {
	var props []mapi.PropValue
	for _, p := range m.Props {
		if t.portable(&p) {
			props = append(props, p)
		}
	}
	var names []mapi.PropName
	for i := range m.Named {
		names = append(names, m.Named[i].Name)
	}
	ids, err := t.session.PropIDs(t.ctx, true, names...)
	if err != nil {
		return err
	}
	for i := range m.Named {
		v := m.Named[i].Value
		if !t.portable(&v) {
			continue
		}
		v.Tag = mapi.MakeTag(ids[i], v.Tag.Type())
		if v.More != nil {
			v = mapi.Multi(v.Tag, append([]mapi.PropValue(nil), v.Values()...)...)
		}
		props = append(props, v)
	}
	if len(props) == 0 {
		return nil
	}
	return t.session.SetProps(t.ctx, id, props...)
}

// portable reports whether a property means something in the target. Values that name objects of the store by entry id mean nothing in
// another one.
func (t *restoring) portable(p *mapi.PropValue) bool {
	if t.same {
		return true
	}
	if p.Tag.Type().Base() != mapi.PtBinary {
		return true
	}
	if bytes.Contains(p.Data, t.tree.Store.GUID) {
		return false
	}
	for _, v := range p.Values() {
		if bytes.Contains(v.Data, t.tree.Store.GUID) {
			return false
		}
	}
	return true
}

// rules restores a mailbox's rules; the folders that they name are those of the target.
func (t *restoring) rules(n *Node, id mapi.EntryID, data []byte) error {
	rows, err := t.session.ParseRules(data)
	if err != nil {
		return err
	}
	kept := rows[:0]
	for _, row := range rows {
		if err := t.mapRule(row); err != nil {
			t.fail(fmt.Sprintf("rule %q of folder %s", row.Str(mapi.PrRuleName), n.Path), err)
			continue
		}
		kept = append(kept, row)
	}
	return t.session.SetRules(t.ctx, id, kept)
}

// mapRule puts the target's folders into a rule's actions.
func (t *restoring) mapRule(row mapi.Props) error {
	for i := range row {
		if row[i].Tag.ID() != mapi.PrRuleActions.ID() || row[i].More == nil {
			continue
		}
		for j := range row[i].More.Actions {
			a := &row[i].More.Actions[j]
			if a.Type == mapi.ActReply || a.Type == mapi.ActOOFReply {
				if !t.same {
					return errors.New("it answers with a message of another store")
				}
				continue
			}
			if a.Type != mapi.ActMove && a.Type != mapi.ActCopy || t.same || !bytes.Contains(a.Store, t.tree.Store.GUID) {
				continue
			}
			target, ok := t.byOldID[string(a.Folder)]
			if !ok {
				return errors.New("it names a folder that was not restored")
			}
			a.Store, a.Folder = t.Into.EntryID, target
		}
	}
	return nil
}

// grant gives the rights that there were; who is not there now is told of.
func (t *restoring) grant(id mapi.EntryID, rights []Right) error {
	var grants []client.Grant
	var unknown []error
	for _, r := range rights {
		who := Right{Name: r.Name, Group: r.Group}
		if name, ok := t.UserMap[who.Name]; ok {
			who.Name = name
		}
		entry, ok := t.Principals.entries[who]
		if !ok {
			unknown = append(unknown, fmt.Errorf("there is no user or group %q", who.Name))
			continue
		}
		g := client.Grant{EntryID: entry, Rights: mapi.Rights(r.Rights)}
		for number, known := range t.Principals.byID {
			if known == who {
				g.UserID = number
			}
		}
		grants = append(grants, g)
	}
	if len(grants) > 0 {
		if err := t.session.Grant(t.ctx, id, grants...); err != nil {
			return err
		}
	}
	return errors.Join(unknown...)
}

// search restores what a search folder shows.
func (t *restoring) search(n *Node, id mapi.EntryID) error {
	condition, err := item.DecodeRestriction(n.Criteria.Condition)
	if err != nil {
		return err
	}
	c := client.SearchCriteria{Restrict: condition, Recursive: n.Criteria.Recursive}
	for _, old := range n.Criteria.Folders {
		if target, ok := t.byOldID[string(old)]; ok {
			c.Folders = append(c.Folders, target)
		} else if t.same {
			c.Folders = append(c.Folders, old)
		} else {
			return errors.New("it searches a folder that was not restored")
		}
	}
	return t.session.SetSearchCriteria(t.ctx, id, c)
}
