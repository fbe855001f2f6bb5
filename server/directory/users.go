package directory

import (
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// unchanged is what a number has in setUser when it is to stay as it is.
const unchanged = 0xFFFFFFFF

// wireUser is the form of a user that clients get; the password is never among it.
func (s *Service) wireUser(o *Object, caps uint32) wire.User {
	u := wire.User{
		UlUserID: o.ID, SUserID: s.EntryID(o, caps),
		Username: wire.Text(o.Name), Password: wire.Text(""),
		MailAddress: wire.Text(o.Email), FullName: wire.Text(o.FullName), Servername: wire.Text(o.Server),
		IsAdmin: o.AdminLevel, Capacity: o.Capacity, ObjClass: uint32(o.Class),
	}
	if o.Hidden {
		u.IsABHidden = 1
	}
	if !isBuiltin(o) {
		u.Propmap, u.MVPropmap = s.wireMaps(o, caps)
	}
	return u
}

// wireMaps are the further properties of an object; binaries go to clients that understand their base64 text.
func (s *Service) wireMaps(o *Object, caps uint32) ([]wire.PropmapPair, []wire.PropmapMVPair) {
	var single []wire.PropmapPair
	for _, tag := range sortedTags(o.Props) {
		if tag.Type().IsBinary() && caps&mapi.CapExtendedAnon == 0 {
			continue
		}
		single = append(single, wire.PropmapPair{PropID: uint32(tag), Value: wire.Text(o.Props[tag])})
	}
	enabled, disabled := s.featuresOf(o)
	multi := []wire.PropmapMVPair{
		{PropID: uint32(tagEnabledFeatures), Values: enabled},
		{PropID: uint32(tagDisabledFeatures), Values: disabled},
	}
	for _, tag := range sortedTags(o.Multi) {
		if tag == tagEnabledFeatures || tag == tagDisabledFeatures || tag.Type().IsBinary() && caps&mapi.CapExtendedAnon == 0 {
			continue
		}
		multi = append(multi, wire.PropmapMVPair{PropID: uint32(tag), Values: o.Multi[tag]})
	}
	return single, multi
}

func sortedTags[V any](m map[mapi.PropTag]V) []mapi.PropTag {
	tags := make([]mapi.PropTag, 0, len(m))
	for tag := range m {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

// setText writes a string property unless the client left it out or empty, which both mean "unchanged"
// (traces 01: an update of the password sends empty names). The copy outlives the request.
func setText(o *storage.DirectoryObject, name string, v wire.NullString) {
	if v.Valid && v.String != "" {
		o.Props[name] = strings.Clone(v.String)
	}
}

// setMaps stores the further properties of a request.
func setMaps(o *storage.DirectoryObject, single []wire.PropmapPair, multi []wire.PropmapMVPair) {
	for _, p := range single {
		name := nameOfTag(eightBit(mapi.PropTag(p.PropID)))
		if p.Value.Valid && p.Value.String != "" {
			o.Props[name] = strings.Clone(p.Value.String)
		} else {
			delete(o.Props, name)
		}
	}
	for _, p := range multi {
		values := make([]string, len(p.Values))
		for i, v := range p.Values {
			values[i] = strings.Clone(v)
		}
		o.Multi[nameOfTag(eightBit(mapi.PropTag(p.PropID)))] = values
	}
}

// eightBit is the tag under which a property is stored and shown in the maps: strings have the 8-bit type.
func eightBit(tag mapi.PropTag) mapi.PropTag {
	switch tag.Type() {
	case mapi.PtUnicode:
		return tag.WithType(mapi.PtString8)
	case mapi.PtMVUnicode:
		return tag.WithType(mapi.PtMVString8)
	}
	return tag
}

// userKinds are the classes that createUser and setUser accept; 0 is an active user.
func userClass(class uint32) (mapi.ObjectClass, bool) {
	c := mapi.ObjectClass(class)
	switch c {
	case 0:
		return mapi.ClassActiveUser, true
	case mapi.ClassActiveUser, mapi.ClassNonActiveUser, mapi.ClassRoom, mapi.ClassEquipment, mapi.ClassContact:
		return c, true
	}
	return 0, false
}

// CreateUser answers createUser (objects.md sections 2.1 and 9). A name is required; full name and mail address
// must be there but may be empty, and so must a password unless a class is given. Without a password nobody logs on.
func (s *Service) CreateUser(c *session.Call, req *wire.CreateUserRequest, resp *wire.CreateUserResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "createUser"); err != nil {
		return err
	}
	u := req.User
	if u == nil || u.Username.String == "" || !u.FullName.Valid || !u.MailAddress.Valid || !u.Password.Valid && u.ObjClass == 0 {
		return mapi.Errorf(mapi.InvalidParameter, "createUser", "name, full name, mail address or password is missing")
	}
	class, ok := userClass(u.ObjClass)
	if !ok {
		return mapi.Errorf(mapi.InvalidType, "createUser", "no class of users: %#x", u.ObjClass)
	}
	bare, company, err := s.placeNew(c.Session.UserID, u.Username.String, "createUser")
	if err != nil {
		return err
	}
	o := storage.DirectoryObject{Class: class, Props: make(map[string]string), Multi: make(map[string][]string)}
	home, err := s.givenHome(u.Servername, "")
	if err != nil {
		return err
	}
	setUserProps(&o, u, home)
	setText(&o, propLogin, wire.Text(bare))
	s.limitLevel(c.Session.UserID, &o)
	if o.Props[propAdmin] == "" {
		o.Props[propAdmin] = "0"
	}
	if u.Password.String != "" {
		o.Props[propPassword] = hashPassword(u.Password.String)
	}
	created, err := s.create(c.Context, o, company)
	if err != nil {
		return err
	}
	s.created(c.Context, created)
	resp.UlUserID, resp.SUserID = created.ID, s.EntryID(created, c.Session.Capabilities)
	return nil
}

// setUserProps takes over what a request says; home is its home server, "" if that stays.
func setUserProps(o *storage.DirectoryObject, u *wire.User, home string) {
	setText(o, propLogin, u.Username)
	setText(o, propFullName, u.FullName)
	setText(o, propEmail, u.MailAddress)
	if u.IsAdmin != unchanged {
		o.Props[propAdmin] = text(int64(min(u.IsAdmin, 2)))
	}
	if u.IsABHidden != unchanged {
		o.Props[propHidden] = flag(u.IsABHidden != 0)
	}
	if u.Capacity != unchanged {
		o.Props[propCapacity] = text(int64(u.Capacity))
	}
	setMaps(o, u.Propmap, u.MVPropmap)
	if home != "" {
		o.Props[propServer] = home
	}
}

// GetUser answers getUser.
func (s *Service) GetUser(c *session.Call, req *wire.GetUserRequest, resp *wire.GetUserResponse) error {
	o, err := s.resolveUser(c, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	u := s.wireUser(o, c.Session.Capabilities)
	resp.User = &u
	return nil
}

// resolveUser finds the mail user a request names.
func (s *Service) resolveUser(c *session.Call, id uint32, entryID []byte) (*Object, error) {
	if len(entryID) != 0 {
		if _, ok := mapi.ParseABEntryID(entryID); !ok {
			return nil, mapi.Errorf(mapi.InvalidParameter, "directory", "not an entry id of a user")
		}
	}
	o, err := s.Resolve(c.Context, c.Session.UserID, id, entryID)
	if err != nil {
		return nil, err
	}
	if o.Class.Kind() != mapi.ClassActiveUser.Kind() {
		return nil, mapi.Errorf(mapi.NotFound, "directory", "%s is no user", o.Name)
	}
	return o, nil
}

// newHash is the stored form of a user's new password, "" if he is to keep what he has: clients send the password along
// with other changes, and that must not end his sessions.
func (s *Service) newHash(o *Object, password string) string {
	if password == "" {
		return ""
	}
	if old := s.known().hashes[o.ID]; old != "" {
		if same, legacy := s.verifier.check(old, password); same && !legacy {
			return ""
		}
	}
	return hashPassword(password)
}

// SetUser answers setUser: administrators change anything, others their own password only (the
// rest of what they send is dropped).
func (s *Service) SetUser(c *session.Call, req *wire.SetUserRequest, _ *wire.SetUserResponse) error {
	u := req.User
	if u == nil {
		return mapi.Errorf(mapi.InvalidParameter, "setUser", "no user given")
	}
	o, err := s.resolveUser(c, u.UlUserID, u.SUserID)
	if err != nil {
		return err
	}
	admin := s.requireAdminOver(c.Session.UserID, o, "setUser") == nil
	if !admin && o.ID != c.Session.UserID {
		return mapi.Errorf(mapi.NoAccess, "setUser", "user %d may not change %s", c.Session.UserID, o.Name)
	}
	class := o.Class
	if admin && u.ObjClass != 0 && u.ObjClass != unchanged {
		var ok bool
		if class, ok = userClass(u.ObjClass); !ok {
			return mapi.Errorf(mapi.InvalidType, "setUser", "no class of users: %#x", u.ObjClass)
		}
	}
	home, err := s.givenHome(u.Servername, o.Server)
	if err != nil && admin {
		return err
	}
	bare, company, err := s.rename(c.Session.UserID, o, u.Username.String, "setUser")
	if err != nil && admin {
		return err
	}
	if !admin {
		company = o.Company
	}
	hash := s.newHash(o, u.Password.String)
	err = s.changeIn(c.Context, o, company, func(d *storage.DirectoryObject) {
		if hash != "" {
			d.Props[propPassword] = hash
		}
		if admin {
			setUserProps(d, u, home)
			setText(d, propLogin, wire.Text(bare))
			s.limitLevel(c.Session.UserID, d)
			d.Class = class
		}
	})
	loggedOff := hash != "" || class != mapi.ClassActiveUser && class != o.Class
	if err != nil || !loggedOff {
		return err
	}
	var keep *session.Session
	if o.ID == c.Session.UserID {
		keep = c.Session // who changes his own password goes on working; whoever else knew it does not
	}
	s.endSessions(o.ID, keep)
	return nil
}

// DeleteUser answers deleteUser. The store stays, without an owner.
func (s *Service) DeleteUser(c *session.Call, req *wire.DeleteUserRequest, _ *wire.DeleteUserResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "deleteUser"); err != nil {
		return err
	}
	o, err := s.resolveUser(c, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c.Session.UserID, o, "deleteUser"); err != nil {
		return err
	}
	mailboxes, err := s.store.Mailboxes(c.Context, storage.MailboxQuery{UserID: &o.ID})
	if err != nil {
		return err
	}
	if err := s.remove(c.Context, o); err != nil {
		return err
	}
	s.endSessions(o.ID, nil)
	for _, m := range mailboxes {
		s.settings().Scripts.run(c.Context, s.log, s.settings().Scripts.DeleteUser, "deleteuser", "STOREGUID", strings.ToUpper(m.GUID.String()))
	}
	return nil
}

// GetUserList answers getUserList: all users the caller may see, contacts excepted; with companies, of one of them.
func (s *Service) GetUserList(c *session.Call, req *wire.GetUserListRequest, resp *wire.UserListResponse) error {
	list, err := s.ofCompany(c.Context, c.Session.UserID, req.UlCompanyID, req.SCompanyID, mapi.ClassActiveUser.Kind())
	if err != nil {
		return err
	}
	resp.UserArray = s.wireUsers(list, c.Session.Capabilities)
	return nil
}

func (s *Service) wireUsers(list []*Object, caps uint32) []wire.User {
	out := make([]wire.User, 0, len(list))
	for _, o := range list {
		if o.Class != mapi.ClassContact {
			out = append(out, s.wireUser(o, caps))
		}
	}
	return out
}

// ResolveUsername answers resolveUsername.
func (s *Service) ResolveUsername(c *session.Call, req *wire.ResolveUsernameRequest, resp *wire.ResolveUserResponse) error {
	if !req.Username.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "resolveUsername", "no name given")
	}
	o, err := s.Named(c.Context, c.Session.UserID, req.Username.String, mapi.ClassActiveUser.Kind())
	if err != nil {
		return err
	}
	resp.UlUserID, resp.SUserID = o.ID, s.EntryID(o, c.Session.Capabilities)
	return nil
}

// SyncUsers answers syncUsers: the directory asks the plugin, or reads its tables again in case somebody changed them.
func (s *Service) SyncUsers(c *session.Call, _ *wire.SyncUsersRequest, _ *wire.SyncUsersResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "syncUsers"); err != nil {
		return err
	}
	if s.Hosted() { // it costs, and is about all companies
		if err := s.requireSystemAdmin(c.Session.UserID, "syncUsers"); err != nil {
			return err
		}
	}
	if s.plugin != nil {
		err := s.synchronise(c.Context, true)
		s.awaitScripts()
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	return s.reload(c.Context)
}
