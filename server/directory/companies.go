package directory

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// propCompanyAdmin holds the external id of the user who is the administrator of a company: the sender of its quota mails.
// SYSTEM is, if there is none. It is in base64.
const propCompanyAdmin = plugin.CompanyAdmin

// requireCompanies refuses the operations on companies where there are none, which clients recognise by NO_SUPPORT.
func (s *Service) requireCompanies(op string) error {
	if !s.Hosted() {
		return mapi.Errorf(mapi.NoSupport, op, "there are no companies (enable_hosted_zarafa = no)")
	}
	return nil
}

func (s *Service) wireCompany(o *Object, c *session.Call) wire.Company {
	caps := c.Session.Capabilities
	snap := s.known()
	w := wire.Company{
		UlCompanyID: o.ID, SCompanyID: s.EntryID(o, caps), SAdministrator: []byte{},
		Companyname: wire.Text(o.Name), Servername: wire.Text(o.Server),
	}
	if admin := snap.administratorOf(o); snap.reaches(c.Session.UserID, admin) {
		w.UlAdministrator, w.SAdministrator = admin.ID, s.EntryID(admin, caps)
	}
	if o.Hidden {
		w.IsABHidden = 1
	}
	w.Propmap, w.MVPropmap = s.wireMaps(o, caps)
	return w
}

func (s *Service) wireCompanies(list []*Object, c *session.Call) []wire.Company {
	out := make([]wire.Company, 0, len(list))
	for _, o := range list {
		if o.Class == mapi.ClassCompany {
			out = append(out, s.wireCompany(o, c))
		}
	}
	return out
}

// administratorOf is who administers a company in name: SYSTEM, unless somebody was chosen who is still there.
func (s *snapshot) administratorOf(company *Object) *Object {
	if o := s.byID[s.administrators[company.ID]]; o != nil {
		return o
	}
	return s.byID[mapi.UserSystem]
}

// chosenAdministrators are the administrators that companies name.
func (s *snapshot) chosenAdministrators(src source) map[uint32]uint32 {
	chosen := make(map[uint32]uint32)
	for _, o := range s.byID {
		if o.Class != mapi.ClassCompany {
			continue
		}
		stored, _ := src.object(plugin.KeyOf(o.Class, o.ExternalID))
		text := stored.Props[propCompanyAdmin]
		admin := s.byExternal[externalKey{mapi.TypeMailUser, text}]
		if external, err := base64.StdEncoding.DecodeString(text); err == nil && admin == nil {
			admin = s.byExternal[externalKey{mapi.TypeMailUser, string(external)}]
		}
		if admin != nil {
			chosen[o.ID] = admin.ID
		}
	}
	return chosen
}

// GetCompanyList answers getCompanyList: the companies that the caller sees.
func (s *Service) GetCompanyList(c *session.Call, _ *wire.GetCompanyListRequest, resp *wire.CompanyListResponse) error {
	if err := s.requireCompanies("getCompanyList"); err != nil {
		return err
	}
	list, err := s.List(c.Context, c.Session.UserID, mapi.ClassCompany.Kind())
	if err != nil {
		return err
	}
	resp.CompanyArray = s.wireCompanies(list, c)
	return nil
}

// ResolveCompanyname answers resolveCompanyname.
func (s *Service) ResolveCompanyname(c *session.Call, req *wire.ResolveCompanynameRequest, resp *wire.ResolveCompanyResponse) error {
	if err := s.requireCompanies("resolveCompanyname"); err != nil {
		return err
	}
	if !req.Companyname.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "resolveCompanyname", "no name given")
	}
	o, err := s.Named(c.Context, c.Session.UserID, req.Companyname.String, mapi.ClassCompany)
	if err != nil {
		return err
	}
	resp.UlCompanyID, resp.SCompanyID = o.ID, s.EntryID(o, c.Session.Capabilities)
	return nil
}

// GetCompany answers getCompany.
func (s *Service) GetCompany(c *session.Call, req *wire.GetCompanyRequest, resp *wire.GetCompanyResponse) error {
	if err := s.requireCompanies("getCompany"); err != nil {
		return err
	}
	o, err := s.resolveCompany(c.Context, c.Session.UserID, req.UlCompanyID, req.SCompanyID)
	if err != nil {
		return err
	}
	w := s.wireCompany(o, c)
	resp.Company = &w
	return nil
}

// checkCompanyName refuses names that could not be told from the user's in loginname_format.
func (s *Service) checkCompanyName(name, op string) error {
	format := s.known().format
	switch {
	case strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl):
		return mapi.Errorf(mapi.InvalidParameter, op, "the company's name %q begins or ends with a blank, or has control characters", name)
	case strings.Contains(name, "@") || format.between != "" && strings.Contains(name, format.between):
		return mapi.Errorf(mapi.InvalidParameter, op, "the company's name %q has the sign that separates it from the user (loginname_format)", name)
	}
	return nil
}

