package soaphttp

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// elsewhere are the header lines of a request that comes from another machine and accepts gzip.
const elsewhere = "X-Via: p\r\nAccept-Encoding: gzip,deflate\r\n"

// recordedAnswers are those of all operations in the recorded scenarios, by operation.
func recordedAnswers(t testing.TB) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../testdata/traces/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded scenarios: %v", err)
	}
	all := make(map[string][]string)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(bufio.NewReader(f))
		if err != nil {
			t.Fatal(err)
		}
		for lines := json.NewDecoder(z); ; {
			var exchange struct{ Op, Response string }
			err := lines.Decode(&exchange)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all[exchange.Op] = append(all[exchange.Op], exchange.Response)
		}
	}
	return all
}

// answering starts a server that gives any answer to a client elsewhere.
func answering(t testing.TB) (answer func(body string) (coding, received string)) {
	var body string
	cfg := Config{Compress: true, ProxyHeader: "X-Via", IdleTimeout: time.Minute}
	_, addr := startServer(t, "tcp", cfg, handlerFunc(func(_ context.Context, x *Exchange) {
		x.Reply([]byte(body))
	}))
	p := dial(t, addr)
	return func(next string) (coding, received string) {
		body = next
		p.send(withLength(elsewhere, "<a/>"))
		resp, received := p.receive()
		return resp.Header.Get("Content-Encoding"), received
	}
}

// TestCompressedAnswers: each recorded answer is the same after decompression, and what all of them take is known to the byte.
func TestCompressedAnswers(t *testing.T) {
	operations := recordedAnswers(t)
	answer := answering(t)
	var plain, small, compressed, members int
	for op, answers := range operations {
		for i, body := range answers {
			if len(body) < 1400 && i > 0 { // they are all alike
				small += len(body)
				continue
			}
			coding, received := answer(body)
			if (coding == "gzip") != (len(body) >= 1400) {
				t.Errorf("%s: %d bytes are sent with the coding %q", op, len(body), coding)
			}
			if coding != "gzip" {
				small += len(body)
				continue
			}
			plain, compressed, members = plain+len(body), compressed+len(received), members+1
			if received = gunzip(t, received); received != body {
				t.Errorf("%s: something else after decompression", op)
			}
		}
	}
	got := fmt.Sprintf("%d operations, %d bytes plain, %d answers of %d bytes compressed to %d", len(operations), small, members, plain, compressed)
	if want := "73 operations, 2284037 bytes plain, 1018 answers of 3066130 bytes compressed to 1138505"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestLargeAnswers: answers of several pieces, and those that compression does not make smaller.
func TestLargeAnswers(t *testing.T) {
	answer := answering(t)
	random := rand.New(rand.NewPCG(1, 0))
	var noise strings.Builder
	for noise.Len() < 300_000 {
		fmt.Fprintf(&noise, "%x", random.Uint64())
	}
	rows := strings.Repeat("<item><ulPropTag>3604511</ulPropTag><lpszA>a subject</lpszA></item>", 10_000)
	for _, c := range []struct {
		name, body, coding string
	}{
		{"one piece", rows[:65_536], "gzip"},
		{"one piece and a byte", rows[:65_537], "gzip"},
		{"many pieces", rows, "gzip"},
		{"noise at the end", rows + noise.String(), "gzip"},
		{"noise", noise.String(), ""},
		{"the smallest", rows[:1400], "gzip"},
		{"too small", rows[:1399], ""},
	} {
		coding, received := answer(c.body)
		if coding != c.coding {
			t.Errorf("%s: coding %q", c.name, coding)
		}
		if coding == "gzip" {
			if most := len(c.body); len(received) > most {
				t.Errorf("%s: %d bytes have become %d", c.name, most, len(received))
			}
			received = gunzip(t, received)
		}
		if received != c.body {
			t.Errorf("%s: something else came", c.name)
		}
	}
}
