package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/mapi"
)

// settingsKey is the member of PR_EC_WEBACCESS_SETTINGS_JSON that is ours. Others belong to other programs.
const settingsKey = "zwa"

// Bounds of settings, all as JSON or as numbers of entries.
const (
	maxSettings = 256 << 10
	maxUI       = 64 << 10
	maxEntries  = 5000
	maxHold     = 120
)

// kept are settings as they lie in a mailbox: what a newer version has put there stays.
type kept map[string]json.RawMessage

// readJSON reads an object of JSON from a property of the user's store. One that is missing, or no object, is empty.
func readJSON(ctx context.Context, s *session.Session, tag mapi.PropTag) (object map[string]json.RawMessage, number uint32, err error) {
	o, err := server(s).LoadObject(ctx, s.Store.EntryID)
	if err != nil {
		return nil, 0, err
	}
	text := o.Props.Str(tag)
	if slices.ContainsFunc(o.Large, func(t mapi.PropTag) bool { return t.ID() == tag.ID() }) {
		v, err := server(s).LoadValue(ctx, s.Store.EntryID, o.ServerID, tag)
		if err != nil {
			return nil, 0, err
		}
		text = v.Str()
	}
	object = make(map[string]json.RawMessage)
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		object = make(map[string]json.RawMessage)
	}
	return object, o.ServerID, nil
}

// writeJSON writes it back. Members that nobody has changed keep their text.
func writeJSON(ctx context.Context, s *session.Session, tag mapi.PropTag, object map[string]json.RawMessage) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return err
	}
	return server(s).SetProps(ctx, s.Store.EntryID, mapi.String(tag, strings.TrimSpace(b.String())))
}

// readSettings reads the user's settings.
func readSettings(ctx context.Context, s *session.Session) (all map[string]json.RawMessage, mine kept, err error) {
	all, _, err = readJSON(ctx, s, mapi.PrECWebaccessSettingsJSON)
	if err != nil {
		return nil, nil, err
	}
	if json.Unmarshal(all[settingsKey], &mine) != nil || mine == nil {
		mine = make(kept)
	}
	return all, mine, nil
}

// result is what the settings are, with defaults for what the user has not chosen. A member that makes no sense, because somebody else wrote it, is left out.
func (k kept) result() SettingsResult {
	s := Settings{
		Theme: Automatic, Density: Comfortable, Keys: "outlook", Format: FormatHTML, Hold: 10, UI: json.RawMessage("{}"),
	}
	for name, value := range k {
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		next := s
		if err == nil && json.Unmarshal(one, &next) == nil && next.check() == nil {
			s = next
		}
	}
	return SettingsResult{Settings: s, State: k.state()}
}

func (k kept) state() State {
	text, err := json.Marshal(k)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return stateOf(sum[:12])
}

// check says what is wrong with settings.
func (s *Settings) check() error {
	switch {
	case !slices.Contains([]Theme{Automatic, Light, Dark}, s.Theme):
		return invalid("there is no theme %q", s.Theme)
	case !slices.Contains([]Density{Compact, Comfortable, Preview}, s.Density):
		return invalid("there is no density %q", s.Density)
	case !slices.Contains([]string{"outlook", "gmail"}, s.Keys):
		return invalid("there is no set of keys %q", s.Keys)
	case s.Format != FormatHTML && s.Format != FormatText:
		return invalid("there is no format %q", s.Format)
	case s.Hold < 0 || s.Hold > maxHold:
		return invalid("hold is from 0 to %d seconds", maxHold)
	case s.MarkRead < -1 || s.MarkRead > 3600:
		return invalid("markRead is from -1 to 3600 seconds")
	case len(s.Signatures) > maxEntries || len(s.Images) > maxEntries || len(s.Categories) > maxEntries || len(s.Favourites) > maxEntries:
		return tooLarge("a list in the settings has more than %d entries", maxEntries)
	case len(s.UI) > maxUI:
		return tooLarge("ui is larger than %d bytes", maxUI)
	}
	for _, c := range s.Categories {
		if c.Colour < -1 || c.Colour > 24 || c.Name == "" {
			return invalid("categories have a name, and a colour from -1 to 24")
		}
	}
	return nil
}

func (a *API) settingsGet(ctx context.Context, s *session.Session, _ None) (SettingsResult, error) {
	_, mine, err := readSettings(ctx, s)
	if err != nil {
		return SettingsResult{}, err
	}
	return mine.result(), nil
}

func (a *API) settingsSet(ctx context.Context, s *session.Session, args SettingsSet) (r SettingsResult, err error) {
	var set kept
	if err := json.Unmarshal(args.Set, &set); err != nil {
		return r, invalid("set is an object: %v", err)
	}
	s.Writing.Lock()
	defer s.Writing.Unlock()
	all, mine, err := readSettings(ctx, s)
	if err != nil {
		return r, err
	}
	if args.IfInState != "" && args.IfInState != mine.state() {
		return r, &errState
	}
	next := mine.result().Settings
	if err := decode(args.Set, &next); err != nil {
		return r, err
	}
	if err := next.check(); err != nil {
		return r, err
	}
	for name := range set {
		if mine[name], err = member(&next, name); err != nil {
			return r, err
		}
	}
	text, err := json.Marshal(mine)
	if err != nil {
		return r, err
	}
	if len(text) > maxSettings {
		return r, tooLarge("the settings are larger than %d bytes", maxSettings)
	}
	all[settingsKey] = text
	if err := writeJSON(ctx, s, mapi.PrECWebaccessSettingsJSON, all); err != nil {
		return r, err
	}
	r = mine.result()
	a.tellOthers(s, "settings", EventSettings{State: r.State})
	return r, nil
}

// member is one member of settings as JSON.
func member(s *Settings, name string) (json.RawMessage, error) {
	text, err := Encode(*s)
	if err != nil {
		return nil, err
	}
	var members kept
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	return members[name], nil
}

// tellOthers publishes an event to all windows of a user.
func (a *API) tellOthers(s *session.Session, name string, event any) {
	data, err := Encode(event)
	if err != nil {
		return
	}
	for _, o := range a.sessions.List(s.User.Name) {
		o.Events.Publish(name, data)
	}
}
