package convert

import (
	"strconv"
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// Message classes of reports (MS-OXOMSG 2.2.2, 2.2.3).
const (
	classNotDelivered = "REPORT.IPM.Note.NDR"
	classDelivered    = "REPORT.IPM.Note.DR"
	classDelayed      = "REPORT.IPM.Note.Delayed"
	classRead         = "REPORT.IPM.Note.IPNRN"
	classNotRead      = "REPORT.IPM.Note.IPNNRN"
)

// maxReport bounds the machine-readable part of a report, in bytes.
const maxReport = 1 << 20

// report takes a delivery report (RFC 3464) or a receipt (RFC 8098): its text is the body, the rest attached, but for the part that
// programs read.
func (b *body) report(p *tree.Part) error {
	for _, child := range p.Parts {
		var err error
		switch {
		case child.Type == "message" && isStatus(child.Subtype) && child.IsLeaf() && child.Octets() <= maxReport:
			err = b.deliveryStatus(child)
		case child.Type == "message" && child.Subtype == "disposition-notification" && child.IsLeaf() && child.Octets() <= maxReport:
			err = b.disposition(child)
		default:
			err = b.part(child, place{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isStatus(subtype string) bool {
	return subtype == "delivery-status" || subtype == "global-delivery-status"
}

// blocks are the groups of fields of a report, which empty lines separate.
func (im *importer) blocks(p *tree.Part) ([]*header.Fields, error) {
	data, err := im.read(p)
	if err != nil {
		return nil, err
	}
	var list []*header.Fields
	for _, block := range strings.Split(crlf(string(data)), "\r\n\r\n") {
		if strings.TrimSpace(block) != "" {
			list = append(list, header.Parse([]byte(strings.TrimLeft(block, "\r\n")+"\r\n\r\n")))
		}
	}
	return list, nil
}

// deliveryStatus makes the recipients that a report is about those of the message.
func (b *body) deliveryStatus(p *tree.Part) error {
	blocks, err := b.im.blocks(p)
	if err != nil || len(blocks) == 0 {
		return err
	}
	var class string
	var rows []mapi.Props
	var names []string
	for _, h := range blocks[1:] {
		_, address, typed := strings.Cut(h.Get("Final-Recipient"), ";")
		if original, o, ok := strings.Cut(h.Get("Original-Recipient"), ";"); !typed && ok && original != "" {
			address = o
		}
		list := header.Mailboxes(header.ParseAddresses(address, b.im.options.DefaultCharset))
		if len(list) == 0 {
			continue
		}
		who := personOf(b.im.directory, list[0])
		action := strings.ToLower(strings.TrimSpace(h.Get("Action")))
		class = worse(class, classOf(action))
		rows = append(rows, reported(&who, h))
		names = append(names, who.name)
	}
	if class == "" {
		return nil
	}
	b.m.Recipients = rows
	b.m.Props.Set(mapi.String(mapi.PrDisplayTo, strings.Join(names, "; ")))
	b.m.Props.Set(mapi.String(mapi.PrMessageClass, class))
	if arrived, ok := header.ParseDate(blocks[0].Get("Arrival-Date")); ok {
		b.m.Props.Set(mapi.Time(mapi.PrOriginalSubmitTime, mapi.FileTimeOf(arrived)))
	}
	if t, ok := b.m.Props.Get(mapi.PrMessageDeliveryTime); ok {
		b.m.Props.Set(mapi.Time(mapi.PrReportTime, t.Time()))
	}
	return nil
}

func classOf(action string) string {
	switch action {
	case "failed":
		return classNotDelivered
	case "delayed":
		return classDelayed
	case "delivered", "relayed", "expanded":
		return classDelivered
	}
	return ""
}

// worse is the class of a report about two recipients.
func worse(a, b string) string {
	for _, class := range []string{classNotDelivered, classDelayed, classDelivered} {
		if a == class || b == class {
			return class
		}
	}
	return ""
}

// reported is a recipient with the reason for what happened.
func reported(who *person, h *header.Fields) mapi.Props {
	row := who.row(mapi.RecipientTo)
	diagnostic := h.Get("Diagnostic-Code")
	if _, text, ok := strings.Cut(diagnostic, ";"); ok {
		diagnostic = strings.TrimSpace(text)
	}
	status, _, _ := strings.Cut(strings.TrimSpace(h.Get("Status")), " ")
	if _, ok := statusNumber(status); !ok {
		status = usualStatus(strings.ToLower(strings.TrimSpace(h.Get("Action"))))
	}
	info := strings.TrimSpace(status + " " + diagnostic)
	if info != "" {
		row.Set(mapi.String(mapi.PrSupplementaryInfo, "<"+clean(info)+">"))
		row.Set(mapi.String(mapi.PrReportText, clean(info)))
	}
	if n, ok := statusNumber(status); ok {
		row.Set(mapi.Long(mapi.PrNDRStatusCode, n))
	}
	return row
}

// statusNumber is an enhanced status code (RFC 3463) without its dots.
func statusNumber(status string) (uint32, bool) {
	parts := strings.Split(status, ".")
	if len(parts) != 3 {
		return 0, false
	}
	n := uint64(0)
	for _, part := range parts {
		digit, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return 0, false
		}
		n = n*10 + digit
	}
	return uint32(n), true
}

// disposition says whether a mail was read.
func (b *body) disposition(p *tree.Part) error {
	blocks, err := b.im.blocks(p)
	if err != nil || len(blocks) == 0 {
		return err
	}
	_, kind, _ := strings.Cut(strings.ToLower(blocks[0].Get("Disposition")), ";")
	kind, _, _ = strings.Cut(strings.TrimSpace(kind), "/")
	class := classNotRead
	if kind == "displayed" || kind == "dispatched" || kind == "processed" {
		class = classRead
	}
	b.m.Props.Set(mapi.String(mapi.PrMessageClass, class))
	if id := clean(blocks[0].Get("Original-Message-ID")); id != "" {
		b.m.Props.Set(mapi.String(mapi.PrOriginalMessageID, id))
	}
	if t, ok := b.m.Props.Get(mapi.PrClientSubmitTime); ok {
		b.m.Props.Set(mapi.Time(mapi.PrReportTime, t.Time()))
	}
	return nil
}
