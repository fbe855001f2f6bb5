package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"time"

	"zarafa/daemon/logging"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/session"
	"zarafa/wire"
)

// records are the lines of calls and those of access (request_log_*, audit_log_*).
type records struct {
	requests *logging.Records
	access   *logging.Records
	key      [32]byte // makes a name of a session's id
}

// openRecords opens where the settings have records go. A server that cannot record what it was told to does not start.
func openRecords(c *config.Audit) (*records, error) {
	r := &records{requests: logging.NewRecords("zarafa-server", os.Stderr), access: logging.NewRecords("zarafa-server", os.Stderr)}
	rand.Read(r.key[:]) // never fails
	if err := r.configure(c); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *records) configure(c *config.Audit) error {
	return errors.Join(r.requests.Configure(c.Requests()), r.access.Configure(c.Access()))
}

func (r *records) close() error { return errors.Join(r.requests.Close(), r.access.Close()) }

// sessionName names a session so that its lines can be found, but not with its id: whoever has that has the session.
func (r *records) sessionName(s *session.Session) string {
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64(r.key[:len(r.key):len(r.key)], s.ID))
	return hex.EncodeToString(sum[:6])
}

// who are the fields of a line that say from where and by whom a call came.
func (r *records) who(c *session.Call) []logging.Field {
	fields := []logging.Field{{Name: "peer", Value: c.Source}}
	if c.Session == nil {
		return fields
	}
	client := &c.Session.Client
	if client.Behind != "" { // the peer is a front end
		fields = append(fields, logging.Field{Name: "client", Value: client.Behind})
	}
	return append(fields, logging.Field{Name: "session", Value: r.sessionName(c.Session)}, logging.Field{Name: "user", Value: client.User},
		logging.Field{Name: "impersonator", Value: client.Impersonator}, logging.Field{Name: "program", Value: client.App})
}

// recordCall writes the line of a call.
func (s *Server) recordCall(c *session.Call, req wire.Request, took time.Duration, err error) {
	r := s.records
	if !r.requests.Enabled() {
		return
	}
	r.requests.Write(s.now(), append(r.who(c),
		logging.Field{Name: "operation", Value: req.Op().String()}, logging.Field{Name: "result", Value: resultOf(err)},
		logging.Field{Name: "microseconds", Value: strconv.FormatInt(took.Microseconds(), 10)})...)
}

func resultOf(err error) string {
	switch {
	case err == nil:
		return "OK"
	case isFault(err):
		return "fault"
	}
	return mapi.CodeOf(err).String()
}
