package convert

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/tnef"
	"zarafa/mapi"
)

// TNEF says which mails have a winmail.dat (MS-OXTNEF), which only programs of MAPI read.
type TNEF byte

const (
	// TNEFWhereNeeded is for items that MIME has no form for, such as contacts and tasks.
	TNEFWhereNeeded TNEF = iota
	// TNEFMinimal adds to every mail what MIME has no form for, beside its usual parts.
	TNEFMinimal
	// TNEFAlways puts the whole message into it; others see its plain text.
	TNEFAlways
)

// tnefOf is how much of a message goes into a winmail.dat; TNEFWhereNeeded is nothing.
func (ex *exporter) tnefOf(m *mapi.Message) TNEF {
	class := strings.ToUpper(m.Props.Str(mapi.PrMessageClass))
	switch {
	case strings.HasPrefix(class, "REPORT."), strings.HasPrefix(class, strings.ToUpper(classEncrypted)):
		return TNEFWhereNeeded // a form that may not have other parts
	case !hasForm(class):
		return TNEFAlways
	}
	return ex.options.TNEF
}

// hasForm reports whether MIME can say all that matters of a class.
func hasForm(class string) bool {
	for _, known := range []string{"IPM.NOTE", "IPM.POST", "IPM.SCHEDULE.MEETING", "IPM.APPOINTMENT", "IPM.OUTLOOK.RECALL"} {
		if class == known || strings.HasPrefix(class, known+".") {
			return true
		}
	}
	return class == "" || class == "IPM"
}

// stream writes the part that has winmail.dat.
func (ex *exporter) stream(m *mapi.Message, all bool) {
	f := &fields{}
	f.add("Content-Type", "application/ms-tnef"+header.FormatWordParam("name", "winmail.dat"))
	f.add("Content-Transfer-Encoding", "base64")
	f.add("Content-Disposition", "attachment"+header.FormatParam("filename", "winmail.dat"))
	_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
	sum := sha256.Sum256(ex.seed)
	lines := &lineWriter{w: ex.out}
	e := base64.NewEncoder(base64.StdEncoding, lines)
	ex.out.fail(tnef.Write(e, streamed(m, all), tnef.Options{Key: binary.LittleEndian.Uint16(sum[:])}))
	ex.out.fail(e.Close())
	lines.end()
}

// streamed is what of a message is in winmail.dat. Of its header nothing is, or a stream would tell who got a blind copy, and what
// servers wrote into the mail that the message was made of. Unless it is all, bodies and attachments are parts of the mail as usual.
func streamed(m *mapi.Message, all bool) *mapi.Message {
	s := &mapi.Message{}
	for _, v := range m.Props {
		id := v.Tag.ID()
		body := id == mapi.PrBody.ID() || id == mapi.PrHTML.ID() || id == mapi.PrRTFCompressed.ID() || id == mapi.PrInternetCpid.ID() ||
			id == mapi.PrRTFInSync.ID()
		if id == mapi.PrMessageClass.ID() || body && all || !body && !ownMatter(id) {
			s.Props = append(s.Props, v)
		}
	}
	for _, n := range m.Named {
		if n.Name.Set != mapi.PsInternetHeaders {
			s.Named = append(s.Named, n)
		}
	}
	if all {
		s.Attachments = m.Attachments
	}
	slices.SortFunc(s.Props, func(a, b mapi.PropValue) int { return cmp.Compare(a.Tag, b.Tag) }) // the same bytes for the same message
	return s
}
