package soaphttp

import "io"

const rootContentID = "<SOAP-ENV:Envelope>"

// multipartWriter writes a multipart/related message in exactly the form of the reference (wire.md
// section 6), whose client compares texts.
type multipartWriter struct {
	w        io.Writer
	boundary string
}

// contentType is the message's Content-Type.
func (m *multipartWriter) contentType() string {
	return `multipart/related; charset=utf-8; boundary="` + m.boundary +
		`"; type="application/xop+xml"; start="` + rootContentID + `"; start-info="text/xml"`
}

// root writes the first part, the envelope.
func (m *multipartWriter) root(envelope []byte) error {
	_, err := io.WriteString(m.w, "--"+m.boundary+
		"\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"text/xml\""+
		"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: "+rootContentID+"\r\n\r\n")
	if err != nil {
		return err
	}
	_, err = m.w.Write(envelope)
	return err
}

// part begins a binary part; its data is what is written to w next.
func (m *multipartWriter) part(contentID string) error {
	_, err := io.WriteString(m.w, "\r\n--"+m.boundary+
		"\r\nContent-Type: application/binary\r\nContent-Transfer-Encoding: binary\r\nContent-ID: "+contentID+"\r\n\r\n")
	return err
}

// end closes the message.
func (m *multipartWriter) end() error {
	_, err := io.WriteString(m.w, "\r\n--"+m.boundary+"--")
	return err
}
