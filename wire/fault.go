package wire

// Fault is a SOAP fault: the message could not be understood (wire.md section 5). Results of
// operations, good or bad, are never faults.
type Fault struct {
	Code   FaultCode
	String string
	// Remote is set by a client's decoder if the server sent the fault; otherwise the
	// message itself is at fault.
	Remote bool
}

// FaultCode says whose fault it is, in the words of SOAP 1.1.
type FaultCode string

// Fault codes.
const (
	FaultClient          FaultCode = "Client"
	FaultServer          FaultCode = "Server"
	FaultMustUnderstand  FaultCode = "MustUnderstand"
	FaultVersionMismatch FaultCode = "VersionMismatch"
)

// Error prints code and text.
func (f *Fault) Error() string { return "SOAP fault " + string(f.Code) + ": " + f.String }

// soap12 is the code's name in SOAP 1.2.
func (c FaultCode) soap12() string {
	switch c {
	case FaultClient:
		return "Sender"
	case FaultServer:
		return "Receiver"
	}
	return string(c)
}

// AppendFault appends the envelope of a fault.
func AppendFault(dst []byte, f *Fault, version Version) []byte {
	dst = append(dst, version.envelopeStart()...)
	dst = append(dst, "<SOAP-ENV:Body><SOAP-ENV:Fault>"...)
	if version == SOAP12 {
		dst = append(dst, "<SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:"...)
		dst = append(dst, f.Code.soap12()...)
		dst = append(dst, `</SOAP-ENV:Value></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">`...)
		dst = appendEscaped(dst, f.String)
		dst = append(dst, "</SOAP-ENV:Text></SOAP-ENV:Reason>"...)
	} else {
		dst = append(dst, "<faultcode>SOAP-ENV:"...)
		dst = append(dst, f.Code...)
		dst = append(dst, "</faultcode><faultstring>"...)
		dst = appendEscaped(dst, f.String)
		dst = append(dst, "</faultstring>"...)
	}
	return append(dst, "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\r\n"...)
}

// faultContent reads the content of a Fault element of either version.
func (d *Decoder) faultContent() *Fault {
	f := &Fault{Code: FaultServer, Remote: true}
	d.faultMembers(f, 0)
	return f
}

func (d *Decoder) faultMembers(f *Fault, level int) {
	for d.child() {
		_, local := splitName(d.name)
		switch string(local) {
		case "faultcode", "Value":
			_, code := splitName(trim(d.text()))
			switch string(code) {
			case "Sender":
				f.Code = FaultClient
			case "Receiver":
				f.Code = FaultServer
			default:
				f.Code = FaultCode(printable(code))
			}
		case "faultstring", "Text":
			f.String = string(d.validText(d.text()))
		case "Code", "Reason":
			if level == 0 {
				d.faultMembers(f, 1)
				continue
			}
			d.skip()
		default:
			d.skip()
		}
	}
}
