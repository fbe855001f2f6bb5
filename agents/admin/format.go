package admin

import (
	"fmt"

	"zarafa/mapi"
)

// formatSize shows a size as the tool has always done (agents.md section 2.3): divided by 1024 while there are four digits before the
// point; bytes and K whole, above that two decimals below 10, else one.
func formatSize(bytes int64) string {
	size, unit := float64(bytes), 0
	const units = "BKMGT"
	for size >= 1000 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	switch {
	case unit <= 1:
		return fmt.Sprintf("%.0f %c", size, units[unit])
	case size < 10:
		return fmt.Sprintf("%.2f %c", size, units[unit])
	}
	return fmt.Sprintf("%.1f %c", size, units[unit])
}

// formatLevel shows a limit of the quota.
func formatLevel(bytes int64) string {
	if bytes <= 0 {
		return "unlimited"
	}
	return formatSize(bytes)
}

// timeLayout is the date and time of the C locale.
const timeLayout = "01/02/06 15:04:05"

// formatTime shows a time, "-" if there is none.
func (t *Tool) formatTime(at mapi.FileTime) string {
	if at == 0 {
		return "-"
	}
	return at.Time().In(t.Location).Format(timeLayout)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
