package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"zarafa/server/internal/contain"
)

// ready gives what checks tokens. It asks the provider for its description first, or anew if that is old; an old
// one stays good while the provider does not answer.
func (v *Verifier) ready(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	v.mu.Lock()
	if !v.now().Before(v.renewAt) && v.running == nil {
		v.running = make(chan struct{})
		go v.discover(v.running)
	}
	current, running := v.current, v.running
	v.mu.Unlock()
	if current == nil && running != nil {
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.current == nil {
		return nil, fmt.Errorf("the issuer %s cannot be asked for its keys; see kcoidc_issuer_identifier: %w", v.settings.Issuer, v.failed)
	}
	return v.current, nil
}

// discover asks the provider once.
func (v *Verifier) discover(done chan struct{}) {
	ctx, cancel := context.WithTimeout(v.ctx, v.settings.Timeout)
	defer cancel()
	var provider *oidc.Provider
	err := contain.Call(func() (err error) { // what a stranger's server sends is read by a library
		provider, err = oidc.NewProvider(ctx, v.settings.Issuer)
		return err
	})
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running = nil
	defer close(done)
	if err != nil {
		v.failed, v.renewAt = short(err), v.now().Add(retryEvery)
		return
	}
	// VerifierContext takes the HTTP client of the context and not its end.
	v.current = provider.VerifierContext(v.ctx, &oidc.Config{SkipClientIDCheck: true, Now: v.now})
	v.renewAt = v.now().Add(renewEvery)
}

// words is a list that is written as an array or as one text with blanks.
type words []string

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(b []byte) error {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		*w = list
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	*w = strings.Fields(text)
	return nil
}
