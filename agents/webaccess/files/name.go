package files

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is how long a name may be, in bytes, which is what file systems take with room for " (1)" and the like.
const longestName = 200

// Name makes a name for a file of the name that a sender gave: the last part of a path, without controls, without signs that change the order
// in which it is shown, without what file systems give a meaning to. It is never empty. Path separators of both kinds end a part.
func Name(sent string) string {
	if i := strings.LastIndexAny(sent, `/\`); i >= 0 {
		sent = sent[i+1:]
	}
	var out strings.Builder
	for _, r := range sent {
		switch {
		case r == utf8.RuneError, isHidden(r):
		case unicode.IsSpace(r):
			out.WriteByte(' ')
		case strings.ContainsRune(`<>:"|?*`, r):
			out.WriteByte('_')
		default:
			out.WriteRune(r)
		}
	}
	name := strings.Join(strings.Fields(out.String()), " ")
	name = strings.TrimLeft(name, ".-~ ") // hidden, an option, somebody's home
	name = strings.TrimRight(shorten(name), ". ")
	if name == "" {
		return "attachment"
	}
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// isHidden reports whether a sign is not seen, or changes the order of others: controls, and format characters such as RLO (U+202E).
func isHidden(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

// shorten cuts the middle out of a long name, so that its extension stays.
func shorten(name string) string {
	if len(name) <= longestName {
		return name
	}
	end := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 20 {
		end = name[i:]
	}
	cut := longestName - len(end)
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + end
}

// isDevice reports whether Windows takes a name for a device.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '0' && base[3] <= '9'
}

// Warning says why a reader should hesitate to open a file.
type Warning string

// The warnings.
const (
	NoWarning  Warning = ""
	Executable Warning = "executable"       // the system runs it when it is opened
	Disguised  Warning = "disguised"        // it is executable, and its name says that it is a document
	Reordered  Warning = "reordered"        // the name that was sent has signs that change the order in which it is shown
	Mismatch   Warning = "other than named" // the contents are of another kind than the name says, and could be run or shown as a page
)

// executable are the extensions that desktop systems run, or open with something that runs what is in it.
var executable = set(`ace action ade adp apk app appcontentxml-ms application appref-ms appx appxbundle bas bat chm cmd com command cpl crt csh deb desktop diagcab
	dll dmg docm dotm exe fxp gadget hlp hta htm html img inf ins iso isp jar jnlp job js jse jsp ksh lnk mad maf mde mht mhtml msc msh msi msix
	msixbundle msp mst one osd pif pkg pl potm ppam ppsm pptm prf prg ps1 ps1xml psd1 psdm1 psm1 py pyc pyo pyw pyz rb reg rpm run scf scr sct settingcontent-ms
	sh shb shs shtml sldm svg svgz swf sys terminal theme url vb vbe vbp vbs vhd vhdx vxd webloc website ws wsc wsf wsh xbap xht xhtml xlam xll xlsm xltm xps xsl`)

// documents are the extensions behind which nobody expects a program.
var documents = set("pdf doc docx xls xlsx ppt pptx txt rtf odt ods odp csv jpg jpeg png gif webp bmp tif tiff mp3 mp4 mov avi zip eml msg ics vcf")

// Check says whether the name that a sender gave a file, or its beginning, speaks against opening it. head may be empty if it is not known.
func Check(sent string, head []byte) Warning {
	name := strings.ToLower(Name(sent))
	extension := lastExtension(name)
	runs := executable[extension]
	switch {
	case strings.ContainsFunc(sent, isReordering):
		return Reordered
	case runs && isDisguise(name, extension):
		return Disguised
	case runs:
		return Executable
	case isProgram(head), documents[extension] && isPage(head):
		return Mismatch
	}
	return NoWarning
}

func isReordering(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// isDisguise reports whether a name has the extension of a document in front of that of a program (report.pdf.exe), perhaps with many
// blanks between them.
func isDisguise(name, extension string) bool {
	return documents[lastExtension(strings.TrimRight(strings.TrimSuffix(name, "."+extension), " ._"))]
}

func lastExtension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return strings.TrimSpace(name[i+1:])
	}
	return ""
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
