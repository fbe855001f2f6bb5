package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// errNoCompanies answers everything about companies if the server has none.
var errNoCompanies = errors.New("the server has no companies (enable_hosted_zarafa = no): all users share one address book; leave -I and the company options out")

// noCompanies explains that code.
func noCompanies(err error) error {
	if mapi.CodeOf(err) == mapi.NoSupport {
		return errNoCompanies
	}
	return err
}

// findCompany finds a company by its name.
func (j *job) findCompany(ctx context.Context, name string) (client.Company, error) {
	c, err := j.session.Company(ctx, name)
	if client.IsNotFound(err) {
		return c, fmt.Errorf("there is no company %q", name)
	}
	return c, noCompanies(err)
}

// inCompany adds the company of -I to the name of a user or group, unless it is in it. The server understands that whatever
// its loginname_format is.
func (o *options) inCompany(name string) string {
	if o.company == "" || name == "" || strings.HasSuffix(strings.ToLower(name), "@"+strings.ToLower(o.company)) {
		return name
	}
	return name + "@" + o.company
}

// named is the name of the user or group that the action is about.
func (o *options) named() string {
	if o.objectType == typeCompany {
		return o.target
	}
	return o.inCompany(o.target)
}

// checkCompany is for actions that change a list of the company of -I.
func checkCompany(o *options) error {
	if o.company == "" {
		return fmt.Errorf("--%s needs a company (-I)", o.action.name)
	}
	return nil
}

func (j *job) createCompany(ctx context.Context) error {
	c, err := j.session.CreateCompany(ctx, client.Company{Name: j.target, HomeServer: j.homeServer})
	if err != nil {
		return fmt.Errorf("creating company %q: %w", j.target, noCompanies(err))
	}
	if err := j.setCompanyQuotas(ctx, c); err != nil {
		return fmt.Errorf("company %q is created, but %w", j.target, err)
	}
	j.say("Company created.")
	return nil
}

func checkUpdateCompany(o *options) error {
	if o.newName == "" && o.homeServer == "" && !o.quota.given() && !o.quota.users.given() {
		return errors.New("--update-company needs something to change: -U, --home-server, --qo, --qw, --udqo, --udqw, --udqs or --udqh")
	}
	return nil
}

func (j *job) updateCompany(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.target)
	if err != nil {
		return err
	}
	if j.newName != "" || j.homeServer != "" {
		c.Name, c.HomeServer, c.Administrator, c.AdministratorID = j.newName, j.homeServer, 0, nil
		if err := j.session.SetCompany(ctx, c); err != nil {
			return fmt.Errorf("changing company %q: %w", j.target, err)
		}
	}
	if err := j.setCompanyQuotas(ctx, c); err != nil {
		return err
	}
	j.say("Company information updated.")
	return nil
}

// setCompanyQuotas changes what the options say about the public store of a company and about its users.
func (j *job) setCompanyQuotas(ctx context.Context, c client.Company) error {
	for _, l := range []struct {
		limits  *limits
		ofUsers bool
	}{{&j.quota.limits, false}, {&j.quota.users, true}} {
		if !l.limits.given() {
			continue
		}
		q, err := j.session.CompanyQuota(ctx, c, l.ofUsers)
		if err != nil {
			return fmt.Errorf("reading the quota of company %q: %w", c.Name, err)
		}
		if !l.limits.apply(&q) {
			j.warn("the levels have no effect until the company's own quota is switched on with --qo yes, or --udqo yes for that of its users")
		}
		if err := j.session.SetCompanyQuota(ctx, c, l.ofUsers, q); err != nil {
			return fmt.Errorf("setting the quota of company %q: %w", c.Name, err)
		}
	}
	return nil
}

func (j *job) deleteCompany(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.target)
	if err != nil {
		return err
	}
	if err := j.session.DeleteCompany(ctx, c); err != nil {
		return fmt.Errorf("deleting company %q: %w", j.target, err)
	}
	j.say("Company deleted.")
	return nil
}

func (j *job) listCompanies(ctx context.Context) error {
	companies, err := j.session.Companies(ctx)
	if err != nil {
		return noCompanies(err)
	}
	j.say("Company list (%d):", len(companies))
	t := table{header: []string{"Companyname", "System administrator", "Homeserver"}}
	for _, c := range companies {
		t.add(c.Name, j.administratorName(ctx, c), c.HomeServer)
	}
	t.print(j.Stdout)
	return nil
}

// administratorName is the login name of a company's system administrator; empty if he cannot be read.
func (j *job) administratorName(ctx context.Context, c client.Company) string {
	u, err := j.session.UserByID(ctx, c.Administrator, c.AdministratorID)
	if err != nil {
		return ""
	}
	return u.Name
}

// setSystemAdmin makes a user the administrator of the company of -I: the sender of its quota mails.
func (j *job) setSystemAdmin(ctx context.Context) error {
	c, u, err := j.companyAndUser(ctx)
	if err != nil {
		return err
	}
	c.Name, c.Administrator, c.AdministratorID = "", u.ID, u.EntryID
	if err := j.session.SetCompany(ctx, c); err != nil {
		return fmt.Errorf("making %q the administrator of company %q: %w", u.Name, j.company, err)
	}
	j.say("User set as company administrator.")
	return nil
}

// companyAndUser finds the company of -I and the user of the action, who may be of another company.
func (j *job) companyAndUser(ctx context.Context) (client.Company, client.User, error) {
	c, err := j.findCompany(ctx, j.company)
	if err != nil {
		return c, client.User{}, err
	}
	u, err := j.findUser(ctx, j.target)
	return c, u, err
}

// companyDetails shows a company (agents.md section 2.3).
func (j *job) companyDetails(ctx context.Context) error {
	c, err := j.findCompany(ctx, j.target)
	if err != nil {
		return err
	}
	j.field("Companyname", "%s", c.Name)
	j.field("Sysadmin", "%s", j.administratorName(ctx, c))
	if c.HomeServer != "" {
		j.field("Home server", "%s", c.HomeServer)
	}
	j.field("Address book", "%s", visibility(c.Hidden))
	q, err := j.session.CompanyQuota(ctx, c, false)
	if err != nil {
		return err
	}
	j.say("Current public store quota settings:")
	j.field(" Quota overrides", "%s", yesNo(!q.UseDefault))
	j.field(" Warning level", "%s", formatLevel(q.Warn))
	size, err := j.session.CompanyStoreSize(ctx, c)
	if err != nil && !client.IsNotFound(err) {
		return err
	}
	j.field("Current store size", "%s", formatSize(size))
	if q, err = j.session.CompanyQuota(ctx, c, true); err != nil {
		return err
	}
	j.say("Current user default quota settings:")
	j.field(" Quota overrides", "%s", yesNo(!q.UseDefault))
	j.field(" Warning level", "%s", formatLevel(q.Warn))
	j.field(" Soft level", "%s", formatLevel(q.Soft))
	j.field(" Hard level", "%s", formatLevel(q.Hard))
	if err := j.printRemoteAdmins(ctx, c); err != nil {
		return err
	}
	return j.printViewers(ctx, c)
}
