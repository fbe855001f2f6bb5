package crypthash_test

import (
	"errors"
	"testing"

	"zarafa/server/directory/crypthash"
)

// Made by libxcrypt from "secret".
func stored() map[string]string {
	return map[string]string{
		"MD5":      "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1",
		"SHA-256":  "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
		"SHA-512":  "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.",
		"yescrypt": "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0",
		"bcrypt":   "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
	}
}

func TestCrypt(t *testing.T) {
	for name, form := range stored() {
		if ok, err := crypthash.Crypt(form, "secret"); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		for _, wrong := range []string{"Secret", "secret\x00"} {
			if ok, err := crypthash.Crypt(form, wrong); ok || err != nil {
				t.Errorf("%s, password %q: %v, %v", name, wrong, ok, err)
			}
		}
		if ok, err := crypthash.Crypt("!"+form, "secret"); ok || err != nil {
			t.Errorf("%s locked: %v, %v", name, ok, err)
		}
	}
}

func TestCryptRefuses(t *testing.T) {
	for _, form := range []string{"", "*", "!", "!!", "x"} {
		if ok, _ := crypthash.Crypt(form, form); ok {
			t.Errorf("%q lets in", form)
		}
	}
	for _, form := range []string{
		"ab", "abJnggxhB/yWI", "$", "$$$$", "$9$a$b", "$6$rounds=999999999$abcdefgh$x", "$6$rounds=x$abcdefgh$x",
		"$2b$31$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "$y$jzT$F5Jx5fExrKuPp53xLKQ..1$x", "$y$$$", "$y$j/////$a$b",
	} {
		if ok, err := crypthash.Crypt(form, "secret"); ok || !errors.Is(err, crypthash.ErrUnknown) {
			t.Errorf("%q: %v, %v", form, ok, err)
		}
	}
}

func TestUserPassword(t *testing.T) {
	for form, want := range map[string]bool{
		"secret":                                 true,
		"{CLEARTEXT}secret":                      true,
		"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=":      true,
		"{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=":      true,
		"{SSHA}AiUPqJO5WqHdwP+Qe2S6zPuVqzphYmNk": false, // another password's
		"{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==":          true,
		"{CRYPT}" + stored()["SHA-512"]:          true,
		"{CRYPT}!" + stored()["SHA-512"]:         false,
		"{SSHA512}":                              false,
		"{SSHA}not base64":                       false,
		"{UNKNOWN}secret":                        false,
		"{SHA}":                                  false,
		"":                                       false,
		"{CLEARTEXT}":                            false,
		"{}secret":                               false,
		"{secret":                                false,
		"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=secret": false,
	} {
		if ok, _ := crypthash.UserPassword(form, "secret"); ok != want {
			t.Errorf("%q: %v, want %v", form, ok, want)
		}
		if ok, _ := crypthash.UserPassword(form, ""); ok {
			t.Errorf("%q lets in without a password", form)
		}
	}
}

func FuzzCrypt(f *testing.F) {
	for name, form := range stored() {
		if name != "yescrypt" { // slow
			f.Add(form, "secret")
		}
	}
	f.Add("$y$j9T$", "a")
	f.Add("{SSHA}AiUPqJO5WqHdwP+Qe2S6zPuVqzphYmNk", "a")
	f.Add("$6$rounds=1$$", "a")
	f.Fuzz(func(t *testing.T, form, password string) {
		_, _ = crypthash.Crypt(form, password)
		_, _ = crypthash.UserPassword(form, password)
	})
}
