package config

import (
	"time"

	"zarafa/daemon/settings"
)

// SingleSignOn says who besides the server vouches for users that log on.
type SingleSignOn struct {
	Enabled  bool
	Hostname string // of the service's Kerberos principal
	Keytab   string
	// KerberosConfig is the machine's krb5.conf.
	KerberosConfig string

	Issuer             string // of access tokens; "" for none
	InsecureSkipVerify bool
	IssuerTimeout      time.Duration
	Audiences          []string
	UsernameClaim      string
}

func (s *SingleSignOn) section() settings.Section {
	return settings.Section{Title: "Single sign-on", Options: []settings.Option{
		{
			Name: "enable_sso", Aliases: []string{"enable_sso_ntlmauth"}, Default: "no", Value: settings.Bool(&s.Enabled),
			Doc: "Whether clients can log on with a Kerberos ticket or an OpenID Connect access token. NTLM is not available.",
		},
		{
			Name: "server_hostname", Value: settings.Text(&s.Hostname),
			Doc: "The host name in Kerberos tickets, which are for kopano/HOSTNAME@REALM. Empty accepts each that the keytab has a key for.",
		},
		{
			Name: "kerberos_keytab", Default: "/etc/krb5.keytab", Value: settings.Text(&s.Keytab),
			Doc: "The file with the key of the Kerberos principal.",
		},
		{
			Name: "kerberos_config", Default: "/etc/krb5.conf", Value: settings.Text(&s.KerberosConfig),
			Doc: "The file that says where the KDC is, for auth_method = kerberos. Tickets are checked without it.",
		},
		{
			Name: "kcoidc_issuer_identifier", Value: settings.Text(&s.Issuer),
			Doc: "The URL of the OpenID Connect issuer whose access tokens are accepted. Empty accepts none.",
		},
		{
			Name: "kcoidc_insecure_skip_verify", Default: "no", Value: settings.Bool(&s.InsecureSkipVerify),
			Doc: "Whether any TLS certificate of the issuer is believed. Then whoever can reach the network between can log on as anybody.",
		},
		{
			Name: "kcoidc_initialize_timeout", Default: "60", Value: seconds(&s.IssuerTimeout, 1),
			Doc: "How long the issuer may take to answer. The server starts without it, and asks when the first token comes.",
		},
		{
			Name: "kcoidc_audiences", Value: settings.Words(&s.Audiences),
			Doc: "The clients of the issuer whose tokens are accepted. Empty accepts those of all, as long as they have the scope kopano/gc.",
		},
		{
			Name: "kcoidc_username_claim", Value: settings.Text(&s.UsernameClaim),
			Doc: "The claim that has the login name, for issuers other than Kopano Konnect, e.g. preferred_username. Empty takes the entry id that Konnect's tokens have.",
		},
	}}
}
