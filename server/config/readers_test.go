package config_test

import (
	"testing"

	"zarafa/daemon/settings/settingstest"
	"zarafa/server/config"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := config.New(func() (int64, error) { return 1 << 30, nil })
	settingstest.EverySettingIsRead(t, c, c.Sections(),
		"zarafa/daemon", "zarafa/daemon/logging", "zarafa/server/config", "zarafa/server", "zarafa/cmd/zarafa-server")
}
