package imap_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
)

// rest is all that the server has sent, and whether it has ended the connection.
func (p *peer) rest() (text string, ended bool) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	text = string(p.read)
	p.read = nil
	select {
	case <-p.ended:
		return text, true
	default:
		return text, false
	}
}

// attack plays what a client sends to a server, and closes the connection.
func attack(t *testing.T, options imap.Options, play func(t *testing.T, d *script, p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newScript(t)
		options.MaxFailed = max(options.MaxFailed, 1)
		d.server = options
		d.store.MaxMessage = 1000
		p := d.client("")
		play(t, d, p)
		_ = p.conn.Close()
		synctest.Wait()
	})
}

func expect(t *testing.T, p *peer, want string, ended bool) {
	t.Helper()
	got, over := p.rest()
	if !strings.Contains(got, want) || over != ended {
		t.Errorf("got %q, ended %v, want %q, ended %v", got, over, want, ended)
	}
}

// Lines and literals without end are not kept, and end the connection.
func TestEndless(t *testing.T) {
	before := imap.Options{MaxFailed: 100}
	attack(t, before, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user " + strings.Repeat("x", 1<<20))
		expect(t, p, "* BYE ", true)
	})
	attack(t, before, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user {1000000000}\r\n")
		expect(t, p, "a BAD [TOOBIG]", false)
		p.send("a LOGIN user {1000000000+}\r\n")
		expect(t, p, "* BYE ", true)
	})
	attack(t, before, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user secret\r\na APPEND INBOX {1000000000+}\r\n")
		expect(t, p, "* BYE ", true)
	})
	attack(t, before, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user secret\r\na SELECT " + strings.Repeat("(", 100000) + "\r\nb NOOP\r\n")
		expect(t, p, "b OK NOOP", false)
		p.send("a SEARCH " + strings.Repeat("NOT ", 20000) + "ALL\r\nb NOOP\r\n")
		expect(t, p, "b OK NOOP", false)
	})
}

// A literal that is refused is passed over, and the next command is understood.
func TestRefusedLiteral(t *testing.T) {
	attack(t, imap.Options{MaxFailed: 100}, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user secret\r\na APPEND INBOX {1500+}\r\n" + strings.Repeat("x", 1500) + "\r\nb NOOP\r\n")
		expect(t, p, "a NO [TOOBIG] The message is larger than 1000 bytes\r\nb OK NOOP", false)
		p.send("a APPEND nowhere {600+}\r\n" + strings.Repeat("x\r\n", 200) + " {300+}\r\n" + strings.Repeat("y\r\n", 100) + "\r\nb NOOP\r\n")
		expect(t, p, "a NO [TRYCREATE] There is no mailbox nowhere\r\nb OK NOOP", false)
		p.send("a XYZ {600+}\r\n" + strings.Repeat("x\r\n", 200) + "\r\nb NOOP\r\n")
		expect(t, p, "a BAD Unknown command\r\nb OK NOOP", false)
	})
}

func TestSilence(t *testing.T) {
	attack(t, imap.Options{}, func(t *testing.T, _ *script, p *peer) {
		time.Sleep(2*time.Minute - time.Second)
		expect(t, p, "", false)
		p.send("a NOOP\r\nb LOGIN us") // which does not help
		time.Sleep(2 * time.Second)
		expect(t, p, "* BYE You did not log on in time\r\n", true)
	})
	attack(t, imap.Options{}, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN user secret\r\n")
		time.Sleep(30*time.Minute - time.Second)
		p.send("a NOOP\r\n")
		time.Sleep(30*time.Minute - time.Second)
		p.send("a SELECT INBOX\r\na IDLE\r\n")
		expect(t, p, "+ idling", false)
		time.Sleep(30*time.Minute + time.Second)
		expect(t, p, "* BYE You were silent for too long\r\n", true)
	})
}

func TestTooManyFailures(t *testing.T) {
	attack(t, imap.Options{MaxFailed: 3}, func(t *testing.T, _ *script, p *peer) {
		p.send("a X\r\na X\r\na NOOP\r\na X\r\na X\r\n")
		expect(t, p, "a BAD Unknown command\r\n", false)
		p.send("a X\r\n")
		expect(t, p, "* BYE Too many commands failed\r\n", true)
	})
	attack(t, imap.Options{MaxFailed: 100}, func(t *testing.T, _ *script, p *peer) {
		for range 4 {
			p.send("a LOGIN user wrong\r\na NOOP\r\n")
		}
		expect(t, p, "a OK NOOP", false)
		p.send("a LOGIN user wrong\r\n")
		expect(t, p, "* BYE Too many commands failed\r\n", true)
	})
}

// A client that does not read is ended, and what it has asked for is not kept in memory.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Options{})
		store.AddUser("user", "secret")
		appendMail(t, store, "INBOX", make([]byte, 1<<20))
		ours, theirs := net.Pipe()
		ended := make(chan struct{})
		go func() {
			imap.New(store, imap.Options{}).ServeConn(context.Background(), theirs, newScript(t).info)
			close(ended)
		}()
		go func() { _, _ = io.WriteString(ours, "a LOGIN user secret\r\na SELECT INBOX\r\na FETCH 1 BODY[]\r\n") }()
		if _, err := io.ReadFull(ours, make([]byte, 10_000)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("the connection goes on")
		}
		_ = ours.Close()
	})
}

