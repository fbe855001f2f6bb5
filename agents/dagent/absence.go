package dagent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"time"

	"zarafa/mail/header"
	"zarafa/mail/reply"
	"zarafa/mapi"
)

// answering says which mails are answered. To a reply rule it does not matter how the mail names the user: the rule has its conditions.
func (v *delivery) answering(byRule bool) reply.Answering {
	return reply.Answering{
		Cc: byRule || v.config.AutorespondCc, Bcc: byRule || v.config.AutorespondBcc, Unnamed: byRule || v.config.AutorespondUnnamed,
		Inhibit: v.config.autoReplyPatterns,
	}
}

// answerAbsence tells the sender that the user is away, once in a while.
func (v *delivery) answerAbsence(ctx context.Context) {
	if err := v.answerIfAway(ctx); err != nil {
		v.log.Error("a mail was not answered although the user is away", "user", v.to.Account, "error", err)
	}
}

func (v *delivery) answerIfAway(ctx context.Context) error {
	away, err := v.box.OutOfOffice(ctx)
	if err != nil || !away.Away(v.now()) {
		return err
	}
	if reason := v.facts.MayAnswer(v.answering(false)); reason != "" {
		v.log.Info("a mail to a user who is away is not answered", "user", v.to.Account, "reason", string(reason))
		return nil
	}
	subject := away.Subject
	if subject == "" {
		subject = reply.DefaultSubject
	}
	if v.config.Autoresponder != "" {
		return v.runAutoresponder(ctx, subject, away.Message)
	}
	if ok, err := v.mayAnswerAgain(ctx, "away "+away.Subject+"\x00"+away.Message); !ok || err != nil {
		return err
	}
	to := addressOf("", v.sender())
	return v.sendMail(ctx, []header.Address{to}, func(w io.Writer) error {
		return v.absence(away.Subject, away.Message, to).Write(w, reply.AnsweredOf(v.mail.header))
	})
}

func (v *delivery) absence(subject, text string, to header.Address) *reply.Absence {
	return &reply.Absence{From: v.self(), To: to, Subject: subject, Text: text, Now: v.now(), MessageID: v.messageID()}
}

// answers keeps deliveries to one user from answering the same sender at the same moment.
type answers struct {
	mu    sync.Mutex
	users map[string]*sync.Mutex
}

func newAnswers() *answers { return &answers{users: make(map[string]*sync.Mutex)} }

func (a *answers) of(user string) *sync.Mutex {
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.users[user]
	if m == nil {
		m = new(sync.Mutex)
		a.users[user] = m
	}
	return m
}

// answered is the name of the property of a store that says who was answered last, so that all delivery agents know it.
func answered() mapi.PropName {
	return mapi.PropName{Set: mapi.PsPublicStrings, Name: "zarafa:answered"}
}

// An entry of that property: the hash of a sender and of what he was answered, and the time.
const (
	hashSize     = 12
	answeredSize = hashSize + 8
	mostAnswered = 4_000
)

// mayAnswerAgain reports whether a sender has had no such answer for autorespond_timelimit, and remembers that he gets one now. It is
// remembered before the answer goes out: no answer is better than one after another.
func (v *delivery) mayAnswerAgain(ctx context.Context, answer string) (bool, error) {
	lock := v.answers.of(v.to.Account)
	lock.Lock()
	defer lock.Unlock()
	s := v.box.Store.Session
	tag, err := s.PropTag(ctx, answered(), mapi.PtBinary, true)
	if err != nil {
		return false, err
	}
	o, err := s.LoadObject(ctx, v.box.Store.EntryID)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256([]byte(strings.ToLower(v.sender()) + "\x00" + answer))
	list, again := remember(o.Props.Bytes(tag), sum[:hashSize], v.now(), v.config.AutorespondEvery)
	if !again {
		return false, nil
	}
	return true, s.SetProps(ctx, v.box.Store.EntryID, mapi.Binary(tag, list))
}

// remember adds an answer to those that were given, and leaves out what is past.
func remember(list, hash []byte, now time.Time, period time.Duration) (next []byte, again bool) {
	for ; len(list) >= answeredSize; list = list[answeredSize:] {
		at := time.Unix(int64(binary.LittleEndian.Uint64(list[hashSize:])), 0)
		if now.Sub(at) >= period || at.After(now) {
			continue
		}
		if bytes.Equal(list[:hashSize], hash) {
			return nil, false
		}
		next = append(next, list[:answeredSize]...)
	}
	if drop := len(next)/answeredSize - mostAnswered + 1; drop > 0 {
		next = next[drop*answeredSize:]
	}
	next = append(next, hash...)
	return binary.LittleEndian.AppendUint64(next, uint64(now.Unix())), true
}
