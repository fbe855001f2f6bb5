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
		pool, err := Authorities(f.CA)
		if err != nil {
			return nil, fmt.Errorf("ssl_ca_file: %w", err)
		}
		cfg.RootCAs = pool
	}
	return cfg, nil
}

// Authorities reads certificates of authorities from a file in PEM form. It is an error if there is none in it.
func Authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate in PEM form", file)
	}
	return pool, nil
}
