package dagent

import (
	"testing"

	"zarafa/daemon/settings/settingstest"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := NewConfig()
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/daemon", "zarafa/daemon/logging", "zarafa/agents/connection", "zarafa/agents/dagent")
}
