package replay

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Config says where the server is and how patient to be.
type Config struct {
	UnixPath   string        // socket of the server
	TCPAddr    string        // host:port
	EventWait  time.Duration // how long a recorded notification may take; 0 means 5 s
	Exceptions []*Exception
	Trace      io.Writer // one line an exchange, nil for none
}

// Player plays scenarios against one server. What it learned from one scenario holds for those that follow.
type Player struct {
	cfg     Config
	ends    *endpoints
	names   *mapping
	abTable map[string]bool // "session/table" of tables of the address book
	started time.Time
}

const defaultEventWait = 5 * time.Second

// NewPlayer makes a Player; Close frees its connections.
func NewPlayer(cfg Config) *Player {
	if cfg.EventWait == 0 {
		cfg.EventWait = defaultEventWait
	}
	return &Player{cfg: cfg, ends: newEndpoints(cfg.UnixPath, cfg.TCPAddr), names: newMapping(), abTable: map[string]bool{}, started: time.Now()}
}

// Close frees the connections.
func (p *Player) Close() { p.ends.close() }

// Play sends the requests of a scenario in their order and compares the answers. Scenarios build on each other: play them in the order of their names,
// from an empty database on. The error is that of ctx; a server that fails shows as differences.
func (p *Player) Play(ctx context.Context, sc *Scenario) (*Report, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	report := &Report{Scenario: sc.Name}
	polls := newPolls(p, sc)
	for _, ex := range sc.Exchanges {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		if ex.Op == "notifyGetItems" {
			continue // the session's own poll does that
		}
		polls.before(ex)
		diffs := p.exchange(ctx, ex, polls)
		report.add(ex, diffs, p.cfg.Exceptions)
		p.trace(sc, ex, diffs)
	}
	polls.finish()
	for _, ex := range sc.Exchanges {
		if ex.Op == "notifyGetItems" {
			report.add(ex, polls.diffs[ex], p.cfg.Exceptions)
		}
	}
	return report, nil
}

func (p *Player) trace(sc *Scenario, ex *Exchange, diffs []Diff) {
	if p.cfg.Trace != nil {
		fmt.Fprintf(p.cfg.Trace, "%s #%d %s: %d differences\n", sc.Name, ex.N, ex.Op, len(diffs))
	}
}

// exchange sends one request and compares its answer.
func (p *Player) exchange(ctx context.Context, ex *Exchange, polls *polls) []Diff {
	in := newScope(ex.request, ex.Op, p.abTable)
	live, err := p.ends.post(ctx, ex, p.translate(ex, in))
	if err != nil {
		return []Diff{{Reason: err.Error(), Recorded: ex.response.name, Live: "no answer"}}
	}
	c := &comparer{scope: in, names: p.names, start: p.started, now: time.Now()}
	c.heads(ex, live)
	c.answer(ex.response, live.root)
	c.streams(ex.streams, live.parts, live.root)
	p.learn(ex, in)
	c.diffs = append(c.diffs, polls.after(ctx, ex, live)...)
	if ex.Op == "tableSetSearchCriteria" && live.root.value("result") == "0" {
		p.awaitSearch(ctx, ex)
	}
	return c.diffs
}

// translate makes the live request out of a recorded one.
func (p *Player) translate(ex *Exchange, in scope) []byte {
	w := &rewriter{scope: in, names: p.names, guid: p.names.recorded, seen: p.names.own, time: func(_ uint32, hi, lo string) (string, string) {
		p.names.sent[hi+"/"+lo] = true
		return hi, lo
	}}
	return w.rewrite(ex.Request, ex.request)
}

// learn remembers which tables show the address book.
func (p *Player) learn(ex *Exchange, in scope) {
	const addressBook = "2"
	if ex.Op == "tableOpen" && ex.request.value("ulTableType") == addressBook {
		p.abTable[in.session+"/"+ex.response.value("ulTableId")] = true
	}
}

// heads compares what matters of the HTTP head.
func (c *comparer) heads(ex *Exchange, live reply) {
	if want := statusCode(ex.ResponseHead); want != live.status {
		c.differ("HTTP/status", strconv.Itoa(want), strconv.Itoa(live.status), "other status")
	}
	want, _, _ := strings.Cut(headerValue(ex.ResponseHead, "Content-Type"), ";")
	if want != live.media {
		c.differ("HTTP/Content-Type", want, live.media, "other media type")
	}
}

// Searches run beside the answers (tables.md section 10); the recorded client saw the results of a finished one.
const (
	searchRebuild = 0x2
	searchStop    = 0x1
	searchAsk     = 20 * time.Millisecond
)

// awaitSearch asks for the state of a search folder until the search has run.
func (p *Player) awaitSearch(ctx context.Context, ex *Exchange) {
	if flags, err := strconv.Atoi(ex.request.value("ulFlags")); err != nil || flags&searchStop != 0 {
		return
	}
	ask := string(p.translate(ex, newScope(ex.request, ex.Op, p.abTable)))
	first, last := strings.Index(ask, "<lpRestrict"), strings.LastIndex(ask, "</ns:tableSetSearchCriteria>")
	if first < 0 || last < first {
		return
	}
	ask = strings.ReplaceAll(ask[:first]+ask[last:], "tableSetSearchCriteria", "tableGetSearchCriteria")
	tick := time.NewTicker(searchAsk)
	defer tick.Stop()
	for deadline := time.Now().Add(p.cfg.EventWait); time.Now().Before(deadline); {
		live, err := p.ends.post(ctx, ex, []byte(ask))
		if err != nil {
			return
		}
		flags, err := strconv.Atoi(live.root.value("ulFlags"))
		if err != nil || live.root.value("er") != "0" || flags&searchRebuild == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
