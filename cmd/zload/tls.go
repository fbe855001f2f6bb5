package main

import (
	"crypto/tls"

	"github.com/spf13/pflag"

	"zarafa/client"
)

// tlsOptions say how https connections are made.
type tlsOptions struct {
	files    client.TLSFiles
	insecure bool
}

func (o *tlsOptions) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.files.Key, "sslkey-file", "", "key and certificate (PEM) that the administrator logs on with by https; the server has the public key in its sslkeys_path")
	flags.StringVar(&o.files.CA, "ssl-ca-file", "", "authorities (PEM) whose certificates servers may have, in place of those of the system")
	flags.BoolVar(&o.insecure, "insecure", false, "accept any certificate of the server")
}

// configs are those of the administrator's connections, and of the users', who show no key: a key logs on as anybody, and the users'
// passwords shall be checked.
func (o *tlsOptions) configs() (admin, users *tls.Config, err error) {
	if admin, err = o.files.Config(); err != nil {
		return nil, nil, err
	}
	admin.InsecureSkipVerify = o.insecure
	users = admin.Clone()
	users.Certificates = nil
	return admin, users, nil
}