// companyAdministrator finds whom a request makes administrator of a company; nil if it leaves that as it is.
func (s *Service) companyAdministrator(c *session.Call, w *wire.Company) (*Object, error) {
	if (w.UlAdministrator == 0 || w.UlAdministrator == unchanged) && len(w.SAdministrator) == 0 {
		return nil, nil
	}
	o, err := s.resolveUser(c, w.UlAdministrator, w.SAdministrator)
	if err == nil && o.Class == mapi.ClassContact {
		err = mapi.Errorf(mapi.InvalidType, "company", "%s is a contact", o.Name)
	}
	return o, err
}

// setCompanyProps takes over what a request says; administrator is nil and home "" if they stay.
func setCompanyProps(o *storage.DirectoryObject, w *wire.Company, administrator *Object, home string) {
	setText(o, propCompany, w.Companyname)
	if home != "" {
		o.Props[propServer] = home
	}
	if w.IsABHidden != unchanged {
		o.Props[propHidden] = flag(w.IsABHidden != 0)
	}
	if administrator != nil && isBuiltin(administrator) {
		delete(o.Props, propCompanyAdmin)
	} else if administrator != nil {
		o.Props[propCompanyAdmin] = base64.StdEncoding.EncodeToString(administrator.ExternalID)
	}
	setMaps(o, w.Propmap, w.MVPropmap)
}

// CreateCompany answers createCompany: for administrators of the system.
func (s *Service) CreateCompany(c *session.Call, req *wire.CreateCompanyRequest, resp *wire.CreateCompanyResponse) error {
	if err := s.requireCompanies("createCompany"); err != nil {
		return err
	}
	if err := s.requireSystemAdmin(c.Session.UserID, "createCompany"); err != nil {
		return err
	}
	w := req.Company
	if w == nil || w.Companyname.String == "" {
		return mapi.Errorf(mapi.InvalidParameter, "createCompany", "the name is missing")
	}
	if err := s.checkCompanyName(w.Companyname.String, "createCompany"); err != nil {
		return err
	}
	administrator, err := s.companyAdministrator(c, w)
	if err != nil {
		return err
	}
	o := storage.DirectoryObject{Class: mapi.ClassCompany, Props: make(map[string]string), Multi: make(map[string][]string)}
	home, err := s.givenHome(w.Servername, "")
	if err != nil {
		return err
	}
	setCompanyProps(&o, w, administrator, home)
	created, err := s.create(c.Context, o, 0)
	if err != nil {
		return err
	}
	s.created(c.Context, created)
	resp.UlCompanyID, resp.SCompanyID = created.ID, s.EntryID(created, c.Session.Capabilities)
	return nil
}

// SetCompany answers setCompany: for whoever administers the company. Its name, which is in the names of its users, is
// for administrators of the system.
func (s *Service) SetCompany(c *session.Call, req *wire.SetCompanyRequest, _ *wire.SetCompanyResponse) error {
	if err := s.requireCompanies("setCompany"); err != nil {
		return err
	}
	w := req.Company
	if w == nil {
		return mapi.Errorf(mapi.InvalidParameter, "setCompany", "no company given")
	}
	o, err := s.administeredCompany(c, w.UlCompanyID, w.SCompanyID, "setCompany")
	if err != nil {
		return err
	}
	if name := w.Companyname.String; name != "" && name != o.Name {
		if err := s.requireSystemAdmin(c.Session.UserID, "setCompany"); err != nil {
			return err
		}
		if err := s.checkCompanyName(name, "setCompany"); err != nil {
			return err
		}
	}
	administrator, err := s.companyAdministrator(c, w)
	if err != nil {
		return err
	}
	home, err := s.givenHome(w.Servername, o.Server)
	if err != nil {
		return err
	}
	if home != "" {
		if err := s.requireSystemAdmin(c.Session.UserID, "setCompany"); err != nil {
			return err
		}
	}
	err = s.change(c.Context, o, func(d *storage.DirectoryObject) { setCompanyProps(d, w, administrator, home) })
	if err != nil || w.Companyname.String == "" || w.Companyname.String == o.Name {
		return err
	}
	return s.recordMembers(c.Context, o)
}

// recordMembers tells those who synchronise the address book that a company's members have other names.
func (s *Service) recordMembers(ctx context.Context, company *Object) error {
	members := s.known().companyMembers(company, false)
	return s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		for _, o := range members {
			if err := recordAB(ctx, tx, storage.UserID{ID: o.ID, ExternalID: o.ExternalID, Class: o.Class}, abChange); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

// administeredCompany finds the company a request names, for callers who administer it.
func (s *Service) administeredCompany(c *session.Call, id uint32, entryID []byte, op string) (*Object, error) {
	if err := s.requireCompanies(op); err != nil {
		return nil, err
	}
	o, err := s.resolveCompany(c.Context, c.Session.UserID, id, entryID)
	if err != nil {
		return nil, err
	}
	return o, s.requireAdminOver(c.Session.UserID, o, op)
}

// AdministratorOf is who administers a company in name and sends its quota mails.
func (s *Service) AdministratorOf(company *Object) *Object {
	return s.known().administratorOf(company)
}

// CompanyName is the name of an object's company, "" if it has none.
func (s *Service) CompanyName(o *Object) string { return s.known().companyNameOf(o) }
