package dagent

import (
	"fmt"
	"net"
	"strings"
	"time"

	"zarafa/agents/connection"
	"zarafa/calendar/zone"
	"zarafa/daemon"
	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
	"zarafa/mail/charset"
	"zarafa/mail/reply"
)

// File is the settings file where -c is not given.
const File = "/etc/zarafa/dagent.cfg"

// Config is what the settings say.
type Config struct {
	daemon     daemon.Common
	Connection connection.Settings

	LMTPListen     []listen.Spec
	MaxConnections int
	MaxMessageSize int64
	TempPath       string
	Idle           time.Duration
	Delimiter      string
	CatchAll       string
	ExpandGroups   bool

	SpamHeaderName  string
	SpamHeaderValue string
	LogRawMessage   string
	LogRawPath      string

	DefaultCharset  string
	Substitutions   string
	InsecureJoin    bool
	IndexedHeaders  string
	SetRuleHeaders  bool
	NoDoubleForward bool

	ForwardDomains     string
	ForwardDomainsFile string
	ForwardMessage     string
	ForwardMessageFile string
	ForwardSubject     string
	InhibitForward     string
	InhibitAutoReply   string
	Autoresponder      string
	AutorespondCc      bool
	AutorespondBcc     bool
	AutorespondUnnamed bool
	AutorespondEvery   time.Duration
	ProcessMeetings    bool
	Timezone           string
	PluginEnabled      bool
	ArchiveOnDelivery  bool
	charset            *charset.Charset
	zone               *zone.Zone
	substitutes        map[string]*charset.Charset
	forwardPatterns    reply.Patterns
	autoReplyPatterns  reply.Patterns
	forwardTo          []string // domains, or * alone
	listeners          []net.Listener
}

// NewConfig is an empty configuration.
func NewConfig() *Config { return &Config{} }

// Common gives the settings of every daemon.
func (c *Config) Common() *daemon.Common { return &c.daemon }

// Sections is the table of settings.
func (c *Config) Sections() []settings.Section {
	return append([]settings.Section{
		c.Connection.Section(), c.lmtpSection(), c.mailSection(), c.sortSection(), c.answerSection(), obsolete(),
	}, c.daemon.Sections()...)
}

func (c *Config) lmtpSection() settings.Section {
	return settings.Section{Title: "LMTP", Options: []settings.Option{
		{
			Name: "lmtp_listen", Default: "*%lo:2003", Value: listen.Value(&c.LMTPListen),
			Doc: "Where mail servers connect with -l. LMTP has no passwords: only machines that may put mail into mailboxes should reach it.",
		},
		{
			Name: "lmtp_max_threads", Default: "100", Value: settings.Int(&c.MaxConnections, 1, 10_000),
			Doc: "How many connections are served at a time; others wait.",
		},
		{
			Name: "lmtp_max_messagesize", Default: "0", Value: settings.Size(&c.MaxMessageSize, 0, 1<<40),
			Doc: "The largest mail that is taken, in bytes; 0 takes any that the server takes.",
		},
		{
			Name: "lmtp_timeout", Default: "600", Value: settings.Duration(&c.Idle, time.Second, 1, 86_400),
			Doc: "After how many seconds of silence a connection is closed.",
		},
		{
			Name: "recipient_delimiter", Default: "+", Value: settings.Text(&c.Delimiter), Reloadable: true,
			Doc: "Characters that begin what is left out of an address that belongs to nobody: alice+lists@example.com is alice@example.com. Empty leaves out nothing.",
		},
		{
			Name: "catch_all", Value: settings.Text(&c.CatchAll), Reloadable: true,
			Doc: "The user who gets the mail of addresses that belong to nobody; empty refuses it.",
		},
		{
			Name: "expand_groups", Default: "yes", Value: settings.Bool(&c.ExpandGroups), Reloadable: true,
			Doc: "Whether a mail to a group goes to all users in it, and in the groups in it. Otherwise it is refused, for mail servers that expand groups themselves.",
		},
		{
			Name: "tmp_path", Value: settings.Text(&c.TempPath),
			Doc: "Where mails of more than 1 MiB lie while they are delivered; empty is the system's folder for temporary files.",
		},
	}}
}

