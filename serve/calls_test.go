package serve_test

import (
	"testing"

	"zarafa/client"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/wire/soaphttp"
)

// BenchmarkCall compares what agents do for each mail, by Unix socket and inside the server's process: calls that the server answers from
// memory, two for a user.
func BenchmarkCall(b *testing.B) {
	memory, dir := soaphttp.NewMemory(), servertest.Folder(b)
	i := servertest.StartIn(b, dir, servertest.Settings(b, config.EngineSQLite, dir), servertest.WithMemory(memory))
	for _, way := range []struct {
		name string
		o    client.Options
	}{
		{"unix", client.Options{Endpoint: i.Endpoint(), User: "SYSTEM", App: "test"}},
		{"memory", client.Options{Endpoint: client.MemoryEndpoint, Dial: memory.Dial, User: "SYSTEM", App: "test"}},
	} {
		b.Run(way.name, func(b *testing.B) {
			s, err := client.LogOn(b.Context(), way.o)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close(b.Context())
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.User(b.Context(), "SYSTEM"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
