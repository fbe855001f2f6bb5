package directory

import (
	"context"

	"zarafa/mapi"
)

// report tells scripts and sessions what a synchronisation did (agents.md section 1.2).
func (s *Service) report(ctx context.Context, p *syncPlan) {
	if p == nil {
		return
	}
	s.sync.scripts.Lock()
	defer s.sync.scripts.Unlock()
	for _, e := range p.events {
		if e.object.Class.Kind() == mapi.ClassActiveUser.Kind() && e.change != abNew {
			s.endSessions(e.object.ID, nil)
		}
		switch e.change {
		case abNew:
			s.log.Info("the user plugin has a new object", "name", e.object.Name, "class", e.object.Class, "number", e.object.ID)
			if o, err := s.ByID(ctx, e.object.ID); err == nil { // under its whole name
				s.created(ctx, o)
			}
		case abDelete:
			s.log.Info("an object is gone from the user plugin", "name", e.object.Name, "class", e.object.Class, "number", e.object.ID)
			s.deleted(ctx, e.object, e.stores)
		}
	}
}

// created runs the scripts of a new object.
func (s *Service) created(ctx context.Context, o *Object) {
	scripts := s.settings().Scripts
	switch {
	case o.Class == mapi.ClassContact:
	case o.Class.Kind() == mapi.ClassActiveUser.Kind():
		if !s.AtHome(o) {
			return
		}
		scripts.run(ctx, s.log, scripts.CreateUser, "createuser", "USER", o.Name)
	case o.Class == mapi.ClassGroup || o.Class == mapi.ClassSecurityGroup:
		scripts.run(ctx, s.log, scripts.CreateGroup, "creategroup", "GROUP", o.Name)
	case o.Class == mapi.ClassCompany:
		if o.Server != "" && !s.AtHome(o) {
			return
		}
		scripts.run(ctx, s.log, scripts.CreateCompany, "createcompany", "COMPANY", o.Name)
	}
}

// deleted runs the scripts of an object that is gone; a user's only if he leaves a store.
func (s *Service) deleted(ctx context.Context, o *Object, stores []string) {
	scripts := s.settings().Scripts
	switch {
	case o.Class == mapi.ClassContact:
	case o.Class.Kind() == mapi.ClassActiveUser.Kind():
		for _, guid := range stores {
			scripts.run(ctx, s.log, scripts.DeleteUser, "deleteuser", "STOREGUID", guid)
		}
	case o.Class == mapi.ClassGroup || o.Class == mapi.ClassSecurityGroup:
		scripts.run(ctx, s.log, scripts.DeleteGroup, "deletegroup", "GROUPID", text(int64(o.ID)))
	case o.Class == mapi.ClassCompany:
		scripts.run(ctx, s.log, scripts.DeleteCompany, "deletecompany", "COMPANYID", text(int64(o.ID)))
	}
}