func TestServerStops(t *testing.T) {
	for _, idle := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			store := memory.New(memory.Options{})
			store.AddUser("user", "secret")
			ctx, cancel := context.WithCancel(t.Context())
			ours, theirs := net.Pipe()
			go imap.New(store, imap.Options{}).ServeConn(ctx, theirs, newScript(t).info)
			got := make(chan string)
			go func() {
				all, _ := io.ReadAll(ours)
				got <- string(all)
			}()
			if idle {
				_, _ = io.WriteString(ours, "a LOGIN user secret\r\na SELECT INBOX\r\na IDLE\r\n")
			}
			synctest.Wait()
			cancel()
			if text := <-got; !strings.HasSuffix(text, "* BYE [UNAVAILABLE] The server stops\r\n") {
				t.Errorf("idle %v: got %q", idle, text)
			}
		})
	}
}

// Commands that come in one packet are done one after the other, behind DONE too.
func TestPipelining(t *testing.T) {
	attack(t, imap.Options{}, func(t *testing.T, d *script, p *peer) {
		p.send("a LOGIN user secret\r\nb SELECT INBOX\r\nc IDLE\r\nDONE\r\nd NOOP\r\ne IDLE\r\n")
		got, _ := p.rest()
		for _, want := range []string{"c OK IDLE completed\r\nd OK NOOP completed\r\n+ idling\r\n"} {
			if !strings.HasSuffix(got, want) {
				t.Errorf("got %q, want %q at the end", got, want)
			}
		}
		p.send("DONE\r\nf NOO")
		expect(t, p, "e OK IDLE completed\r\n", false) // half a command holds back no answer
		p.send("P\r\n")
		expect(t, p, "f OK NOOP completed\r\n", false)
	})
}

func testCertificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"test"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// What somebody in between puts behind STARTTLS is not done, before or after encryption begins (CVE-2011-0411).
func TestStartTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newScript(t)
		d.info.Secure, d.info.TLS = false, testCertificate(t)
		p := d.client("injection")
		p.send("a STARTTLS\r\nb CREATE injected\r\n")
		expect(t, p, "* BYE Nothing may follow STARTTLS before encryption has begun\r\n", true)

		ours, theirs := net.Pipe()
		go d.imap.ServeConn(context.Background(), theirs, d.info)
		buffer := make([]byte, 1000)
		n, _ := ours.Read(buffer)
		if greeting := string(buffer[:n]); !strings.Contains(greeting, "STARTTLS LOGINDISABLED") || strings.Contains(greeting, "AUTH=") {
			t.Errorf("greeting %q", greeting)
		}
		_, _ = io.WriteString(ours, "a STARTTLS\r\n")
		if n, _ = ours.Read(buffer); string(buffer[:n]) != "a OK Begin TLS now\r\n" {
			t.Errorf("got %q", buffer[:n])
		}
		encrypted := tls.Client(ours, &tls.Config{InsecureSkipVerify: true})
		_, _ = fmt.Fprintf(encrypted, "b CAPABILITY\r\n")
		n, err := encrypted.Read(buffer)
		if got := string(buffer[:n]); err != nil || !strings.Contains(got, "AUTH=PLAIN") || strings.Contains(got, "STARTTLS") || strings.Contains(got, "LOGINDISABLED") {
			t.Errorf("got %q, %v", got, err)
		}
		_, _ = fmt.Fprintf(encrypted, "c LOGIN user secret\r\nd SELECT INBOX\r\ne IDLE\r\n")
		readUntil(t, encrypted, "+ idling\r\n")
		// What wakes an idle connection interrupts its reading, which encryption has to survive.
		for i := range 3 {
			appendMail(t, d.memory, "INBOX", testMail(i))
			readUntil(t, encrypted, "RECENT\r\n")
		}
		_, _ = fmt.Fprintf(encrypted, "DONE\r\nf LOGOUT\r\n")
		readUntil(t, encrypted, "f OK LOGOUT completed\r\n")
		_ = ours.Close()
		synctest.Wait()
	})
}

func readUntil(t *testing.T, r io.Reader, want string) {
	t.Helper()
	var text []byte
	buffer := make([]byte, 1000)
	for !strings.Contains(string(text), want) {
		n, err := r.Read(buffer)
		if text = append(text, buffer[:n]...); err != nil {
			t.Fatalf("got %q, %v, want %q", text, err, want)
		}
	}
}

// brokenStore is one whose methods panic.
type brokenStore struct{ mailstore.Server }

func (brokenStore) LogOn(context.Context, mailstore.Credentials) (mailstore.Account, error) {
	panic("broken")
}

// A fault in one connection ends that one alone.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t, imap.New(brokenStore{}, imap.Options{}), newScript(t).info)
		p.send("a LOGIN user secret\r\n")
		expect(t, p, "* OK", true)
	})
}
