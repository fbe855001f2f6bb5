package convert

import (
	"strings"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// reportBody writes a delivery report (RFC 3464) or a receipt (RFC 8098) if the message is one: its text, the part that programs read,
// and what is attached.
func (ex *exporter) reportBody(m *mapi.Message, cs *charset.Charset) bool {
	class := m.Props.Str(mapi.PrMessageClass)
	var kind string
	var status []byte
	switch {
	case strings.EqualFold(class, classNotDelivered), strings.EqualFold(class, classDelayed), strings.EqualFold(class, classDelivered):
		kind, status = "delivery-status", ex.deliveryFields(m, class)
	case strings.EqualFold(class, classRead), strings.EqualFold(class, classNotRead):
		kind, status = "disposition-notification", ex.dispositionFields(m, class)
	default:
		return false
	}
	ex.multipart("report", header.FormatParam("report-type", kind), func(part func()) {
		part()
		ex.texts(&texts{plain: crlf(m.Props.Str(mapi.PrBody)), page: nonEmpty(m.Props.Bytes(mapi.PrHTML)), pageCode: m.Props.Uint32(mapi.PrInternetCpid)}, nil, cs)
		part()
		ex.out.text("Content-Type: message/" + kind + "\r\n\r\n")
		_, _ = ex.out.Write(status) // the writer keeps its error
		for _, a := range m.Attachments {
			part()
			ex.attachment(a, false)
		}
	})
	return true
}

func nonEmpty(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// deliveryFields are the fields about the mail, and those about each recipient.
func (ex *exporter) deliveryFields(m *mapi.Message, class string) []byte {
	f := &fields{}
	domain := ex.options.Domain
	if domain == "" {
		domain = "localhost"
	}
	f.add("Reporting-MTA", "dns; "+domain)
	if v, ok := m.Props.Get(mapi.PrOriginalSubmitTime); ok {
		f.add("Arrival-Date", header.FormatDate(v.Time().Time()))
	}
	action := map[string]string{strings.ToLower(classDelivered): "delivered", strings.ToLower(classDelayed): "delayed"}[strings.ToLower(class)]
	if action == "" {
		action = "failed"
	}
	for _, r := range m.Recipients {
		address := ex.address(r)
		if blind := r.Uint32(mapi.PrRecipientType)&0xFF == mapi.RecipientBcc; address == "" || blind && !ex.options.Bcc {
			continue
		}
		f.b = append(f.b, "\r\n"...)
		f.add("Final-Recipient", "rfc822; "+address)
		status, diagnostic := splitStatus(r.Str(mapi.PrReportText), action)
		f.add("Action", actionOf(status, action))
		f.add("Status", status)
		if diagnostic != "" {
			f.add("Diagnostic-Code", "smtp; "+diagnostic)
		}
	}
	return f.b
}

// splitStatus takes the reason for what happened to a recipient apart: the status code in front, if there is one, and the rest.
func splitStatus(text, action string) (status, diagnostic string) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if _, ok := statusNumber(first); ok {
		return first, asciiOnly(rest)
	}
	return usualStatus(action), asciiOnly(text)
}

// usualStatus is the status code of what happened if nobody gave one.
func usualStatus(action string) string {
	switch action {
	case "failed":
		return "5.0.0"
	case "delayed":
		return "4.0.0"
	}
	return "2.0.0"
}

// actionOf is what became of the mail for one recipient of a report about several: his status tells it.
func actionOf(status, action string) string {
	switch {
	case strings.HasPrefix(status, "5."):
		return "failed"
	case strings.HasPrefix(status, "4."):
		return "delayed"
	case strings.HasPrefix(status, "2."):
		return "delivered"
	}
	return action
}

func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F {
			return '?'
		}
		return r
	}, s)
}

func (ex *exporter) dispositionFields(m *mapi.Message, class string) []byte {
	f := &fields{}
	f.add("Reporting-UA", "zarafa")
	from := represented().of(m)
	if address := ex.address(from); address != "" {
		f.add("Final-Recipient", "rfc822; "+address)
	}
	f.add("Original-Message-ID", m.Props.Str(mapi.PrOriginalMessageID))
	what := "deleted"
	if strings.EqualFold(class, classRead) {
		what = "displayed"
	}
	f.add("Disposition", "manual-action/MDN-sent-manually; "+what)
	return f.b
}
