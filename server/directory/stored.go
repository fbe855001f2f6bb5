package directory

import (
	"strconv"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// Property names of stored objects, whatever plugin they come from.
const (
	propLogin      = plugin.LoginName
	propPassword   = plugin.Password
	propFullName   = plugin.FullName
	propEmail      = plugin.Email
	propAdmin      = plugin.IsAdmin
	propHidden     = plugin.IsHidden
	propGroupName  = plugin.GroupName
	propCompany    = plugin.CompanyName
	propServer     = plugin.HomeServer
	propCapacity   = plugin.ResourceCapacity
	propUseDefault = plugin.UseDefaultQuota
	propWarn       = plugin.WarnQuota
	propSoft       = plugin.SoftQuota
	propHard       = plugin.HardQuota
	propModified   = plugin.Modified
	// propMembers begins the names of the limits that a company has for its users.
	propMembers = plugin.UserDefault
)

// tagPrefix starts the names of properties that are stored under their tag.
const tagPrefix = "0x"

// objectOf reads a stored object.
func objectOf(id storage.UserID, stored storage.DirectoryObject) *Object {
	p := stored.Props
	o := &Object{
		ID: id.ID, ExternalID: stored.ExternalID, Class: stored.Class, Company: id.Company,
		FullName: p[propFullName], Email: p[propEmail],
		AdminLevel: uint32(number(p[propAdmin])),
		Hidden:     number(p[propHidden]) != 0,
		Capacity:   uint32(number(p[propCapacity])),
		Server:     p[propServer],
		Quota:      storedQuota(p, ""),
		Props:      make(map[mapi.PropTag]string),
		Multi:      make(map[mapi.PropTag][]string),
	}
	o.MemberQuota = storedQuota(p, propMembers)
	o.MemberQuota.IsUserDefault = true
	switch stored.Class.Kind() {
	case mapi.ClassActiveUser.Kind():
		o.Name = p[propLogin]
	case mapi.ClassGroup.Kind():
		o.Name = p[propGroupName]
	default:
		o.Name = p[propCompany]
	}
	if o.FullName == "" {
		o.FullName = o.Name
	}
	for name, value := range p {
		if tag, ok := tagOf(name); ok {
			o.Props[tag] = value
		}
	}
	for name, values := range stored.Multi {
		if tag, ok := tagOf(name); ok {
			o.Multi[tag] = values
		}
	}
	return o
}

// storedQuota reads limits whose names begin with a prefix.
func storedQuota(p map[string]string, prefix string) Quota {
	return Quota{
		UseDefault: p[prefix+propUseDefault] != "0",
		Warn:       number(p[prefix+propWarn]), Soft: number(p[prefix+propSoft]), Hard: number(p[prefix+propHard]),
	}
}

func tagOf(name string) (mapi.PropTag, bool) {
	if !strings.HasPrefix(name, tagPrefix) {
		return 0, false
	}
	n, err := strconv.ParseUint(name[len(tagPrefix):], 16, 32)
	return mapi.PropTag(n), err == nil
}

func nameOfTag(tag mapi.PropTag) string { return tag.String() }

// number reads a stored number; what is none counts as 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func text(n int64) string { return strconv.FormatInt(n, 10) }

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