func (c *Config) mailSection() settings.Section {
	return settings.Section{Title: "Reading mails", Options: []settings.Option{
		{
			Name: "default_charset", Default: "us-ascii", Value: settings.Text(&c.DefaultCharset), Reloadable: true,
			Doc: "The character set of texts that name none and are no UTF-8; us-ascii guesses.",
		},
		{
			Name: "unknown_charset_substitutions", Value: settings.Text(&c.Substitutions), Reloadable: true,
			Doc: "Pairs of names, separated by blanks: a character set that nobody knows, and which one to take for it.",
		},
		{
			Name: "insecure_html_join", Default: "no", Value: settings.Bool(&c.InsecureJoin), Reloadable: true,
			Doc: "Whether all HTML parts of a mail become one text. Markup of one may hide the text of another, so they are attachments otherwise.",
		},
		{
			Name: "indexed_headers", Value: settings.Text(&c.IndexedHeaders), Reloadable: true,
			Doc: "Names of header fields that rules can look at, separated by blanks; a * at the end stands for any rest.",
		},
		{
			Name: "log_raw_message", Default: "no", Value: settings.Text(&c.LogRawMessage), Reloadable: true,
			Doc: "Whose mails are written to log_raw_message_path as they came: no, yes (or all), error (those that cannot be converted), or login names.",
		},
		{Name: "log_raw_message_path", Default: "/var/lib/zarafa", Value: settings.Text(&c.LogRawPath), Reloadable: true, Doc: "The folder for log_raw_message."},
	}}
}

func (c *Config) sortSection() settings.Section {
	return settings.Section{Title: "Junk and rules", Options: []settings.Option{
		{
			Name: "spam_header_name", Default: "X-Spam-Status", Value: settings.Text(&c.SpamHeaderName), Reloadable: true,
			Doc: "The header field by which a filter marks junk; empty looks at none.",
		},
		{Name: "spam_header_value", Default: "Yes,", Value: settings.Text(&c.SpamHeaderValue), Reloadable: true, Doc: "What is in that field of junk mail; upper and lower case are the same."},
		{
			Name: "set_rule_headers", Default: "yes", Value: settings.Bool(&c.SetRuleHeaders), Reloadable: true,
			Doc: "Whether mails that rules send say so in their header (X-Kopano-Rule-Action).",
		},
		{
			Name: "no_double_forward", Default: "yes", Value: settings.Bool(&c.NoDoubleForward), Reloadable: true,
			Doc: "Whether mails that a rule has sent are forwarded by no further rule.",
		},
		{
			Name: "inhibit_forward_headers", Default: "X-Kopano-Vacation Auto-Submitted", Value: settings.Text(&c.InhibitForward), Reloadable: true,
			Doc: "Header fields of mails that rules do not forward: NAME, NAME*, or \"NAME: beginning of the value\".",
		},
		{
			Name: "forward_whitelist_domains", Default: "*", Value: settings.Text(&c.ForwardDomains), Reloadable: true,
			Doc: "Domains that rules may forward to, separated by blanks; * is all.",
		},
		{Name: "forward_whitelist_domains_file", Value: settings.Text(&c.ForwardDomainsFile), Doc: "A file with more of them, one a line."},
		{
			Name: "forward_whitelist_domain_message", Value: settings.Text(&c.ForwardMessage), Reloadable: true,
			Doc: "What the user is told in a mail when his rule forwards to another domain; %subject and %forward are filled in. Empty tells nothing.",
		},
		{Name: "forward_whitelist_domain_message_file", Value: settings.Text(&c.ForwardMessageFile), Doc: "A file with that text."},
		{
			Name: "forward_whitelist_domain_subject", Default: "REJECT: %subject not forwarded (administratively blocked)",
			Value: settings.Text(&c.ForwardSubject), Reloadable: true, Doc: "The subject of that mail.",
		},
	}}
}

