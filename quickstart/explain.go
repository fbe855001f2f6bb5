package quickstart

import (
	"io"
	"net"
	"text/template"
)

// explain says what to do next.
func (o *Options) explain(out io.Writer, showPassword bool) error {
	t, err := template.New("next").Parse(nextText)
	if err != nil {
		return err
	}
	password := ""
	if showPassword {
		password = o.Password
	}
	_, lmtp, err := net.SplitHostPort(o.Listen.LMTP)
	if err != nil {
		return err
	}
	_, imaps, err := net.SplitHostPort(o.Listen.IMAPS)
	if err != nil {
		return err
	}
	_, webs, err := net.SplitHostPort(o.Listen.Webs)
	if err != nil {
		return err
	}
	return t.Execute(out, struct {
		*Options
		Shown, Socket, LMTPPort, IMAPSPort, WebsPort string
	}{o, password, o.path(socketFile), lmtp, imaps, webs})
}

const nextText = `{{.Folder}} is ready.

1. Start it:

     zarafa serve {{.Folder}}

   The first administrator is {{.Admin}} ({{.Admin}}@{{.Domain}}){{if .Shown}} with the password

     {{.Shown}}

   which is written down nowhere else{{end}}. More people are made with

     zarafa admin -h file://{{.Socket}} -c NAME -P -f "FULL NAME" -e NAME@{{.Domain}}
     zarafa admin -h file://{{.Socket}} --create-store NAME

   Mail is read in the browser at https://{{.Host}}{{if ne .WebsPort "443"}}:{{.WebsPort}}{{end}}/, on this machine at http://{{.Listen.Web}}/.
   Mail programs connect to {{.Host}}, port {{.IMAPSPort}}, encrypted (IMAP with TLS). The certificate is self-signed until
   you name another in {{.Folder}}/gateway.cfg and webaccess.cfg.

2. Mail comes in and goes out through a mail server on this machine. For Postfix, these lines in /etc/postfix/main.cf:

     virtual_mailbox_domains = {{.Domain}}
     virtual_transport = lmtp:inet:127.0.0.1:{{.LMTPPort}}
     smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_unverified_recipient

   {{.Domain}} must not stand in mydestination. Then "postfix reload". What people send leaves through {{.Relay}}.

3. The world finds it by DNS. With whoever keeps the names of {{.Domain}}, enter (ADDRESS is this machine's):

     {{.Host}}.                  A      ADDRESS
     {{.Domain}}.                MX     10 {{.Host}}.
     {{.Domain}}.                TXT    "v=spf1 mx -all"
     _imaps._tcp.{{.Domain}}.    SRV    0 1 {{.IMAPSPort}} {{.Host}}.

   and have the provider of ADDRESS name it {{.Host}} (PTR), or others take your mail for spam.
`
