package quickstart

import (
	"net"
	"path/filepath"
	"strings"
	"text/template"

	"zarafa/serve"
)

// What lies in the folder beside the settings.
const (
	dataFolder      = "data"
	runFolder       = "run"
	tlsFolder       = "tls"
	socketFile      = runFolder + "/server.sock"
	keyFile         = tlsFolder + "/privkey.pem"
	certificateFile = tlsFolder + "/cert.pem"
)

// file is a settings file.
type file struct{ name, text string }

// settings are the texts of the settings files, the server's last.
func (o *Options) settings() ([]file, error) {
	host, port, err := net.SplitHostPort(o.Relay)
	if err != nil {
		return nil, err
	}
	data := struct {
		*Options
		RelayHost, RelayPort           string
		Data, Socket, Key, Certificate string
	}{
		Options: o, RelayHost: host, RelayPort: port,
		Data: o.path(dataFolder), Socket: o.path(socketFile), Key: o.path(keyFile), Certificate: o.path(certificateFile),
	}
	var files []file
	for _, f := range []file{
		{"dagent.cfg", dagentText}, {"spooler.cfg", spoolerText}, {"monitor.cfg", monitorText}, {"gateway.cfg", gatewayText}, {"webaccess.cfg", webaccessText},
		{serve.ServerFile, serverText},
	} {
		t, err := template.New(f.name).Parse(f.text)
		if err != nil {
			return nil, err
		}
		var text strings.Builder
		if err := t.Execute(&text, data); err != nil {
			return nil, err
		}
		files = append(files, file{f.name, text.String()})
	}
	return files, nil
}

// path is the path of something in the folder.
func (o *Options) path(name string) string { return filepath.Join(o.Folder, name) }

const serverText = `# Settings of the server. "zarafa serve {{.Folder}}" reads them, and again at the signal HUP. docs/server.cfg.md explains all that
# there are. What is said here of the log, the account and the status holds for the agents too.

# Everything lies in one file. To take MariaDB instead, write database_engine = mysql, mysql_host and so on.
database_engine = sqlite
sqlite_path = {{.Data}}/zarafa.db
index_path = {{.Data}}/search

# Programs of this machine connect here: {{.Listen.Server}} by HTTP, and the socket, on which root and the account that runs the server are administrators.
server_listen = {{.Listen.Server}}
server_pipe_name = {{.Socket}}

# Everybody may read mail by IMAP and POP3. "imap pop3" would let only those whom zarafa-admin --enable-feature names.
disabled_features =

# The store of a new user is made with him, by zarafa-admin --create-store; no script is started.
createuser_script =
deleteuser_script =
creategroup_script =
deletegroup_script =

# Health at /healthz, figures at /metrics.
status_listen = {{.Listen.Status}}

# - is standard error, where the journal of systemd reads. 3 is warnings, 4 also what starts and stops, 5 more, 6 everything.
log_file = -
log_level = 4
`

const dagentText = `# Settings of the delivery agent: how mail comes in. docs/dagent.cfg.md explains all that there are. Delete the file and the agent does not run.

# The mail server hands over mail here, by LMTP. There is no password, so only this machine should reach it.
lmtp_listen = {{.Listen.LMTP}}
`

const spoolerText = `# Settings of the spooler: how mail goes out. docs/spooler.cfg.md explains all that there are. Delete the file and the agent does not run.

# The mail server that takes mail for the rest of the world.
smtp_server = {{.RelayHost}}
smtp_port = {{.RelayPort}}
`

const monitorText = `# Settings of the quota monitor, which writes to people whose mailbox is full. docs/monitor.cfg.md explains all that there are.
# Delete the file and the agent does not run.

# Every so many minutes.
quota_check_interval = 15
`

const gatewayText = `# Settings of the gateway: how mail programs read mail. docs/gateway.cfg.md explains all that there are. Delete the file and the agent does not run.

server_hostname = {{.Host}}
imap_listen = {{.Listen.IMAP}}
imaps_listen = {{.Listen.IMAPS}}
pop3_listen = {{.Listen.POP3}}
pop3s_listen = {{.Listen.POP3S}}

# The certificate that quickstart has signed itself; mail programs ask whether to trust it. Put the files of an authority's in their place
# (certbot has them in /etc/letsencrypt/live/{{.Host}}/privkey.pem and fullchain.pem), and send the signal HUP after each renewal.
ssl_private_key_file = {{.Key}}
ssl_certificate_file = {{.Certificate}}
`

const webaccessText = `# Settings of the web client: mail in the browser. docs/webaccess.cfg.md explains all that there are. Delete the file and it does not run.

# Browsers of this machine, and a proxy on it, connect here.
web_listen = {{.Listen.Web}}

# Everybody else connects here, encrypted.
webs_listen = {{.Listen.Webs}}
ssl_private_key_file = {{.Key}}
ssl_certificate_file = {{.Certificate}}
`
