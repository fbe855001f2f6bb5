package clientupdate

import (
	"io"
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// streamID is the id of the installer beside the answer.
const streamID = "emcas-0"

// GetClientUpdate answers getClientUpdate: the newest installer, if it is newer than the client. NOT_FOUND if there is none, BUSY if too
// many ask.
func (s *Service) GetClientUpdate(c *session.Call, req *wire.GetClientUpdateRequest, resp *wire.ClientUpdateResponse) error {
	if err := s.requireEnabled("getClientUpdate"); err != nil {
		return err
	}
	info := &req.ClientUpdateInfo
	have, ok := parseVersion(info.ClientVersion.String)
	if !ok {
		return mapi.Errorf(mapi.InvalidParameter, "getClientUpdate", "%.40q is no version", info.ClientVersion.String)
	}
	found, err := newest(s.settings.Path)
	if err != nil {
		return err
	}
	resp.LogLevel = s.settings.LogLevel
	if have.compare(found.version) >= 0 {
		return mapi.Errorf(mapi.NotFound, "getClientUpdate", "the client has version %s, the newest installer is %s", have, found.version)
	}
	if len(s.sending) == cap(s.sending) || !s.asked.begin(c.Now, c.Source, info.TrackID) {
		return errTooMany
	}
	user := s.user(c, info.Username.String) // not before: it may cost a question to another server
	s.asked.by(c.Source, info.TrackID, user)
	if err := s.remember(c.Context, user, Status{
		Track: info.TrackID, Time: c.Now, Current: have.String(), Latest: found.version.String(), Computer: short(info.ComputerName.String), State: Pending,
	}); err != nil {
		return err
	}
	s.log.Info("a client is updated", "peer", c.Source, "computer", short(info.ComputerName.String), "from", have, "to", found.name)
	resp.StreamData = wire.XOP{Href: streamID, ContentType: "application/octet-stream"}
	c.Streams = append(c.Streams, session.Stream{ID: streamID, Write: func(w io.Writer) error {
		s.sending <- struct{}{}
		defer func() { <-s.sending }()
		return found.send(s.settings.Path, w)
	}})
	return nil
}

// computerMax is how long the name of a computer may be that is kept.
const computerMax = 64

func short(name string) string {
	if len(name) <= computerMax {
		return name
	}
	n := computerMax
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// SetClientUpdateStatus answers setClientUpdateStatus: how the installation went, with the client's logs. The logs are the parts beside the
// request, in the order in which they are listed. NO_ACCESS if the client has asked for no update before.
func (s *Service) SetClientUpdateStatus(c *session.Call, req *wire.SetClientUpdateStatusRequest, _ *wire.ClientUpdateStatusResponse) error {
	if err := s.requireEnabled("setClientUpdateStatus"); err != nil {
		return err
	}
	status := &req.ClientUpdateStatus
	for i := range status.Files {
		if err := checkName(status.Files[i].AttachmentName.String); err != nil {
			return err
		}
	}
	user, ok := s.asked.report(c.Now, c.Source, status.TrackID, len(status.Files))
	if !ok {
		return mapi.Errorf(mapi.NoAccess, "setClientUpdateStatus", "the client has not asked for an update, or has sent more than %d reports", filesMax)
	}
	state := Succeeded
	if status.LastErrorCode != 0 {
		state = Failed
	}
	s.log.Info("a client reports on its update", "peer", c.Source, "track", status.TrackID, "error", status.LastErrorCode, "action", status.LastErrorAction)
	if err := s.conclude(c.Context, user, status.TrackID, c.Now, state); err != nil {
		return err
	}
	for i := range status.Files {
		part, err := attached(c, i)
		if err != nil {
			return err
		}
		if err := s.reports.keep(c.Now, status.TrackID, i, status.Files[i].AttachmentName.String, part); err != nil {
			return err
		}
	}
	return nil
}

// attached is the nth part beside a request; those before must have been asked for.
func attached(c *session.Call, n int) (io.Reader, error) {
	if c.Attachment == nil {
		return nil, mapi.Errorf(mapi.InvalidParameter, "setClientUpdateStatus", "the reports are not there")
	}
	if n == 0 {
		return c.Attachment, nil
	}
	more, ok := c.Attachment.(interface{ NextPart() (string, error) })
	if !ok {
		return nil, mapi.Errorf(mapi.InvalidParameter, "setClientUpdateStatus", "only one report is there")
	}
	if _, err := more.NextPart(); err != nil {
		return nil, mapi.Errorf(mapi.InvalidParameter, "setClientUpdateStatus", "only %d reports are there", n)
	}
	return c.Attachment, nil
}

// GetUserClientUpdateStatus answers getUserClientUpdateStatus: what is known of the last update of a user's client. It is for the user
// himself and his administrators; NOT_FOUND if there was none.
func (s *Service) GetUserClientUpdateStatus(c *session.Call, req *wire.GetUserClientUpdateStatusRequest, resp *wire.UserClientUpdateStatusResponse) error {
	if err := s.requireEnabled("getUserClientUpdateStatus"); err != nil {
		return err
	}
	if c.Session == nil {
		return mapi.EndOfSession
	}
	user, err := s.users.Resolve(c.Context, c.Session.UserID, 0, req.UserID)
	if err != nil {
		return err
	}
	if user.ID != c.Session.UserID {
		if admin, err := s.users.IsAdminOver(c.Context, c.Session.UserID, user.ID); err != nil || !admin {
			return mapi.Errorf(mapi.NoAccess, "getUserClientUpdateStatus", "only %s and administrators may know: %w", user.Name, err)
		}
	}
	status, err := s.status(c.Context, user.ID)
	if err != nil {
		return err
	}
	resp.TrackID, resp.Updatetime, resp.Status = status.Track, status.Time, uint32(status.State)
	resp.Currentversion, resp.Latestversion, resp.Computername = wire.Text(status.Current), wire.Text(status.Latest), wire.Text(status.Computer)
	return nil
}
