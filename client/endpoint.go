package client

import (
	"strings"

	"zarafa/wire/soaphttp"
)

// MemoryEndpoint is how errors and logs call the server of the same process ([Options.Dial]).
const MemoryEndpoint = soaphttp.MemoryEndpoint

// DefaultEndpoint is where the server of this machine listens if nothing else is said.
const DefaultEndpoint = "file:///var/run/zarafa"

// FindEndpoint chooses where to connect to: what the command line says, else the environment (ZARAFA_SOCKET, then
// KOPANO_SOCKET), else the settings file, else [DefaultEndpoint]. A plain path is a Unix socket; "default:" skips the settings file.
func FindEndpoint(commandLine, configured string, lookupEnv func(string) (string, bool)) string {
	if commandLine != "" {
		return endpointOf(commandLine)
	}
	for _, name := range []string{"ZARAFA_SOCKET", "KOPANO_SOCKET"} {
		if value, _ := lookupEnv(name); value != "" {
			return endpointOf(value)
		}
	}
	return endpointOf(configured)
}

func endpointOf(text string) string {
	switch {
	case text == "" || text == "default:":
		return DefaultEndpoint
	case strings.HasPrefix(text, "/"):
		return "file://" + text
	}
	return text
}
