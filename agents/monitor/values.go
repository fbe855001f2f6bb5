package monitor

import (
	"strconv"
	"strings"

	"zarafa/client"
)

// values are what the variables of a template stand for.
type values struct {
	lang                    client.Language
	name, fullName, company string
	usage                   Usage
}

// lookUp is the value of a variable, by its name without the prefix.
func (v values) lookUp(name string) (value string, ok bool) {
	unknown, unlimited := words(v.lang)
	size := func(bytes int64, none string) (string, bool) {
		if bytes <= 0 {
			return none, true
		}
		return formatSize(bytes, v.lang), true
	}
	switch name {
	case "NAME":
		return v.name, true
	case "FULLNAME":
		return v.fullName, true
	case "COMPANY":
		return v.company, true
	case "STORE_SIZE":
		return size(v.usage.Size, unknown)
	case "WARN_SIZE":
		return size(v.usage.Warn, unlimited)
	case "SOFT_SIZE":
		return size(v.usage.Soft, unlimited)
	case "HARD_SIZE":
		return size(v.usage.Hard, unlimited)
	}
	return "", false
}

// words stand for a size that is not known, and for a limit that there is not.
func words(l client.Language) (unknown, unlimited string) {
	switch l {
	case client.German:
		return "unbekannt", "unbegrenzt"
	case client.Dutch:
		return "onbekend", "onbeperkt"
	case client.French:
		return "inconnue", "illimité"
	}
	return "unknown", "unlimited"
}

// formatSize writes a size with its unit, with one digit behind the point below 100. It is rounded up: a store that is a
// little larger than a limit is not shown as being smaller.
func formatSize(bytes int64, l client.Language) string {
	units := []string{"KB", "MB", "GB", "TB"}
	if l == client.French {
		units = []string{"Ko", "Mo", "Go", "To"}
	}
	unit, i := int64(1<<10), 0
	for i+1 < len(units) && bytes > 1023*unit {
		unit, i = unit<<10, i+1
	}
	whole, rest := bytes/unit, bytes%unit
	tenths := (rest*10 + unit - 1) / unit // rest is less than 1 TiB
	if whole == 0 || whole >= 100 && tenths > 0 || tenths == 10 {
		whole, tenths = whole+1, 0
	}
	text := strconv.FormatInt(whole, 10)
	if tenths > 0 && whole < 100 {
		point := "."
		if l != client.English {
			point = ","
		}
		text += point + strconv.FormatInt(tenths, 10)
	}
	return strings.Join([]string{text, units[i]}, " ")
}
