package e2e

import (
	"bytes"
	"sync"
)

// LogBuffer collects a log that several goroutines write.
type LogBuffer struct {
	mu sync.Mutex
	B  bytes.Buffer
}

func (l *LogBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.B.Write(p)
}

func (l *LogBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.B.String()
}

func (l *LogBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.B.Reset()
}
