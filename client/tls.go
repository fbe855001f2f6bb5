package client

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// TLSFiles name the files in PEM form that https connections need. Either may be empty.
type TLSFiles struct {
	Key string // key and certificate with which the program logs on, as servers have it in their sslkeys_path
	CA  string // certificates of the authorities that servers' certificates must come from, in place of the system's
}

// Config reads the files. Errors name the setting as all programs call it: sslkey_file or ssl_ca_file.
func (f TLSFiles) Config() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.Key != "" {
		pair, err := tls.LoadX509KeyPair(f.Key, f.Key)
		if err != nil {
			return nil, fmt.Errorf("sslkey_file: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("ssl_ca_file: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ssl_ca_file: %s has no certificate in PEM form", f.CA)
		}
	}
	return cfg, nil
}
