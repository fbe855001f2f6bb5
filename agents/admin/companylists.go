package admin

import (
	"context"
	"fmt"

	"zarafa/client"
	"zarafa/mapi"
)

// changeViewers adds or removes a company that sees the company of -I.
func (j *job) changeViewers(ctx context.Context, change func(context.Context, client.Company, client.Company) error, done string) error {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return err
	}
	viewer, err := j.findCompany(ctx, j.target)
	if err != nil {
		return err
	}
	if err := change(ctx, c, viewer); err != nil {
		return fmt.Errorf("changing who sees company %q: %w", c.Name, err)
	}
	j.say("%s", done)
	return nil
}

func (j *job) addViewer(ctx context.Context) error {
	return j.changeViewers(ctx, j.session.AddViewer, "Company added to remote view list.")
}

func (j *job) deleteViewer(ctx context.Context) error {
	return j.changeViewers(ctx, j.session.DeleteViewer, "Company removed from remote view list.")
}

func (j *job) listViewers(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return err
	}
	return j.printViewers(ctx, c)
}

func (j *job) printViewers(ctx context.Context, c client.Company) error {
	viewers, err := j.session.Viewers(ctx, c)
	if err != nil {
		return err
	}
	j.say("Remote view list for %s(%d):", c.Name, len(viewers))
	t := table{header: []string{"Companyname"}}
	for _, v := range viewers {
		t.add(v.Name)
	}
	t.print(j.Stdout)
	return nil
}

// changeUsers adds or removes a user in a list of the company of -I.
func (j *job) changeUsers(ctx context.Context, change func(context.Context, client.Company, client.User) error, list, done string) error {
	c, u, err := j.companyAndUser(ctx)
	if err != nil {
		return err
	}
	if err := change(ctx, c, u); err != nil {
		return fmt.Errorf("changing the %s of company %q: %w", list, c.Name, err)
	}
	j.say("%s", done)
	return nil
}

func (j *job) addRemoteAdmin(ctx context.Context) error {
	return j.changeUsers(ctx, j.session.AddRemoteAdmin, "remote administrators", "User added to remote admin list.")
}

func (j *job) deleteRemoteAdmin(ctx context.Context) error {
	return j.changeUsers(ctx, j.session.DeleteRemoteAdmin, "remote administrators", "User removed from remote admin list.")
}

func (j *job) listRemoteAdmins(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return err
	}
	return j.printRemoteAdmins(ctx, c)
}

func (j *job) printRemoteAdmins(ctx context.Context, c client.Company) error {
	admins, err := j.session.RemoteAdmins(ctx, c)
	if err != nil {
		return err
	}
	j.printUsers("Remote admin list", c.Name, admins)
	return nil
}

// eachCompany calls list for the company of -I, or for all there are; alone if the server has none.
func (j *job) eachCompany(ctx context.Context, alone func() error, list func(client.Company) error) error {
	if j.company != "" {
		c, err := j.findCompany(ctx, j.company)
		if err != nil {
			return err
		}
		return list(c)
	}
	companies, err := j.session.Companies(ctx)
	switch {
	case mapi.CodeOf(err) == mapi.NoSupport || err == nil && len(companies) == 0:
		return alone()
	case err != nil:
		return err
	}
	for _, c := range companies {
		if err := list(c); err != nil {
			return err
		}
	}
	return nil
}

// printUsers prints a list of users as all lists of the tool are.
func (j *job) printUsers(what, of string, users []client.User) {
	j.say("%s for %s(%d):", what, of, len(users))
	t := table{header: []string{"Username", "Fullname", "Homeserver"}}
	for _, u := range users {
		t.add(u.Name, u.FullName, u.HomeServer)
	}
	t.print(j.Stdout)
}

// changeRecipients adds or removes a recipient of the quota mails of the company of -I.
func (j *job) changeRecipients(ctx context.Context, ofUsers, add bool) error {
	change, done := j.session.DeleteQuotaRecipient, "User removed from quota recipient list."
	if add {
		change, done = j.session.AddQuotaRecipient, "User added to quota recipient list."
	}
	return j.changeUsers(ctx, func(ctx context.Context, c client.Company, u client.User) error { return change(ctx, c, ofUsers, u) },
		"quota recipients", done)
}

func (j *job) addUserQuotaRecipient(ctx context.Context) error {
	return j.changeRecipients(ctx, true, true)
}

func (j *job) deleteUserQuotaRecipient(ctx context.Context) error {
	return j.changeRecipients(ctx, true, false)
}

func (j *job) addCompanyQuotaRecipient(ctx context.Context) error {
	return j.changeRecipients(ctx, false, true)
}

func (j *job) deleteCompanyQuotaRecipient(ctx context.Context) error {
	return j.changeRecipients(ctx, false, false)
}

// listUserQuotaRecipients lists who is warned beside the users of the company of -I. The server tells it only for a user
// with a store, of whom the list begins.
func (j *job) listUserQuotaRecipients(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return err
	}
	users, err := j.session.UsersOf(ctx, c)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ID == mapi.UserSystem {
			continue // he is in the lists of all companies
		}
		recipients, err := j.session.QuotaRecipients(ctx, u.ID, u.EntryID)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		j.printUsers("User quota recipients", c.Name, recipients[min(1, len(recipients)):])
		return nil
	}
	return fmt.Errorf("no user of company %q has a store, so nobody is warned; create one first", c.Name)
}

// listCompanyQuotaRecipients lists who is warned of the public store of the company of -I, whose list begins with itself.
func (j *job) listCompanyQuotaRecipients(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return err
	}
	recipients, err := j.session.QuotaRecipients(ctx, c.ID, c.EntryID)
	if client.IsNotFound(err) {
		return fmt.Errorf("company %q has no public store; zarafa-admin -s -I %s creates it", c.Name, c.Name)
	}
	if err != nil {
		return err
	}
	j.printUsers("Company quota recipients", c.Name, recipients[min(1, len(recipients)):])
	return nil
}
