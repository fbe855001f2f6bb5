package admin

import (
	"context"
	"errors"
	"fmt"

	"zarafa/client"
)

func (j *job) createGroup(ctx context.Context) error {
	g := client.Group{Name: j.named(), FullName: j.target, Email: j.email}
	if j.fullName != "" {
		g.FullName = j.fullName
	}
	if err := j.session.CreateGroup(ctx, g); err != nil {
		return fmt.Errorf("creating group %q: %w", j.target, err)
	}
	j.say("Group created.")
	return nil
}

func checkUpdateGroup(o *options) error {
	if o.email == "" && o.addSendAs == "" && o.delSendAs == "" {
		return errors.New("--update-group needs -e, --add-sendas or --del-sendas")
	}
	return nil
}

func (j *job) updateGroup(ctx context.Context) error {
	g, err := j.findGroup(ctx, j.named())
	if err != nil {
		return err
	}
	if j.email != "" {
		g.Email = j.email
		if err := j.session.SetGroup(ctx, g); err != nil {
			return fmt.Errorf("changing group %q: %w", j.target, err)
		}
	}
	if err := j.changeSendAs(ctx, g.ID, g.EntryID); err != nil {
		return err
	}
	j.say("Group information updated.")
	return nil
}

func (j *job) deleteGroup(ctx context.Context) error {
	g, err := j.findGroup(ctx, j.named())
	if err != nil {
		return err
	}
	if err := j.session.DeleteGroup(ctx, g); err != nil {
		return fmt.Errorf("deleting group %q: %w", j.target, err)
	}
	j.say("Group deleted.")
	return nil
}

func checkMembership(o *options) error {
	if o.group == "" {
		return errors.New("-b and -B need a group (-i)")
	}
	return nil
}

func (j *job) addToGroup(ctx context.Context) error {
	u, g, err := j.membership(ctx)
	if err != nil {
		return err
	}
	if err := j.session.AddMember(ctx, g, u); err != nil {
		return fmt.Errorf("adding user %q to group %q: %w", u.Name, g.Name, err)
	}
	j.say("User added to group.")
	return nil
}

func (j *job) removeFromGroup(ctx context.Context) error {
	u, g, err := j.membership(ctx)
	if err != nil {
		return err
	}
	if err := j.session.DeleteMember(ctx, g, u); err != nil {
		return fmt.Errorf("removing user %q from group %q: %w", u.Name, g.Name, err)
	}
	j.say("User removed from group.")
	return nil
}

// membership finds the user and the group of -b and -B.
func (j *job) membership(ctx context.Context) (client.User, client.Group, error) {
	u, err := j.findUser(ctx, j.named())
	if err != nil {
		return u, client.Group{}, err
	}
	g, err := j.findGroup(ctx, j.inCompany(j.group))
	return u, g, err
}

// findGroup finds a group by its name.
func (j *job) findGroup(ctx context.Context, name string) (client.Group, error) {
	g, err := j.session.Group(ctx, name)
	if client.IsNotFound(err) {
		return g, fmt.Errorf("there is no group %q", name)
	}
	return g, err
}

func (j *job) listGroups(ctx context.Context) error {
	return j.eachCompany(ctx, func() error {
		groups, err := j.session.Groups(ctx)
		if err == nil {
			j.printGroups(installation, groups)
		}
		return err
	}, func(c client.Company) error {
		groups, err := j.session.GroupsOfCompany(ctx, c)
		if err == nil {
			j.printGroups(c.Name, groups)
		}
		return err
	})
}

func (j *job) printGroups(of string, groups []client.Group) {
	j.say("Group list for %s(%d):", of, len(groups))
	t := table{header: []string{"Groupname"}}
	for _, g := range groups {
		t.add(g.Name)
	}
	t.print(j.Stdout)
}
