package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"time"

	"zarafa/agents/webaccess/session"
)

// maxCalls is how many calls a batch may have.
const maxCalls = 32

// Options are what an API needs.
type Options struct {
	Version string
	// Limits are asked for each time, since they may change.
	Limits func() Limits
	// Clean makes pages harmless. Nil shows all mails as text.
	Clean Cleaner
	Log   *slog.Logger
	Now   func() time.Time
}

// API carries out requests.
type API struct {
	settings Options
	sessions *session.Manager
	methods  map[string]Method
}

// New makes an API over sessions.
func New(s Options, sessions *session.Manager) *API {
	a := &API{settings: s, sessions: sessions, methods: make(map[string]Method)}
	for _, m := range Methods() {
		a.methods[m.Name] = m
	}
	return a
}

// Run carries out the calls of a batch, which is JSON, in a session, and returns the answers as JSON. The error is a *Problem of the batch as a whole.
func (a *API) Run(ctx context.Context, s *session.Session, body []byte) ([]byte, error) {
	batch, err := ParseBatch(body)
	if err != nil {
		return nil, err
	}
	var answers Answers
	for i := range batch.Calls {
		answers.Answers = append(answers.Answers, a.call(ctx, s, &batch.Calls[i]))
	}
	return Encode(answers)
}

// ParseBatch reads the body of POST /api. The error is a *Problem.
func ParseBatch(body []byte) (*Batch, error) {
	var batch Batch
	if err := decode(body, &batch); err != nil {
		return nil, err
	}
	if len(batch.Calls) == 0 || len(batch.Calls) > maxCalls {
		return nil, invalid("a batch has from 1 to %d calls", maxCalls)
	}
	seen := make(map[string]bool)
	for i := range batch.Calls {
		id := batch.Calls[i].ID
		if id == "" || len(id) > 64 || seen[id] {
			return nil, invalid("each call has an id of its own, of at most 64 bytes")
		}
		seen[id] = true
	}
	return &batch, nil
}

// call carries out one call. What it panics with stays with it.
func (a *API) call(ctx context.Context, s *session.Session, c *Call) (answer Answer) {
	answer.ID = c.ID
	defer func() {
		if v := recover(); v != nil {
			a.settings.Log.Error("a call failed in a way that it must not", "method", c.Method, "user", s.User.Name, "panic", fmt.Sprint(v))
			answer.Result, answer.Error = nil, &Problem{Code: Failed, Message: "the program has a fault; its log has more"}
		}
	}()
	m, ok := a.methods[c.Method]
	if !ok {
		answer.Error = invalid("there is no method %q", c.Method)
		return answer
	}
	result, err := m.run(ctx, a, s, c.Args)
	if err == nil {
		answer.Result, err = Encode(result)
	}
	if err != nil {
		p := ProblemOf(err)
		a.note(s, c.Method, p, err)
		answer.Result, answer.Error = nil, &p
	}
	return answer
}

// note logs what an operator may have to do something about.
func (a *API) note(s *session.Session, method string, p Problem, err error) {
	level := slog.LevelDebug
	if p.Code == Failed {
		level = slog.LevelWarn
	}
	a.settings.Log.Log(context.Background(), level, "a call failed", "method", method, "user", s.User.Name, "error", err)
}

// Decode reads JSON that must be one value with known members. The error is a *Problem.
func Decode(raw []byte, into any) error { return decode(raw, into) }

func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return invalid("%v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("something follows the JSON")
	}
	return nil
}

// Encode writes JSON in which no list and no map is null.
func Encode(v any) ([]byte, error) {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	fill(p.Elem())
	return json.Marshal(p.Interface())
}

// fill makes empty lists and maps of those that are nil.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Slice:
		fillSlice(v)
	}
}

func fillSlice(v reflect.Value) {
	if v.Type() == reflect.TypeFor[json.RawMessage]() {
		return // nil is null, or left out
	}
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for i := range v.Len() {
		fill(v.Index(i))
	}
}
