package directory

import (
	"slices"

	"zarafa/mapi"
)

// Lists of features that are on or off for a user, under the 8-bit tags of the property maps.
const (
	tagEnabledFeatures  mapi.PropTag = 0x67B3101E
	tagDisabledFeatures mapi.PropTag = 0x67B4101E
)

// features of the product, in order.
func features() []string { return []string{"imap", "mobile", "outlook", "pop3", "webapp"} }

// featuresOf splits the features into those a user has and has not: his own lists win over disabled_features.
// Groups have neither.
func (s *Service) featuresOf(o *Object) (enabled, disabled []string) {
	enabled, disabled = []string{}, []string{}
	if o.Class.Kind() != mapi.ClassActiveUser.Kind() {
		return enabled, disabled
	}
	for _, f := range features() {
		off := slices.Contains(s.settings().DisabledFeatures, f)
		if slices.Contains(o.Multi[tagEnabledFeatures], f) {
			off = false
		} else if slices.Contains(o.Multi[tagDisabledFeatures], f) {
			off = true
		}
		if off {
			disabled = append(disabled, f)
		} else {
			enabled = append(enabled, f)
		}
	}
	return enabled, disabled
}

// HasFeature reports whether a feature is on for a user.
func (s *Service) HasFeature(o *Object, feature string) bool {
	enabled, _ := s.featuresOf(o)
	return slices.Contains(enabled, feature)
}
