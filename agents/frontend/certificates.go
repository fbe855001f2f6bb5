package frontend

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"zarafa/daemon/settings"
)

// Certificates are what TLS needs, and may be replaced while connections go on with what they began with.
type Certificates struct{ current atomic.Pointer[tls.Config] }

// Set takes a configuration for all handshakes from now on; nil is none.
func (c *Certificates) Set(config *tls.Config) { c.current.Store(config) }

// Present reports whether there is a certificate.
func (c *Certificates) Present() bool { return c.current.Load() != nil }

// TLS names the files of a front end's certificate.
type TLS struct {
	keyFile         string
	certificateFile string
	verifyClient    bool
	verifyFile      string
	verifyPath      string
	minProtocol     string
	given           bool // the files are named by somebody
}

// Section is the table of the settings. Folder is where key and certificate are by default.
func (t *TLS) Section(folder string) settings.Section {
	return settings.Section{Title: "TLS", Options: []settings.Option{
		{
			Name: "ssl_private_key_file", Default: filepath.Join(folder, "privkey.pem"), Value: settings.Text(&t.keyFile), Reloadable: true,
			Doc: "The private key (PEM, without a password). HUP reads key and certificate again; the user that the program becomes must be able to read them then.",
		},
		{
			Name: "ssl_certificate_file", Default: filepath.Join(folder, "cert.pem"), Value: settings.Text(&t.certificateFile), Reloadable: true,
			Doc: "The certificate, followed by those of the authorities between it and the root (PEM). Without the file there is no STARTTLS.",
		},
		{
			Name: "ssl_verify_client", Default: "no", Value: settings.Bool(&t.verifyClient), Reloadable: true,
			Doc: "Whether encrypted connections need a client's certificate, of an authority in ssl_verify_file or ssl_verify_path.",
		},
		{Name: "ssl_verify_file", Value: settings.Text(&t.verifyFile), Reloadable: true, Doc: "Certificates of the authorities for ssl_verify_client (PEM)."},
		{Name: "ssl_verify_path", Value: settings.Text(&t.verifyPath), Reloadable: true, Doc: "A folder of such certificates."},
		{
			Name: "tls_min_proto", Default: "tls1.2", Value: settings.Choice(&t.minProtocol, "tls1.2", "tls1.3"), Reloadable: true,
			Doc: "The oldest version of TLS that is accepted.",
		},
		{Name: "ssl_ciphers", Obsolete: obsoleteCiphers},
		{Name: "ssl_curves", Obsolete: obsoleteCiphers},
		{Name: "ssl_prefer_server_ciphers", Obsolete: obsoleteCiphers},
		{Name: "ssl_protocols", Obsolete: obsoleteCiphers},
	}}
}

const obsoleteCiphers = "tls_min_proto says which versions are accepted, with their secure ciphers"

// Finish notes whether somebody has named the files, which must be there then.
func (t *TLS) Finish(set *settings.Set) {
	t.given = set.Given("ssl_private_key_file") || set.Given("ssl_certificate_file")
}

// Load reads the files. Without a certificate at the default place there is none, and no error, unless one is needed.
func (t *TLS) Load(needed bool) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(t.certificateFile, t.keyFile)
	if errors.Is(err, fs.ErrNotExist) && !needed && !t.given {
		return nil, nil
	}
	if err != nil {
		return nil, &settings.Error{
			Setting: "ssl_certificate_file", Problem: err.Error(),
			Remedy: "it must hold the certificate, and ssl_private_key_file its key, not encrypted, in PEM, readable for the program's user",
		}
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if t.minProtocol == "tls1.3" {
		config.MinVersion = tls.VersionTLS13
	}
	if t.verifyClient {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		if config.ClientCAs, err = t.authorities(); err != nil {
			return nil, err
		}
	}
	return config, nil
}

// authorities reads the certificates that clients' ones are checked with.
func (t *TLS) authorities() (*x509.CertPool, error) {
	var files []string
	if t.verifyFile != "" {
		files = append(files, t.verifyFile)
	}
	if t.verifyPath != "" {
		more, err := os.ReadDir(t.verifyPath)
		if err != nil {
			return nil, &settings.Error{Setting: "ssl_verify_path", Problem: err.Error(), Remedy: "name a folder of certificates"}
		}
		for _, e := range more {
			if !e.IsDir() {
				files = append(files, filepath.Join(t.verifyPath, e.Name()))
			}
		}
	}
	pool, found := x509.NewCertPool(), false
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err == nil && !pool.AppendCertsFromPEM(pem) {
			err = fmt.Errorf("%s has no certificate in PEM", file)
		}
		if err != nil {
			return nil, &settings.Error{Setting: "ssl_verify_file", Problem: err.Error(), Remedy: "put certificates in PEM there, or take the file away"}
		}
		found = true
	}
	if !found {
		return nil, &settings.Error{
			Setting: "ssl_verify_client", Problem: "there is no authority to check clients' certificates with",
			Remedy: "name one in ssl_verify_file, or set it to no",
		}
	}
	return pool, nil
}
