package admin

import (
	"fmt"
	"slices"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// Lists of features in a user's record, which names them by their 8-bit tags.
const (
	enabledFeatures  = mapi.PropTag(0x67B3101E)
	disabledFeatures = mapi.PropTag(0x67B4101E)
)

// featureNames are what can be enabled and disabled for a user.
func featureNames() []string { return []string{"imap", "pop3", "mobile", "outlook", "webapp"} }

func checkFeatures(o *options) error {
	for _, name := range []string{o.enable, o.disable} {
		if name != "" && !slices.Contains(featureNames(), name) {
			return fmt.Errorf("there is no feature %q; the features are %s", name, strings.Join(featureNames(), ", "))
		}
	}
	if o.enable != "" && o.enable == o.disable {
		return fmt.Errorf("feature %q cannot be enabled and disabled at once", o.enable)
	}
	return nil
}

// changeFeatures moves features between the lists of what is enabled and disabled; empty names move nothing.
func changeFeatures(u *client.User, enable, disable string) {
	move := func(name string, to, from mapi.PropTag) {
		if name == "" {
			return
		}
		if u.Multi == nil {
			u.Multi = make(map[mapi.PropTag][]string)
		}
		u.Multi[from] = slices.DeleteFunc(slices.Clone(u.Multi[from]), func(s string) bool { return s == name })
		if !slices.Contains(u.Multi[to], name) {
			u.Multi[to] = append(slices.Clone(u.Multi[to]), name)
		}
	}
	move(enable, enabledFeatures, disabledFeatures)
	move(disable, disabledFeatures, enabledFeatures)
}
