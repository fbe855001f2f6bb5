package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/storage"
)

// keeper is whose administrators look after a store: its owner's or, if he is gone, those of its company.
func (s *Service) keeper(box *storage.Mailbox, owner *directory.Object) uint32 {
	if owner == nil && box.Company != 0 && s.Directory.Hosted() {
		return box.Company
	}
	return box.UserID
}

// seesPublic reports whether a public store is that of everybody or of a company that the caller sees.
func (s *Service) seesPublic(ctx context.Context, caller uint32, box *storage.Mailbox) bool {
	return box.Type == mapi.StorePublic && (caller == mapi.UserSystem || s.Directory.Reaches(ctx, caller, box.UserID))
}

// companyProps says to which company a user or a store belongs, where there are any.
func (s *Service) companyProps(ctx context.Context, r storeRow, caps uint32, p *mapi.Props) {
	if !s.Directory.Hosted() {
		return
	}
	var id uint32
	if r.user != nil {
		id = r.user.Company
	} else if r.box != nil {
		id = r.box.Company
	}
	if company, err := s.Directory.ByID(ctx, id); err == nil && company.Class == mapi.ClassCompany {
		p.Set(mapi.String(mapi.PrECCompanyName, company.Name))
		p.Set(mapi.Binary(mapi.PrECCompanyID, s.Directory.EntryID(company, caps)))
	}
}

// needForStats is the level of administrators who may see a statistics table: with companies, what is about the
// whole server is for those of the system.
func (s *Service) needForStats(tableType uint32) (uint32, error) {
	hosted := s.Directory.Hosted()
	switch tableType {
	case mapi.TableStatsCompany:
		if !hosted {
			return 0, mapi.Errorf(mapi.NotFound, "tableOpen", "there are no companies")
		}
		return directory.SystemLevel, nil
	case mapi.TableStatsServers:
		return directory.SystemLevel, nil
	case mapi.TableStatsSystem, mapi.TableStatsSessions:
		if hosted {
			return directory.SystemLevel, nil
		}
	}
	return 1, nil
}
