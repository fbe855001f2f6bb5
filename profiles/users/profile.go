package users

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Bounds of a profile. More is a mistake; compression is for higher rates.
const (
	maxPerDay   = 10_000
	maxMissed   = 1_000
	maxSyncDays = 3650
	hoursOfDay  = 24
)

// Profile is a kind of user.
type Profile struct {
	Name        string             `json:"name"`
	Source      string             `json:"source"` // where the numbers come from
	HoursPerDay float64            `json:"hoursPerDay"`
	PerDay      map[Action]float64 `json:"perDay"` // how often a day
	// React is which share of new mail the client reacts to at once.
	React float64 `json:"react"`
	// Hours are weights of the hours of a day, from midnight on; what is done a day is spread over them. Without
	// them every hour of HoursPerDay is like the others.
	Hours     []float64 `json:"hours,omitempty"`
	StartHour float64   `json:"startHour,omitempty"` // the time of day at which a run begins
	Cached    *Cached   `json:"cached,omitempty"`    // nil: the client has no copy
	Begin     *Begin    `json:"begin,omitempty"`     // nil: all are logged on when a run begins
	// Mix are shares of other profiles that the users have, in place of PerDay.
	Mix map[string]float64 `json:"mix,omitempty"`

	parts []part // of Mix, by name
}

// Cached describes a client that works on a copy of the mailbox.
type Cached struct {
	Folders []string `json:"folders,omitempty"` // which default folders it has: inbox, sent, deleted, calendar, contacts, drafts; all if empty
	// SyncDays is how far back its inbox goes, before the time at which a run begins; 0 is all.
	SyncDays float64 `json:"syncDays,omitempty"`
	// PlainText has messages sent without RTF and HTML, as small clients ask for them.
	PlainText bool `json:"plainText,omitempty"`
}

// Begin has all users log on at random times at the beginning of a run.
type Begin struct {
	WithinMinutes float64 `json:"withinMinutes"`
	Missed        int     `json:"missed"` // messages that each got while nobody was logged on
}

// Within is how long it takes until all are logged on.
func (b *Begin) Within() time.Duration { return time.Duration(b.WithinMinutes * float64(time.Minute)) }

// CachedFolders lists the names that Cached.Folders may have.
func CachedFolders() []string {
	return []string{"inbox", "sent", "deleted", "calendar", "contacts", "drafts"}
}

// part is a profile of a mix.
type part struct {
	profile *Profile
	upTo    float64 // share of this profile and those before
}

// Of is the profile of the user with a number; 0 to 1, evenly spread over the users, chooses among those of a mix.
func (p *Profile) Of(place float64) *Profile {
	for _, part := range p.parts {
		if place < part.upTo {
			return part.profile
		}
	}
	if len(p.parts) > 0 {
		return p.parts[len(p.parts)-1].profile
	}
	return p
}

// Has reports whether any user of the profile does something.
func (p *Profile) Has(a Action) bool {
	return p.PerDay[a] > 0 || slices.ContainsFunc(p.parts, func(part part) bool { return part.profile.Has(a) })
}

// Names lists the profiles.
func Names() []string {
	paths, err := fs.Glob(files, "data/*.json")
	if err != nil {
		return nil // the pattern is valid
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(path.Base(p), ".json")
	}
	return paths
}

// Load reads a profile.
func Load(name string) (*Profile, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("there is no profile %q; the profiles are %s", name, strings.Join(Names(), ", "))
	}
	text, err := files.ReadFile("data/" + name + ".json")
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Parse reads a profile from JSON and checks it.
func Parse(text []byte) (*Profile, error) {
	var p Profile
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	for _, check := range []func() error{p.checkTimes, p.checkCounts, p.checkCached, p.mix} {
		if err := check(); err != nil {
			return nil, fmt.Errorf("profile %s: %w", p.Name, err)
		}
	}
	return &p, nil
}

func (p *Profile) checkTimes() error {
	if len(p.Hours) == 0 && !(p.HoursPerDay >= 1 && p.HoursPerDay <= hoursOfDay) {
		return fmt.Errorf("hoursPerDay is %v, it must be 1 to 24", p.HoursPerDay)
	}
	if len(p.Hours) != 0 && len(p.Hours) != hoursOfDay {
		return fmt.Errorf("there are %d hours, there must be 24", len(p.Hours))
	}
	sum := 0.0
	for hour, weight := range p.Hours {
		if !(weight >= 0 && weight <= maxPerDay) {
			return fmt.Errorf("hour %d has the weight %v, it must be 0 to %d", hour, weight, maxPerDay)
		}
		sum += weight
	}
	if len(p.Hours) != 0 && sum == 0 {
		return fmt.Errorf("all hours have the weight 0")
	}
	if !(p.StartHour >= 0 && p.StartHour < hoursOfDay) {
		return fmt.Errorf("startHour is %v, it must be 0 to 24", p.StartHour)
	}
	if b := p.Begin; b != nil && (!(b.WithinMinutes > 0 && b.WithinMinutes <= hoursOfDay*60) || b.Missed < 0 || b.Missed > maxMissed) {
		return fmt.Errorf("begin is %+v: withinMinutes must be more than 0 and at most a day, missed 0 to %d", *b, maxMissed)
	}
	return nil
}

func (p *Profile) checkCounts() error {
	total := 0.0
	for action, n := range p.PerDay {
		switch {
		case !slices.Contains(Actions(), action):
			return fmt.Errorf("there is no action %q", action)
		case p.Cached == nil && !slices.Contains(OnlineActions(), action), p.Cached != nil && !slices.Contains(cachedActions(), action):
			return fmt.Errorf("%s is nothing that such a client asks the server for", action)
		case !(n >= 0 && n <= maxPerDay):
			return fmt.Errorf("%s is %v, it must be 0 to %d", action, n, maxPerDay)
		}
		total += n
	}
	switch {
	case !(p.React >= 0 && p.React <= 1):
		return fmt.Errorf("react is %v, it must be 0 to 1", p.React)
	case (total == 0) != (len(p.Mix) > 0):
		return fmt.Errorf("either perDay or mix must say what is done")
	}
	return nil
}

func (p *Profile) checkCached() error {
	if p.Cached == nil {
		return nil
	}
	for _, name := range p.Cached.Folders {
		if !slices.Contains(CachedFolders(), name) {
			return fmt.Errorf("there is no folder %q; the folders are %s", name, strings.Join(CachedFolders(), ", "))
		}
	}
	if d := p.Cached.SyncDays; !(d >= 0 && d <= maxSyncDays) {
		return fmt.Errorf("syncDays is %v, it must be 0 to %d", d, maxSyncDays)
	}
	return nil
}

// mix loads the parts of a mix. They live in its day.
func (p *Profile) mix() error {
	total := 0.0
	for _, name := range slices.Sorted(maps.Keys(p.Mix)) {
		share := p.Mix[name]
		if !(share > 0 && share <= maxPerDay) {
			return fmt.Errorf("the share of %s is %v, it must be more than 0 and at most %d", name, share, maxPerDay)
		}
		member, err := Load(name)
		if err != nil {
			return err
		}
		if len(member.Mix) > 0 {
			return fmt.Errorf("%s is a mix itself", name)
		}
		if len(p.Hours) > 0 {
			member.Hours, member.StartHour = p.Hours, p.StartHour
		}
		total += share
		p.parts = append(p.parts, part{member, total})
	}
	for i := range p.parts {
		p.parts[i].upTo /= total
	}
	return nil
}
