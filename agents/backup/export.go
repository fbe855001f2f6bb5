package backup

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"zarafa/agents/backup/snapshot"
	"zarafa/daemon/subcommand"
	"zarafa/mail/convert"
)

func (e *environment) exportCommand() subcommand.Command {
	fs := e.options("export")
	var s selection
	s.define(fs)
	format := fs.String("format", "eml", "eml: a file for each message, in folders; mbox: a file for each folder (mboxrd)")
	out := fs.StringP("output-dir", "O", "", "the folder to write to, which must be empty or not be there")
	return subcommand.Command{
		Name: "export", Short: "write messages of a snapshot as EML or mbox files", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			if *out == "" {
				return subcommand.Usage, errors.New("say where to: --output-dir FOLDER")
			}
			if *format != "eml" && *format != "mbox" {
				return subcommand.Usage, fmt.Errorf("--format: %q is neither eml nor mbox", *format)
			}
			if list, err := os.ReadDir(*out); err == nil && len(list) > 0 {
				return subcommand.Usage, fmt.Errorf("--output-dir: %s is not empty", *out)
			}
			return 0, e.export(ctx, &s, &exporter{dir: *out, mbox: *format == "mbox"})
		},
	}
}

// export writes the messages that were chosen, blind copies named, since they are the owner's. One that cannot be written is told of, and the others go on.
func (e *environment) export(ctx context.Context, s *selection, x *exporter) error {
	_, r, err := e.open(ctx)
	if err != nil {
		return err
	}
	written, failed := 0, 0
	err = e.find(ctx, r, s, func(f snapshot.Found) error {
		if f.Associated {
			return nil // settings of programs, and no mail
		}
		m, err := snapshot.LoadMessage(ctx, r, &f.Entry)
		if err == nil {
			var text bytes.Buffer
			if err = convert.Export(&text, m, &convert.ExportOptions{Domain: "backup.invalid", Now: f.Modified.Time(), Bcc: true}); err == nil {
				err = x.write(f, text.Bytes())
			}
		}
		if err != nil {
			failed++
			e.log.Error("export: a message was left out", "sourcekey", fmt.Sprintf("%x", f.SourceKey), "folder", f.Folder.Path, "error", err)
			return ctx.Err()
		}
		written++
		return nil
	})
	fmt.Fprintf(e.out, "%d messages written\n", written)
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d messages could not be written; the log names them", failed)
	}
	return err
}

// exporter writes files.
type exporter struct {
	dir  string
	mbox bool
}

func (x *exporter) write(f snapshot.Found, text []byte) error {
	dir := x.dir
	for _, name := range f.Folder.Names() {
		dir = filepath.Join(dir, fileName(name))
	}
	if x.mbox {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return err
		}
		file, err := os.OpenFile(dir+".mbox", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(appendMbox(file, f.Modified.Time(), text), file.Close())
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%x.eml", f.SourceKey)), text, 0o600)
}

// fileName makes the name of a file of a folder's: one that leads nowhere else.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' || r == 0x7F {
			return '_'
		}
		return r
	}, name)
	if strings.HasPrefix(name, ".") || name == "" {
		name = "_" + name
	}
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

var fromLine = regexp.MustCompile(`^>*From `)

// appendMbox writes a message in the way of mboxrd: lines that look like the beginning of a message get a > more, so that reading takes
// exactly that away.
func appendMbox(w io.Writer, at time.Time, text []byte) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "From MAILER-DAEMON %s\n", at.UTC().Format(time.ANSIC))
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if fromLine.Match(line) {
			out.WriteByte('>')
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
	return out.Flush()
}
