package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsConcealed(t *testing.T) {
	const text = "hunter2"
	var shown bytes.Buffer
	secret := NewSecret(text)
	nested := struct{ Password Secret }{secret}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&shown, verb+" "+verb+" "+verb+"\n", secret, &secret, nested)
	}
	log := slog.New(slog.NewTextHandler(&shown, nil))
	log.Info("text", "secret", secret, "nested", nested)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("json", "secret", secret, "nested", nested)
	encoded, err := json.Marshal(nested)
	if err != nil {
		t.Fatal(err)
	}
	shown.Write(encoded)
	if strings.Contains(shown.String(), text) || strings.Contains(shown.String(), fmt.Sprintf("%x", text)) {
		t.Errorf("the secret is shown:\n%s", shown.String())
	}
	if secret.Reveal() != text || NewSecret("").String() != "" {
		t.Error("the secret is lost, or an empty one looks set")
	}
}

func TestSecretSetting(t *testing.T) {
	var e example
	s, err := load(t, &e, "mysql_password = $SECRET")
	if err != nil {
		t.Fatal(err)
	}
	if e.password.Reveal() != "$SECRET" {
		t.Errorf("a password is taken from the environment: %q", e.password.Reveal())
	}
	var dump bytes.Buffer
	if err := s.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dump.String(), "mysql_password = ********\n") || strings.Contains(dump.String(), "SECRET") {
		t.Errorf("dump:\n%s", dump.String())
	}
	err = s.SetArgument("mysql-password", "hunter2")
	var mistake *Error
	if !errors.As(err, &mistake) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret on the command line gives %v", err)
	}
}
