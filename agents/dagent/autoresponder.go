package dagent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"zarafa/mail/reply"
)

// autoresponderTime bounds the run of a program that answers.
const autoresponderTime = time.Minute

// runAutoresponder has a program answer: FROM TO SUBJECT USERNAME FILE, with the mail to send in the file, and in the environment how
// the mail named the user and a file with its header. No shell is involved.
func (v *delivery) runAutoresponder(ctx context.Context, subject, text string) (err error) {
	answer, err := v.writeTemp(func(f *os.File) error {
		return v.absence(subject, text, addressOf("", v.sender())).Write(f, reply.AnsweredOf(v.mail.header))
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(answer)) }()
	headers, err := v.writeTemp(func(f *os.File) error {
		raw, err := v.mail.tree.HeaderBytes(v.mail.tree.Root)
		if err == nil {
			_, err = f.Write(raw)
		}
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(headers)) }()
	ctx, cancel := context.WithTimeout(ctx, autoresponderTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, v.config.Autoresponder, v.to.SMTP, v.sender(), subject, v.to.Account, answer)
	named := v.facts.Addressed()
	cmd.Env = append(os.Environ(), "MESSAGE_TO_ME="+digit(named.To), "MESSAGE_CC_ME="+digit(named.Cc), "MESSAGE_BCC_ME="+digit(named.Bcc), "MAILHEADERS="+headers)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("autoresponder %s: %w; it says %.500q", v.config.Autoresponder, err, output)
	}
	return nil
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// writeTemp makes a file that others cannot read.
func (v *delivery) writeTemp(write func(*os.File) error) (name string, err error) {
	f, err := os.CreateTemp(v.config.TempPath, "zarafa-autorespond-")
	if err != nil {
		return "", err
	}
	err = errors.Join(write(f), f.Close())
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), err
}
