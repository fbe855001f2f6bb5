package outlook

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// schedule is what a user has published of his free and busy times: a message in the public store (objects.md section 15). Others
// look at it while he changes it.
type schedule struct {
	session *client.Session // on the server that has the folder, nil after a log-off
	folder  mapi.EntryID    // of all users' messages
	looked  bool            // for the folder
	id      mapi.EntryID    // of the message, nil if it is not known

	mu       sync.Mutex      // protects what follows
	versions []truth.Content // of what was published in this run
	done     int             // how many of them the server has confirmed
}

// begin notes down what is about to be published.
func (s *schedule) begin(c truth.Content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, c)
}

func (s *schedule) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = len(s.versions)
}

// confirmed is how many versions the server has confirmed.
func (s *schedule) confirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// current reports whether a version is one that may be seen when that number of versions was confirmed before the question.
func (s *schedule) current(c truth.Content, confirmed int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return confirmed == 0 || slices.Contains(s.versions[confirmed-1:], c)
}

// scheduleFolder finds the folder of free and busy times; nil if the server has no public store.
func (u *User) scheduleFolder(ctx context.Context) (mapi.EntryID, error) {
	s := &u.schedule
	if s.looked && (s.session != nil || s.folder == nil) {
		return s.folder, nil
	}
	st, err := u.session.PublicStore(ctx)
	if client.IsNotFound(err) {
		s.looked = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	object, err := st.Session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return nil, err
	}
	s.looked, s.session, s.folder = true, st.Session, object.Props.Bytes(mapi.PrFreeBusyForLocalSiteEntryID)
	return s.folder, nil
}

// publishSchedule tells others when the user is busy, as Outlook does when an appointment was made.
func (u *User) publishSchedule(ctx context.Context) error {
	folder, err := u.scheduleFolder(ctx)
	if err != nil || folder == nil {
		return err
	}
	s, login := &u.schedule, u.options.Client.User
	if s.id == nil {
		rows, err := u.schedules(ctx, login)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			s.id = rows[0].Bytes(mapi.PrEntryID)
		}
	}
	props := busyTimes(u.options.Random, login, time.Now())
	s.begin(busyContent(props))
	if s.id == nil {
		s.id, err = s.session.CreateMessage(ctx, folder, &client.Message{Props: props})
	} else {
		err = s.session.SetProps(ctx, s.id, props...)
	}
	if err != nil {
		s.id = nil // it may or may not be there
		return err
	}
	s.finish()
	return nil
}

// Publication of free and busy times.
const (
	scheduleClass = "IPM.Microsoft.ScheduleData.FreeBusy"
	months        = 2
	busyAMonth    = 8
	minutesApart  = 60 * 24 * 3 // at most
)

// busyTimes are the properties of the message with a user's times: pairs of minutes since the beginning of the month, for each month.
func busyTimes(r *rand.Rand, login string, now time.Time) mapi.Props {
	var list, events []mapi.PropValue
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for n := range months {
		month := first.AddDate(0, n, 0)
		list = append(list, mapi.PropValue{Num: uint64(month.Year())<<4 | uint64(month.Month())})
		var data []byte
		minute := 0
		for range busyAMonth {
			minute += 30 + r.IntN(minutesApart)
			data = binary.LittleEndian.AppendUint16(data, uint16(minute))
			data = binary.LittleEndian.AppendUint16(data, uint16(minute+60))
			minute += 60
		}
		events = append(events, mapi.PropValue{Data: data})
	}
	minutes := func(t time.Time) uint32 { return uint32(mapi.FileTimeOf(t) / (60 * 1e7)) }
	return mapi.Props{
		mapi.String(mapi.PrMessageClass, scheduleClass),
		mapi.String(mapi.PrSubject, login),
		mapi.String(mapi.PrDisplayName, login),
		mapi.String(mapi.PrFreebusyEmailAddress, login),
		mapi.Long(mapi.PrFreebusyStartRange, minutes(first)),
		mapi.Long(mapi.PrFreebusyEndRange, minutes(first.AddDate(0, months, 0))),
		mapi.Multi(mapi.PrFreebusyBusyMonths, list...), mapi.Multi(mapi.PrFreebusyBusyEvents, events...),
		mapi.Multi(mapi.PrFreebusyAllMonths, list...), mapi.Multi(mapi.PrFreebusyAllEvents, events...),
	}
}

