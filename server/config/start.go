package config

import (
	"net"

	"zarafa/daemon/settings"
)

// Start holds what the command line, or a program that has the server in its process, asks of one start. It is never in the file.
type Start struct {
	// RestartSearches fills all search folders anew before clients are served.
	RestartSearches bool
	// Ignored are the options of older servers that were given and have no effect.
	Ignored []string
	// Memory is a listener for programs in the server's own process, nil if there are none (soaphttp.Memory).
	Memory net.Listener
}

// warn says what was asked for in vain.
func (s *Start) warn(set *settings.Set) {
	for _, name := range s.Ignored {
		set.Warnf("--%s has no effect: a database that does not fit is refused in any case, and one that fits needs no option; delete it", name)
	}
}
