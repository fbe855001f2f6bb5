package dagent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zarafa/client"
)

// logRaw writes a mail as it came into log_raw_message_path, if log_raw_message wants it: that of everybody, that which could not be
// converted, or that of certain users.
func (d *Deliverer) logRaw(cfg *Config, m *Mail, failed bool, to []client.Entry) {
	user := "mail"
	switch strings.ToLower(cfg.LogRawMessage) {
	case "no", "", "0", "false":
		return
	case "error":
		if !failed {
			return
		}
	case "yes", "all", "1", "true":
	default:
		names := strings.Fields(cfg.LogRawMessage)
		i := slices.IndexFunc(to, func(e client.Entry) bool { return slices.Contains(names, e.Account) })
		if i < 0 {
			return
		}
		user = to[i].Account
	}
	if err := d.writeRaw(cfg, m, filepath.Base(user)); err != nil {
		d.log.Error("a mail could not be written as log_raw_message wants it", "error", err)
	}
}

func (d *Deliverer) writeRaw(cfg *Config, m *Mail, user string) error {
	pattern := fmt.Sprintf("%s_%s_*.eml", user, d.now().Format("20060102150405"))
	f, err := os.CreateTemp(cfg.LogRawPath, pattern)
	if err != nil {
		return fmt.Errorf("log_raw_message_path: %w", err)
	}
	_, err = io.Copy(f, m.tree.Section(0, m.tree.Size))
	return errors.Join(err, f.Close())
}