// busyContent is the checksum of a user's times.
func busyContent(props mapi.Props) truth.Content {
	var d truth.Digest
	events, _ := props.Get(mapi.PrFreebusyBusyEvents)
	for _, v := range events.Values() {
		d.Write(v.Data)
	}
	return d.Content()
}

// schedules finds the messages with the times of users.
func (u *User) schedules(ctx context.Context, logins ...string) (rows []mapi.Props, err error) {
	any := &mapi.Restriction{Type: mapi.ResOr}
	for _, login := range logins {
		value := mapi.String(mapi.PrFreebusyEmailAddress, login)
		any.Sub = append(any.Sub, &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrFreebusyEmailAddress, Value: &value})
	}
	err = u.withTable(ctx, u.schedule.session, client.TableQuery{
		Kind: mapi.TableMS, EntryID: u.schedule.folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrFreebusyEmailAddress, mapi.PrSubject}, Restrict: any,
	}, func(t *client.Table) (err error) {
		rows, err = t.Rows(ctx, pageRows)
		return err
	})
	return rows, err
}

// attendees is with how many others, at most, an appointment is planned.
const attendees = 4

// lookUpSchedules looks when others are busy.
func (u *User) lookUpSchedules(ctx context.Context) error {
	folder, err := u.scheduleFolder(ctx)
	if err != nil {
		return err
	}
	peers := u.somePeers()
	if folder == nil || len(peers) == 0 {
		return errNothing
	}
	logins, confirmed := make([]string, len(peers)), make([]int, len(peers))
	for i, p := range peers {
		logins[i], confirmed[i] = p.options.Client.User, p.schedule.confirmed()
	}
	rows, err := u.schedules(ctx, logins...)
	if err != nil {
		return err
	}
	shown := make([]int, len(peers))
	for _, row := range rows {
		at := slices.Index(logins, row.Str(mapi.PrFreebusyEmailAddress))
		if at < 0 {
			return u.violation(truth.Foreign, "a search for the times of %q shows those of %q", logins, row.Str(mapi.PrFreebusyEmailAddress))
		}
		shown[at]++
		if err := u.checkSchedule(ctx, peers[at], confirmed[at], row); err != nil {
			return err
		}
	}
	for i, n := range shown {
		switch {
		case n == 0 && confirmed[i] > 0:
			return u.violation(truth.Lost, "the times of %s were published and are not there", logins[i])
		case n > 1:
			return u.violation(truth.Doubled, "the times of %s are there %d times", logins[i], n)
		}
	}
	return nil
}

// checkSchedule opens the message with a user's times.
func (u *User) checkSchedule(ctx context.Context, peer *User, confirmed int, row mapi.Props) error {
	o, err := u.schedule.session.LoadObject(ctx, row.Bytes(mapi.PrEntryID))
	switch {
	case err != nil:
		return err
	case o.Props.Str(mapi.PrFreebusyEmailAddress) != peer.options.Client.User:
		return u.violation(truth.Mixed, "the times of %s open as those of %q", peer.options.Client.User, o.Props.Str(mapi.PrFreebusyEmailAddress))
	case !peer.schedule.current(busyContent(o.Props), confirmed):
		return u.violation(truth.Stale, "the times of %s are not those that he has published last", peer.options.Client.User)
	}
	return nil
}

// somePeers chooses others, in no order.
func (u *User) somePeers() (peers []*User) {
	for range 1 + u.options.Random.IntN(attendees) {
		if p := u.options.Peer(u.options.Random); p != nil && !slices.Contains(peers, p) {
			peers = append(peers, p)
		}
	}
	return peers
}
