package api

import (
	"path"
	"slices"
	"strings"
	"unicode"
)

// maxFileName is how many bytes of a name are kept.
const maxFileName = 200

// fileName makes a name of a file fit to be shown and saved: no path, no controls, nothing that turns the direction of writing. deceptive says that it
// pretended to be of another kind: by turning the direction, by many blanks, or by two endings of which the last one is a program.
func fileName(name string) (clean string, deceptive bool) {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	var b strings.Builder
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			deceptive = true
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= 0xFFF0 && r <= 0xFFFF:
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	clean = strings.Trim(b.String(), " .")
	if strings.Contains(clean, "    ") {
		deceptive = true
	}
	clean = strings.Join(strings.Fields(clean), " ")
	ending := path.Ext(clean)
	if isProgram(ending) && path.Ext(strings.TrimSuffix(clean, ending)) != "" {
		deceptive = true
	}
	if short, long := cut(strings.TrimSuffix(clean, ending), maxFileName); long {
		clean = short + ending
	}
	if clean == "" {
		clean = "attachment"
	}
	return clean, deceptive
}

// isProgram reports whether files with an ending are run when they are opened.
func isProgram(ending string) bool {
	return slices.Contains([]string{
		".exe", ".com", ".bat", ".cmd", ".scr", ".pif", ".msi", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".lnk", ".ps1", ".jar", ".cpl", ".reg",
		".html", ".htm", ".svg", ".xhtml", ".iso", ".img", ".vhd", ".chm",
	}, strings.ToLower(ending))
}
