package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeMetrics writes the file that metrics_file names, as a whole.
func (e *environment) writeMetrics(c *Config, b *backup) error {
	if c.MetricsFile == "" {
		return nil
	}
	var out strings.Builder
	gauge := func(name, help string, value int64) {
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", name, help, name, name, value)
	}
	gauge("zarafa_backup_finished_seconds", "When the last backup ended, in seconds since 1970.", e.now().Unix())
	gauge("zarafa_backup_stores", "Stores in the last backup.", b.stores.Load())
	gauge("zarafa_backup_items", "Messages in their snapshots.", b.items.Load())
	gauge("zarafa_backup_items_bytes", "Size of these messages, as the server counts it.", b.bytes.Load())
	gauge("zarafa_backup_added_bytes", "What the last backup added to the repository.", b.repo.Added())
	gauge("zarafa_backup_errors", "Stores and folders that the last backup does not have, or not completely.", b.failures.Load()+b.faults.Load())
	dir := filepath.Dir(c.MetricsFile)
	f, err := os.CreateTemp(dir, ".zarafa-backup-*")
	if err != nil {
		return fmt.Errorf("metrics_file: %w", err)
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(out.String()); err != nil {
		f.Close()
		return fmt.Errorf("metrics_file: %w", err)
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return fmt.Errorf("metrics_file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("metrics_file: %w", err)
	}
	return os.Rename(f.Name(), c.MetricsFile)
}
