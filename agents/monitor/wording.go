package monitor

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"zarafa/client"
	"zarafa/mail/charset"
)

// kind is what a mail is about.
type kind byte

const (
	userWarning kind = iota
	userSoft
	userHard
	companyWarning
	numKinds
)

// kindOf is the mail about a user's store at a level.
func kindOf(l Level) kind {
	switch l {
	case Hard:
		return userHard
	case Soft:
		return userSoft
	}
	return userWarning
}

// file is the name of the text of the program.
func (k kind) file() string {
	return [...]string{"userwarning.mail", "usersoft.mail", "userhard.mail", "companywarning.mail"}[k]
}

// texts are the mails that the program has of its own, in the form of templates.
//
//go:embed texts
var texts embed.FS

// ownText is the text of the program. That there is one for each kind and language is held by a test.
func ownText(k kind, l client.Language) Template {
	text, err := fs.ReadFile(texts, "texts/"+string(l)+"/"+k.file())
	if err != nil {
		return Template{Subject: err.Error()}
	}
	return ParseTemplate(string(text))
}

// maxTemplate bounds the size of a template file.
const maxTemplate = 1 << 20

// readTemplate reads a template of the operator. Its text may be in UTF-8 or in windows-1252.
func readTemplate(path string) (t Template, err error) {
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	if err != nil {
		return t, err
	}
	if len(data) > maxTemplate {
		return t, fmt.Errorf("%s has more than %d bytes", path, maxTemplate)
	}
	text, _ := charset.Guess(data, nil).Decode(data) // windows-1252 has a character for each byte that matters
	return ParseTemplate(text), nil
}

// letters are the texts of one pass: each template is read when it is first needed.
type letters struct {
	cfg  *Config
	log  *slog.Logger
	read [numKinds]bool
	own  [numKinds]bool // there is no template
	file [numKinds]Template
}

// text is the mail of a kind to a reader of a language. The values of a template are in English, as those of the original are.
func (l *letters) text(k kind, lang client.Language, v values) (subject, body string) {
	if !l.read[k] {
		l.load(k)
	}
	own := ownText(k, lang)
	t := own
	if v.lang = lang; !l.own[k] {
		t, v.lang = l.file[k], client.English
	}
	if t.Subject == "" {
		t.Subject = own.Subject
	}
	return Expand(t.Subject, v.lookUp), Expand(t.Body, v.lookUp)
}

// load reads a template. One that is not at the place where nobody said that it is, is not missed.
func (l *letters) load(k kind) {
	path, setting, standard := l.cfg.templateOf(k)
	l.read[k], l.own[k] = true, true
	if path == "" {
		return
	}
	t, err := readTemplate(path)
	if err == nil {
		l.file[k], l.own[k] = t, false
		return
	}
	if path != standard || !errors.Is(err, fs.ErrNotExist) {
		l.log.Error(setting+" cannot be read, and mails have the program's own text; make the file readable for the program's user, or leave the setting empty",
			"error", err)
	}
}
