package monitor_test

import (
	"testing"

	"zarafa/agents/monitor"
	"zarafa/daemon/settings/settingstest"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := monitor.NewConfig(monitor.Start{})
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/daemon", "zarafa/daemon/logging", "zarafa/agents/connection", "zarafa/agents/monitor")
}
