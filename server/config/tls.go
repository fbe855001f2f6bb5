package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zarafa/daemon/settings"
)

// TLS names the keys of encrypted connections.
type TLS struct {
	KeyFile       string
	CAFile        string
	CAPath        string
	MinProtocol   string
	ClientKeyPath string
}

func (t *TLS) section() settings.Section {
	return settings.Section{Title: "TLS", Options: []settings.Option{
		{
			Name: "server_ssl_key_file", Default: "/etc/zarafa/ssl/server.pem", Value: settings.Text(&t.KeyFile),
			Doc: "The server's private key and certificate, in one PEM file.",
		},
		{
			Name: "server_ssl_ca_file", Default: "/etc/zarafa/ssl/cacert.pem", Value: settings.Text(&t.CAFile),
			Doc: "The certificates of the authorities whose client certificates are accepted.",
		},
		{
			Name: "server_ssl_ca_path", Value: settings.Text(&t.CAPath),
			Doc: "A folder of such certificates.",
		},
		{
			Name: "server_tls_min_proto", Default: "tls1.2", Value: settings.Choice(&t.MinProtocol, "tls1.2", "tls1.3"),
			Doc: "The oldest version of TLS that is accepted.",
		},
		{
			Name: "sslkeys_path", Default: "/etc/zarafa/sslkeys", Value: settings.Text(&t.ClientKeyPath), Reloadable: true,
			Doc: "The folder of public keys whose owners may log on as any user. HUP reads it again: who is taken away can no longer log on.",
		},
	}}
}

// Load reads the key and the certificates. It is called while the server still has
// the privileges that reading the key may need. A client may present a certificate;
// one that no accepted authority has signed ends the handshake (wire.md section 1).
func (t *TLS) Load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(t.KeyFile, t.KeyFile)
	if err != nil {
		return nil, &settings.Error{
			Setting: "server_ssl_key_file", Problem: err.Error(),
			Remedy: "it must hold the certificate and its private key, not encrypted, in PEM",
		}
	}
	authorities, err := t.authorities()
	if err != nil {
		return nil, err
	}
	c := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert}
	if t.MinProtocol == "tls1.3" {
		c.MinVersion = tls.VersionTLS13
	}
	if authorities != nil {
		c.ClientCAs, c.ClientAuth = authorities, tls.VerifyClientCertIfGiven
	}
	return c, nil
}

// authorities reads the certificates of the authorities, or returns nil if there
// are none: the file's default path need not exist.
func (t *TLS) authorities() (*x509.CertPool, error) {
	var files []string
	if t.CAFile != "" {
		files = append(files, t.CAFile)
	}
	if t.CAPath != "" {
		more, err := filepath.Glob(filepath.Join(t.CAPath, "*"))
		if err != nil {
			return nil, &settings.Error{Setting: "server_ssl_ca_path", Problem: err.Error(), Remedy: "name a folder of certificates"}
		}
		files = append(files, more...)
	}
	pool, found := x509.NewCertPool(), false
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || !pool.AppendCertsFromPEM(pem) {
			return nil, &settings.Error{
				Setting: "server_ssl_ca_file", Problem: fmt.Sprintf("%s holds no certificate that can be read (%v)", file, err),
				Remedy: "put certificates in PEM there, or take it away",
			}
		}
		found = true
	}
	if !found {
		return nil, nil
	}
	return pool, nil
}
