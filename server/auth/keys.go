package auth

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadClientKeys reads the PEM public keys in the files of a folder (sslkeys_path). A folder that does not exist has none; a
// file that holds no public key is an error, since its owner expects to be let in.
func ReadClientKeys(folder string) ([][]byte, error) {
	if folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sslkeys_path: %w", err)
	}
	var keys [][]byte
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("sslkeys_path: %w", err)
		}
		found := len(keys)
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			if _, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
				keys = append(keys, block.Bytes)
			}
		}
		if len(keys) == found {
			return nil, fmt.Errorf("sslkeys_path: %s holds no public key in PEM form; make one with \"openssl x509 -pubkey -noout\"", e.Name())
		}
	}
	return keys, nil
}
