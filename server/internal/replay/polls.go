package replay

import (
	"context"
	"fmt"
	"time"
)

// event is a notification: recorded ones know the poll that carried them.
type event struct {
	ex   *Exchange
	item *node
}

// subscription is where events go: the number is chosen by the client and unique in its session group (wire.md section 10).
type subscription struct {
	group, connection string
}

// polls runs the long polls of a scenario and compares the events they bring with the recorded ones, subscription by subscription.
type polls struct {
	player     *Player
	groupOf    map[string]string         // recorded session → group
	polling    map[string]*Exchange      // recorded session → its first recorded poll
	subscribed map[string][]subscription // recorded session → what it subscribes to
	recorded   map[subscription][]event  // in their order
	lastPoll   map[string]*Exchange      // group → its last recorded poll with events
	ending     map[string]*Exchange      // recorded session → the poll that told its end
	live       map[string]*poller        // recorded session → its live poll
	compared   map[subscription]int      // how many live events have been compared
	vain       int                       // waits in which the expected did not come
	diffs      map[*Exchange][]Diff
}

func newPolls(p *Player, sc *Scenario) *polls {
	s := &polls{player: p, groupOf: map[string]string{}, polling: map[string]*Exchange{}, subscribed: map[string][]subscription{},
		recorded: map[subscription][]event{}, lastPoll: map[string]*Exchange{}, ending: map[string]*Exchange{}, live: map[string]*poller{},
		compared: map[subscription]int{}, diffs: map[*Exchange][]Diff{}}
	for _, ex := range sc.Exchanges {
		session := sessionOf(ex.request)
		switch ex.Op {
		case "logon":
			s.groupOf[ex.response.value("ulSessionId")] = ex.request.value("ullSessionGroup")
		case "notifyGetItems":
			s.record(ex, session)
		default:
			s.subscriptions(ex.request, session)
		}
	}
	return s
}

// record files the events of a recorded poll.
func (s *polls) record(ex *Exchange, session string) {
	if s.polling[session] == nil {
		s.polling[session] = ex
	}
	if ex.response.value("er") != "0" {
		s.ending[session] = ex
	}
	group := s.groupOf[session]
	if list := ex.response.child("pNotificationArray"); list != nil && len(list.kids) > 0 {
		s.lastPoll[group] = ex
		for _, item := range list.kids {
			to := subscription{group, item.value("ulConnection")}
			s.recorded[to] = append(s.recorded[to], event{ex, item})
		}
	}
}

// subscriptions files the numbers a request subscribes to, wherever it holds them.
func (s *polls) subscriptions(n *node, session string) {
	if n.child("ulEventMask") != nil && n.child("ulConnection") != nil {
		s.subscribed[session] = append(s.subscribed[session], subscription{s.groupOf[session], n.value("ulConnection")})
	}
	for _, k := range n.kids {
		s.subscriptions(k, session)
	}
}

// before waits for the events that were recorded up to the end of a subscription or of a session.
func (s *polls) before(ex *Exchange) {
	session := sessionOf(ex.request)
	switch ex.Op {
	case "notifyUnSubscribe":
		s.await(subscription{s.groupOf[session], ex.request.value("ulConnection")})
	case "notifyUnSubscribeMulti":
		if list := ex.request.child("ulConnectionArray"); list != nil {
			for _, n := range list.kids {
				s.await(subscription{s.groupOf[session], n.text})
			}
		}
	case "logoff":
		for _, to := range s.subscribed[session] {
			s.await(to)
		}
		if s.polling[session] != nil {
			s.awaitGroup(s.groupOf[session])
		}
	}
	s.compare()
}

func (s *polls) awaitGroup(group string) {
	for to := range s.recorded {
		if to.group == group {
			s.await(to)
		}
	}
}

// patience is how long to wait now: each wait in vain halves it, so that a server without notifications does not hold a run up.
func (s *polls) patience() time.Duration {
	const least = 50 * time.Millisecond
	return max(least, s.player.cfg.EventWait>>min(s.vain, 20))
}

