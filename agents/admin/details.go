package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// details shows a user, group or company (agents.md section 2.3).
func (j *job) details(ctx context.Context) error {
	switch j.objectType {
	case typeGroup:
		return j.groupDetails(ctx)
	case typeCompany:
		return j.companyDetails(ctx)
	}
	return j.userDetails(ctx)
}

// field prints a label and a value. Values stand below each other.
func (j *job) field(label, format string, args ...any) {
	const column = 24
	tabs := max(1, (column-len(label)-1+7)/8)
	j.say("%s:%s%s", label, strings.Repeat("\t", tabs), fmt.Sprintf(format, args...))
}

func (j *job) userDetails(ctx context.Context) error {
	u, err := j.findUser(ctx, j.named())
	if err != nil {
		return err
	}
	st, storeErr := j.storeOf(ctx, u.Name)
	j.field("Object id", "%d", u.ID)
	if id, ok := mapi.ParseABEntryID(u.EntryID); ok && id.Version == 1 {
		j.field("Extern id", "%x", id.ExternalID)
	}
	j.userFields(u)
	home := j
	if storeErr == nil {
		home = j.at(st.Session)
		storeErr = home.storeFields(ctx, u, st)
	} else if u.HomeServer != "" {
		j.field("Home server", "%s", u.HomeServer)
	}
	j.mappedProps(u)
	if err := home.quotaFields(ctx, u); err != nil {
		return err
	}
	groups, err := j.session.GroupsOf(ctx, u)
	if err != nil {
		return err
	}
	j.say("Groups (%d):", len(groups))
	t := table{header: []string{"Groupname"}}
	for _, g := range groups {
		t.add(g.Name)
	}
	t.print(j.Stdout)
	return storeErr
}

// userFields shows what the user's record says.
func (j *job) userFields(u client.User) {
	j.field("Username", "%s", u.Name)
	j.field("Fullname", "%s", u.FullName)
	j.field("Emailaddress", "%s", u.Email)
	j.field("Active", "%s", yesNo(u.Class == mapi.ClassActiveUser))
	switch u.Class {
	case mapi.ClassNonActiveUser:
		j.field("Non-active type", "User")
	case mapi.ClassRoom:
		j.field("Non-active type", "Room")
		j.field("Resource capacity", "%d", u.Capacity)
	case mapi.ClassEquipment:
		j.field("Non-active type", "Equipment")
		j.field("Resource capacity", "%d", u.Capacity)
	}
	switch u.AdminLevel {
	case 0:
		j.field("Administrator", "no")
	case 1:
		j.field("Administrator", "yes")
	default:
		j.field("Administrator", "yes (system)")
	}
	j.field("Address book", "%s", visibility(u.Hidden))
}

func visibility(hidden bool) string {
	if hidden {
		return "Hidden"
	}
	return "Visible to current user"
}

// storeFields shows what the user's store says.
func (j *job) storeFields(ctx context.Context, u client.User, st client.Store) error {
	if m, err := j.meetingState(ctx, st); err == nil {
		j.field("Auto-accept meeting req", "%s", yesNo(m.Accept))
		if m.Accept {
			j.field("Decline dbl meetingreq", "%s", yesNo(m.DeclineConflicting))
			j.field("Decline recur meet.req", "%s", yesNo(m.DeclineRecurring))
		}
		j.field("Auto-process meeting req", "%s", yesNo(m.Process))
	} else {
		j.warn("how meeting requests are answered: %s", explain(err))
	}
	o, err := j.session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return err
	}
	if u.HomeServer != "" {
		j.field("Home server", "%s", u.HomeServer)
	}
	j.field("Store GUID", "%s", st.GUID)
	j.field("Out Of Office", "%s", j.outOfOffice(o.Props))
	for _, at := range []struct {
		label string
		tag   mapi.PropTag
	}{{"Last logon", mapi.PrLastLogonTime}, {"Last logoff", mapi.PrLastLogoffTime}} {
		p, _ := o.Props.Get(at.tag)
		j.field(at.label, "%s", j.formatTime(p.Time()))
	}
	j.field("Server version", "%s", j.session.ServerVersion())
	return nil
}

// outOfOffice tells whether the user is away, and since when.
func (j *job) outOfOffice(store mapi.Props) string {
	if on, _ := store.Get(mapi.PrECOutOfOffice); !on.Bool() {
		return "disabled"
	}
	from, _ := store.Get(mapi.PrECOutOfOfficeFrom)
	until, _ := store.Get(mapi.PrECOutOfOfficeUntil)
	text := "enabled"
	if from.Num != 0 {
		text += " from " + j.formatTime(from.Time())
	}
	if until.Num != 0 {
		text += " until " + j.formatTime(until.Time())
	}
	if text == "enabled" {
		return text
	}
	now := mapi.FileTimeOf(j.Now())
	if now >= from.Time() && (until.Num == 0 || now <= until.Time()) {
		return text + " (currently active)"
	}
	return text + " (currently inactive)"
}

// mappedProps shows what else the user's record has.
func (j *job) mappedProps(u client.User) {
	t := table{header: []string{"Property", "Value"}}
	for tag, value := range u.Props {
		t.add(tag.String(), printableValue(tag, value))
	}
	for tag, values := range u.Multi {
		t.add(tag.String(), strings.Join(values, "; "))
	}
	if len(t.rows) == 0 {
		return
	}
	slices.SortFunc(t.rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	j.say("Mapped properties:")
	t.print(j.Stdout)
}

// printableValue shows a binary by its size; it travels as base64.
func printableValue(tag mapi.PropTag, value string) string {
	if tag.Type().IsBinary() {
		return fmt.Sprintf("%d bytes", len(value)/4*3-strings.Count(value, "="))
	}
	return value
}

func (j *job) quotaFields(ctx context.Context, u client.User) error {
	q, err := j.session.Quota(ctx, u)
	if err != nil {
		return err
	}
	j.say("Current user store quota settings:")
	j.field(" Quota overrides", "%s", yesNo(!q.UseDefault))
	j.field(" Warning level", "%s", formatLevel(q.Warn))
	j.field(" Soft level", "%s", formatLevel(q.Soft))
	j.field(" Hard level", "%s", formatLevel(q.Hard))
	size, err := j.session.StoreSize(ctx, u)
	if err != nil && !client.IsNotFound(err) {
		return err
	}
	j.field("Current store size", "%s", formatSize(size))
	return nil
}

func (j *job) groupDetails(ctx context.Context) error {
	g, err := j.findGroup(ctx, j.named())
	if err != nil {
		return err
	}
	j.field("Groupname", "%s", g.Name)
	j.field("Fullname", "%s", g.FullName)
	j.field("Emailaddress", "%s", g.Email)
	j.field("Address book", "%s", visibility(g.Hidden))
	users, err := j.session.Members(ctx, g)
	if err != nil {
		return err
	}
	j.say("Users (%d):", len(users))
	t := table{header: []string{"Username", "Fullname", "Homeserver"}}
	for _, u := range users {
		t.add(u.Name, u.FullName, u.HomeServer)
	}
	t.print(j.Stdout)
	return nil
}