func (c *Config) answerSection() settings.Section {
	return settings.Section{Title: "Absence and meetings", Options: []settings.Option{
		{
			Name: "autoresponder", Value: settings.Text(&c.Autoresponder), Reloadable: true,
			Doc: "A program that answers for users who are away, called with FROM TO SUBJECT USERNAME FILE. Empty answers without one.",
		},
		{Name: "autorespond_cc", Default: "no", Value: settings.Bool(&c.AutorespondCc), Reloadable: true, Doc: "Whether mails are answered that have the user in Cc alone."},
		{Name: "autorespond_bcc", Default: "no", Value: settings.Bool(&c.AutorespondBcc), Reloadable: true, Doc: "Whether mails are answered that have the user in Bcc alone."},
		{Name: "autorespond_norecip", Default: "no", Value: settings.Bool(&c.AutorespondUnnamed), Reloadable: true, Doc: "Whether mails are answered that do not name the user at all."},
		{
			Name: "autorespond_timelimit", Default: "86400", Value: settings.Duration(&c.AutorespondEvery, time.Second, 0, 365*86_400), Reloadable: true,
			Doc: "For how many seconds after an answer the same sender gets no other.",
		},
		{
			Name: "inhibit_auto_reply_headers", Value: settings.Text(&c.InhibitAutoReply), Reloadable: true,
			Default: `X-Kopano-Vacation Auto-Submitted Precedence List-Id List-Help List-Subscribe List-Unsubscribe List-Post List-Owner List-Archive "X-Spam-Flag: YES" "X-Is-Junk: YES" X-AMAZON* X-LinkedIn*`,
			Doc:     "Header fields of mails that are not answered.",
		},
		{
			Name: "process_meetings", Default: "yes", Value: settings.Bool(&c.ProcessMeetings), Reloadable: true,
			Doc: "Whether meeting messages are looked after when they come, as each mailbox wants it (zarafa-admin --mr-accept, --mr-process): requests to rooms are " +
				"accepted or declined, others stand in the calendar tentatively, and answers are noted.",
		},
		{
			Name: "server_timezone", Value: settings.Text(&c.Timezone),
			Doc: "The time zone of times in invitations that name none, e.g. Europe/Berlin; empty is that of the machine.",
		},
		{
			Name: "plugin_enabled", Default: "no", Value: settings.Bool(&c.PluginEnabled),
			Doc: "Must be no: plugins in Python are not run. -P and rules deliver into folders, by address or by condition.",
		},
		{Name: "archive_on_delivery", Default: "no", Value: settings.Bool(&c.ArchiveOnDelivery), Doc: "Must be no: there is no archive server."},
	}}
}

func obsolete() settings.Section {
	var options []settings.Option
	for _, group := range []struct {
		why   string
		names []string
	}{
		{"one process serves all connections", []string{"process_model"}},
		{"no program is called for meetings; see process_meetings", []string{"mr_autoaccepter", "mr_autoprocessor"}},
		{"plugins are not run", []string{"plugin_path", "plugin_manager_path"}},
		{"log_level = 6 tells about conversions", []string{"conversion_detail"}},
		{"there is no archive server", []string{"archiver_config"}},
		{"the program sends no statistics to anybody; /metrics has them", []string{"statsclient_url", "statsclient_interval", "statsclient_ssl_verify"}},
	} {
		for _, name := range group.names {
			options = append(options, settings.Option{Name: name, Obsolete: group.why})
		}
	}
	return settings.Section{Title: "Without effect", Options: options}
}

// Finish checks the settings and prepares what deliveries need of them.
func (c *Config) Finish(set *settings.Set) error {
	if c.PluginEnabled {
		return set.Problem("plugin_enabled", "plugins in Python are not run", "set it to no; to deliver by address into a public folder use -P or a rule, for disclaimers a filter of the mail server")
	}
	if c.ArchiveOnDelivery {
		return set.Problem("archive_on_delivery", "there is no archive server", "set it to no")
	}
	if err := c.finishCharsets(set); err != nil {
		return err
	}
	if err := c.finishZone(set); err != nil {
		return err
	}
	c.forwardPatterns = reply.ParsePatterns(c.InhibitForward)
	c.autoReplyPatterns = reply.ParsePatterns(c.InhibitAutoReply)
	if err := c.readFiles(set); err != nil {
		return err
	}
	c.forwardTo = strings.Fields(strings.ToLower(c.ForwardDomains))
	return nil
}

func (c *Config) finishZone(set *settings.Set) error {
	name := c.Timezone
	if name == "" {
		name = time.Local.String()
	}
	z, ok := zone.Load(name)
	if !ok && c.Timezone != "" {
		return set.Problem("server_timezone", fmt.Sprintf("%q is no time zone", c.Timezone), "write a name like Europe/Berlin")
	}
	if !ok {
		z = zone.UTC()
	}
	c.zone = z
	return nil
}

func (c *Config) finishCharsets(set *settings.Set) error {
	if name := strings.ToLower(c.DefaultCharset); name != "us-ascii" && name != "" {
		cs, ok := charset.Lookup(name)
		if !ok {
			return set.Problem("default_charset", fmt.Sprintf("%q is no character set", c.DefaultCharset), "write a name like iso-8859-1")
		}
		c.charset = cs
	}
	names := strings.Fields(c.Substitutions)
	if len(names)%2 != 0 {
		return set.Problem("unknown_charset_substitutions", "the names are not in pairs", "write UNKNOWN KNOWN UNKNOWN KNOWN …")
	}
	c.substitutes = make(map[string]*charset.Charset)
	for i := 0; i < len(names); i += 2 {
		cs, ok := charset.Lookup(names[i+1])
		if !ok {
			return set.Problem("unknown_charset_substitutions", fmt.Sprintf("%q is no character set", names[i+1]), "write a name like iso-8859-1")
		}
		c.substitutes[strings.ToLower(names[i])] = cs
	}
	return nil
}
