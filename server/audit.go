package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"zarafa/daemon/logging"
	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/wire"
)

// changesAccess reports whether an operation changes who there is and what each may do.
func changesAccess(op wire.Op) bool {
	switch op {
	case wire.OpCreateUser, wire.OpSetUser, wire.OpDeleteUser, wire.OpCreateGroup, wire.OpSetGroup, wire.OpGroupDelete, wire.OpAddGroupUser,
		wire.OpDeleteGroupUser, wire.OpCreateCompany, wire.OpSetCompany, wire.OpDeleteCompany, wire.OpAddCompanyToRemoteViewList,
		wire.OpDelCompanyFromRemoteViewList, wire.OpAddUserToRemoteAdminList, wire.OpDelUserFromRemoteAdminList, wire.OpAddSendAsUser,
		wire.OpDelSendAsUser, wire.OpSetRights, wire.OpSetQuota, wire.OpAddQuotaRecipient, wire.OpDeleteQuotaRecipient,
		wire.OpCreateStore, wire.OpRemoveStore, wire.OpHookStore, wire.OpUnhookStore, wire.OpSyncUsers, wire.OpRemoveAllObjects:
		return true
	}
	return false
}

// recordAccess writes what the record of access has of a call, usually nothing: log-ons and refused ones, changes of users and
// rights, the opening of others' stores, and whatever was refused for want of rights.
func (s *Server) recordAccess(c *session.Call, req wire.Request, resp wire.Response, err error) {
	if !s.records.access.Enabled() {
		return
	}
	op, code := req.Op(), mapi.CodeOf(err)
	switch {
	case op == wire.OpLogon || op == wire.OpSSOLogon:
		if code != mapi.SsoContinue {
			s.writeAccess(c, "logon", err, logonFields(req)...)
		}
	case c.Session == nil:
	case changesAccess(op):
		s.writeAccess(c, "change", err, append([]logging.Field{{Name: "operation", Value: op.String()}}, subjects(req)...)...)
	case op == wire.OpGetStore && err == nil:
		if fields := s.foreignStore(c, resp); fields != nil {
			s.writeAccess(c, "store", nil, fields...)
		}
	case code == mapi.NoAccess:
		s.writeAccess(c, "access", err, append([]logging.Field{{Name: "operation", Value: op.String()}}, subjects(req)...)...)
	}
}

func (s *Server) writeAccess(c *session.Call, event string, err error, fields ...logging.Field) {
	line := append(s.records.who(c), logging.Field{Name: "event", Value: event})
	line = append(line, fields...)
	s.records.access.Write(s.now(), append(line, logging.Field{Name: "result", Value: resultOf(err)})...)
}

// logonFields say who wanted to log on, by whose word.
func logonFields(req wire.Request) []logging.Field {
	switch r := req.(type) {
	case *wire.LogonRequest:
		return []logging.Field{
			{Name: "name", Value: r.Username.String}, {Name: "as", Value: r.ImpersonateUser.String}, {Name: "program", Value: r.ClientApp.String},
		}
	case *wire.SSOLogonRequest:
		return []logging.Field{
			{Name: "name", Value: r.Username.String}, {Name: "as", Value: r.ImpersonateUser.String}, {Name: "program", Value: r.ClientApp.String},
			{Name: "method", Value: "sso"},
		}
	}
	return nil
}

// foreignStore says whose store was opened that is neither the caller's nor public, and what the caller may there; nil for other
// stores. Opening a store asks for no right, so that alone tells nothing of what he saw: rights are those on the store, "all" of
// whoever reads everything in it, 0x0 of whoever sees some of its folders at most.
func (s *Server) foreignStore(c *session.Call, resp wire.Response) []logging.Field {
	store, ok := resp.(*wire.GetStoreResponse)
	if !ok || len(store.StoreID) == 0 { // the store is on another server, which records its opening
		return nil
	}
	box, err := s.tree.MailboxByGUID(c.Context, mapi.EntryID(store.StoreID).StoreGUID())
	if err != nil || box.Type == mapi.StorePublic || box.UserID == c.Session.UserID {
		return nil
	}
	name := "nobody, was " + box.UserName
	if owner, err := s.directoryOperations.ByID(c.Context, box.UserID); err == nil {
		name = owner.Name
	}
	return []logging.Field{{Name: "owner", Value: name}, {Name: "rights", Value: s.rightsIn(c, box.ID)}}
}

// rightsIn is what a caller may in a store as a whole. What cannot be found out is said to be unknown.
func (s *Server) rightsIn(c *session.Call, store uint32) string {
	ctx := context.WithoutCancel(c.Context) // the call is over
	everything, err := s.checker.Everywhere(ctx, c.Session.UserID, store, rights.Read)
	if err == nil && everything {
		return "all"
	}
	ref, err := s.tree.Ref(ctx, store)
	if err != nil {
		return "unknown"
	}
	access, err := s.checker.ForFolder(ctx, c.Session.UserID, ref)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("0x%x", uint32(access.Rights(ref)))
}

// subjects say whom or what a request is about: its fields that name users, groups, companies, stores and folders, and the rights
// that it gives. Nothing else of a request is written: there are passwords among the rest.
func subjects(req wire.Request) []logging.Field {
	var fields []logging.Field
	collect(reflect.ValueOf(req), &fields)
	return fields
}

func collect(v reflect.Value, fields *[]logging.Field) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		if !field.CanInterface() {
			continue
		}
		switch value := field.Interface().(type) {
		case uint32:
			if id, ok := strings.CutPrefix(name, "Ul"); ok && strings.HasSuffix(id, "ID") && value != 0 {
				add(fields, id, strconv.FormatUint(uint64(value), 10))
			}
		case []byte: // more than is written of a value in hexadecimal digits need not be made such
			if strings.HasSuffix(name, "ID") {
				add(fields, name, hex.EncodeToString(value[:min(len(value), 256)]))
			}
		case wire.NullString:
			if strings.HasSuffix(name, "name") && name != "Fullname" {
				add(fields, name, value.String)
			}
		case []wire.Rights:
			add(fields, "rights", rightsText(value))
		case *wire.User, *wire.Group, *wire.Company:
			collect(field, fields)
		}
	}
}

func add(fields *[]logging.Field, name, value string) {
	*fields = append(*fields, logging.Field{Name: strings.ToLower(name), Value: value})
}

// rightsText is user:rights of each entry, as many as a line has room for.
func rightsText(all []wire.Rights) string {
	var b strings.Builder
	for _, r := range all[:min(len(all), 16)] {
		fmt.Fprintf(&b, "%d:%#x ", r.UlUserID, r.Rights)
	}
	return strings.TrimSpace(b.String())
}
