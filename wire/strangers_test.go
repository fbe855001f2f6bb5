package wire

import (
	"fmt"
	"strings"
	"testing"
)

// Every field of text of an operation that needs no session has a longest size: one byte more is a fault, while the same
// operation with that size is decoded.
func TestStrangersSendLittle(t *testing.T) {
	fields := map[string][]string{
		"logon": {"szUsername", "szPassword", "szImpersonateUser", "szVersion", "szClientApp", "szClientAppVersion", "szClientAppMisc", "szClientAddress",
			"sLicenseReq"},
		"ssoLogon": {"szUsername", "szImpersonateUser", "clientVersion", "szClientApp", "szClientAppVersion", "szClientAppMisc", "szClientAddress",
			"lpInput", "sLicenseReq"},
		"removeAllObjects":          {"sExceptUserId"},
		"getUserClientUpdateStatus": {"sUserId"},
		"getClientUpdate":           {"szUsername", "szClientIPList", "szClientVersion", "szWindowsVersion", "szComputerName", "sLicenseReq"},
	}
	inner := map[string]string{"getClientUpdate": "sClientUpdateInfo"}
	for operation, names := range fields {
		for _, name := range names {
			try := func(size int) *Fault {
				field := fmt.Sprintf("<%s>%s</%[1]s>", name, strings.Repeat("AAAA", size/4)+strings.Repeat(" ", size%4))
				if in := inner[operation]; in != "" {
					field = "<" + in + ">" + field + "</" + in + ">"
				}
				_, _, fault := decode(t, inEnvelope("<m:"+operation+">"+field+"</m:"+operation+">"))
				return fault
			}
			most := longestOf([]byte(name))
			if fault := try(most); fault != nil {
				t.Errorf("%s: %s of %d bytes: %v", operation, name, most, fault)
			}
			if fault := try(most + 1); fault == nil || !strings.Contains(fault.String, name) {
				t.Errorf("%s: %s of %d bytes: %v", operation, name, most+1, fault)
			}
		}
	}
}

// A client with a session may send large values.
func TestOthersSendMuch(t *testing.T) {
	large := strings.Repeat("AAAA", longestTicket)
	for _, text := range []string{
		"<m:getStore><ulSessionId>1</ulSessionId><lpsEntryId>" + large + "</lpsEntryId></m:getStore>",
	} {
		if _, _, fault := decode(t, inEnvelope(text)); fault != nil {
			t.Error(fault)
		}
	}
}
