package client

import (
	"context"

	"zarafa/mapi"
)

// Gateway reports whether the server has what a gateway of mail protocols needs beyond the protocol (docs/protocol.md): modification
// numbers, flags of many messages in one call, the places of copies, whole values in tables that end early, candidates for a search of texts.
// Without it the functions that need it fail with NO_SUPPORT.
func (s *Session) Gateway() bool { return s.has(mapi.CapGateway) }

// requireGateway refuses what servers without the capability would take for something else.
func (s *Session) requireGateway(what string) error {
	if !s.Gateway() {
		return mapi.Errorf(mapi.NoSupport, what, "the server does not offer it")
	}
	return nil
}

// HighestModificationNumber is the number of the last change in a folder: of a message that came, changed, or left. It is at least
// that of each message in it, which tables show as [mapi.PrModificationNumber], and never falls (RFC 7162 HIGHESTMODSEQ). Who asks for it
// before he reads the folder's table finds there whatever it stands for. It is one call; in tables of folders it is the column
// [mapi.PrHighestModificationNumber], of which no change is announced.
func (s *Session) HighestModificationNumber(ctx context.Context, folder mapi.EntryID) (uint32, error) {
	if err := s.requireGateway("modification numbers"); err != nil {
		return 0, err
	}
	v, err := s.LoadValue(ctx, folder, 0, mapi.PrHighestModificationNumber)
	return v.Uint32(), err
}