// await waits until as many events have come as were recorded.
func (s *polls) await(to subscription) {
	deadline := time.NewTimer(s.patience())
	defer deadline.Stop()
	for {
		more := s.waiter(to.group)
		if more == nil || s.arrived(to) >= len(s.recorded[to]) {
			return // nobody polls any more, or everything is here
		}
		select {
		case <-more:
		case <-deadline.C:
			s.vain++
			return
		}
	}
}

// arrived counts the live events of a subscription.
func (s *polls) arrived(to subscription) int {
	n := 0
	for session, l := range s.live {
		if s.groupOf[session] == to.group {
			n += l.count(to.connection)
		}
	}
	return n
}

// waiter is a channel that closes when a poll of the group brings something; nil if none runs. A group has one polling session at a time.
func (s *polls) waiter(group string) <-chan struct{} {
	for session, l := range s.live {
		if s.groupOf[session] == group {
			if c := l.next(); c != nil {
				return c
			}
		}
	}
	return nil
}

// endOfSession is the code that tells a poll the end of its session (wire.md section 9).
const endOfSession = "2147483664"

// after starts the poll of a session that has logged on, and sees that of one that has logged off end.
func (s *polls) after(ctx context.Context, ex *Exchange, live reply) []Diff {
	switch ex.Op {
	case "logon":
		session := ex.response.value("ulSessionId")
		if first := s.polling[session]; first != nil && live.root.value("er") == "0" {
			s.live[session] = startPoller(ctx, s.player, first)
		}
	case "logoff":
		if l := s.live[sessionOf(ex.request)]; l != nil {
			l.awaitEnd(s.patience())
			if got := l.end(); got != endOfSession {
				s.vain++
				return []Diff{{"poll", endOfSession, got, "a log-off must end the session's poll"}}
			}
		}
	}
	return nil
}

// compare compares the events that have come since the last call.
func (s *polls) compare() {
	for session, l := range s.live {
		for _, item := range l.take() {
			to := subscription{s.groupOf[session], item.value("ulConnection")}
			i := s.compared[to]
			s.compared[to]++
			if i >= len(s.recorded[to]) {
				s.surplus(to, session, item)
				continue
			}
			want := s.recorded[to][i]
			c := &comparer{scope: scope{op: "notifyGetItems", session: session}, names: s.player.names, start: s.player.started, now: time.Now()}
			c.element(fmt.Sprintf("event/%s[%d]", to.connection, i), "pNotificationArray", want.item, item)
			s.differ(want.ex, c.diffs...)
		}
	}
}

// surplus reports an event that was not recorded, at the group's last poll that had any.
func (s *polls) surplus(to subscription, session string, item *node) {
	at := s.lastPoll[to.group]
	if at == nil {
		at = s.polling[session]
	}
	s.differ(at, Diff{Path: "event/" + to.connection, Recorded: "absent", Live: item.brief(), Reason: "not in the record"})
}

func (s *polls) differ(ex *Exchange, diffs ...Diff) {
	s.diffs[ex] = append(s.diffs[ex], diffs...)
}

// finish compares what is left and reports events that never came and polls that ended otherwise.
func (s *polls) finish() {
	for to := range s.recorded {
		s.await(to)
	}
	s.compare()
	for to, events := range s.recorded {
		for i := s.compared[to]; i < len(events); i++ {
			s.differ(events[i].ex, Diff{fmt.Sprintf("event/%s[%d]", to.connection, i), events[i].item.brief(), "absent", "the event did not come"})
		}
	}
	for session, end := range s.ending {
		got := "no poll"
		if l := s.live[session]; l != nil {
			got = l.end()
		}
		if want := end.response.value("er"); want != got {
			s.differ(end, Diff{"notifyResponse/er", want, got, "the poll ended otherwise"})
		}
	}
}
