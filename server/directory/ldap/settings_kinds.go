package ldap

import (
	"math"
	"slices"

	"zarafa/daemon/settings"
)

func (s *Settings) users() settings.Section {
	u := &s.User
	return settings.Section{Title: "Users", Options: slices.Concat(
		u.options("user", "users"), u.unique("user", "cn", "user or contact"),
		[]settings.Option{
			attribute("ldap_loginname_attribute", "uid", &u.Login, "The name to log on with."),
			attribute("ldap_fullname_attribute", "cn", &u.FullName, "The full name, of groups and contacts too."),
			attribute("ldap_password_attribute", "userPassword", &u.Password, "The password, for ldap_authentication_method = password."),
			attribute("ldap_emailaddress_attribute", "mail", &u.Email, "The mail address, of groups and contacts too."),
			attribute("ldap_emailaliases_attribute", "kopanoAliases", &u.Aliases, "Further mail addresses, of groups and contacts too."),
			attribute("ldap_isadmin_attribute", "kopanoAdmin", &u.Admin, "Whether the user is an administrator: 0 no, 1 of his company, 2 of the system."),
			attribute("ldap_nonactive_attribute", "kopanoSharedStoreOnly", &u.NonActive, "Whether nobody logs on as this user: a store that others share."),
			attribute("ldap_resource_type_attribute", "kopanoResourceType", &u.ResourceType, "room or equipment, for what can be booked."),
			attribute("ldap_resource_capacity_attribute", "kopanoResourceCapacity", &u.Capacity, "How many can use it at a time."),
			attribute("ldap_user_certificate_attribute", "userCertificate", &u.Certificate, "The X.509 certificates (DER) of a user or contact."),
			attribute("ldap_addressbook_hide_attribute", "kopanoHidden", &u.Hidden, "Whether the address book leaves the entry out; of groups, contacts, companies and lists too."),
			attribute("ldap_user_server_attribute", "kopanoUserServer", &u.Server, "The name of the server that has the user's store."),
		},
		u.SendAs.options("sendas", "kopanoSendAsPrivilege", "text", "", "The users and groups who may send mail in the name of the user or group.", "user_sendas"),
	)}
}

func (s *Settings) contacts() settings.Section {
	return settings.Section{Title: "Contacts", Options: s.Contact.options("contact", "contacts")}
}

func (s *Settings) groups() settings.Section {
	g := &s.Group
	return settings.Section{Title: "Groups", Options: slices.Concat(
		g.options("group", "groups"), g.unique("group", "cn", "group"),
		[]settings.Option{attribute("ldap_groupname_attribute", "cn", &g.Name, "The name of the group.")},
		g.Members.options("groupmembers", "member", "text", "", "The members."),
		[]settings.Option{
			attribute("ldap_group_security_attribute", "kopanoSecurityGroup", &g.Security, "Whether the group can be granted rights."),
			{
				Name: "ldap_group_security_attribute_type", Default: "boolean", Value: settings.Choice(&g.SecurityType, "boolean", "ads"),
				Doc: "boolean for yes or no, ads for the top bit of Active Directory's groupType.",
			},
		},
	)}
}

func (s *Settings) companies() settings.Section {
	c := &s.Company
	return settings.Section{Title: "Companies", Options: slices.Concat(
		c.options("company", "companies"), c.unique("company", "ou", "company"),
		[]settings.Option{
			attribute("ldap_companyname_attribute", "ou", &c.Name, "The name of the company. Its users and groups are the entries below it."),
			attribute("ldap_company_server_attribute", "kopanoCompanyServer", &c.Server, "The name of the server that has the company's public store."),
		},
		c.View.options("company_view", "kopanoViewPrivilege", "text", "", "The other companies that see this one in the address book."),
		c.Admin.options("company_admin", "kopanoAdminPrivilege", "text", "", "The users of other companies who administer this one."),
		c.SystemUser.options("company_system_admin", "kopanoSystemAdmin", "text", "", "The user who is the company's system administrator."),
	)}
}

func (l *List) listOptions(word, plural, what string) []settings.Option {
	return slices.Concat(l.options(word, plural), l.unique(word, "cn", what), []settings.Option{
		attribute("ldap_"+word+"_name_attribute", "cn", &l.Name, "The name of the "+what+"."),
		attribute("ldap_"+word+"_filter_attribute", "kopanoFilter", &l.FilterAttribute, "The LDAP filter that its members match."),
		attribute("ldap_"+word+"_search_base_attribute", "kopanoBase", &l.BaseAttribute, "The DN below which its members are; without it ldap_search_base."),
	})
}

func (s *Settings) lists() settings.Section {
	return settings.Section{Title: "Address lists and dynamic groups", Options: slices.Concat(
		s.AddressList.listOptions("addresslist", "address lists", "address list"),
		s.DynamicGroup.listOptions("dynamicgroup", "dynamic groups", "dynamic group"),
	)}
}

func (s *Settings) servers() settings.Section {
	v := &s.Server
	return settings.Section{Title: "Several servers", Options: slices.Concat(
		v.options("server", "servers"),
		[]settings.Option{
			attribute("ldap_server_unique_attribute", "cn", &v.Unique, "The name of the server, as in server_name of its server.cfg."),
			attribute("ldap_server_address_attribute", "", &v.Address, "Its host name or address, such as ipHostNumber."),
			attribute("ldap_server_http_port_attribute", "kopanoHttpPort", &v.HTTPPort, "Its port without TLS."),
			attribute("ldap_server_ssl_port_attribute", "kopanoSslPort", &v.SSLPort, "Its port with TLS."),
			attribute("ldap_server_file_path_attribute", "kopanoFilePath", &v.FilePath, "Its unix socket."),
			attribute("ldap_server_proxy_path_attribute", "kopanoProxyURL", &v.ProxyURL, "Its address for clients that come through a proxy."),
			attribute("ldap_server_contains_public_attribute", "kopanoContainsPublic", &v.ContainsPublic, "Whether it has the public store."),
		},
	)}
}

func (s *Settings) quota() settings.Section {
	q := &s.Quota
	return settings.Section{Title: "Quota", Options: slices.Concat(
		[]settings.Option{
			attribute("ldap_quotaoverride_attribute", "kopanoQuotaOverride", &q.Override, "Whether the entry has limits of its own."),
			attribute("ldap_warnquota_attribute", "kopanoQuotaWarn", &q.Warn, "The size of a store at which its owner is warned."),
			attribute("ldap_softquota_attribute", "kopanoQuotaSoft", &q.Soft, "The size at which its owner can no longer send."),
			attribute("ldap_hardquota_attribute", "kopanoQuotaHard", &q.Hard, "The size at which nothing is delivered any more."),
			attribute("ldap_userdefault_quotaoverride_attribute", "kopanoUserDefaultQuotaOverride", &q.UserOverride, "Whether a company has limits for its users."),
			attribute("ldap_userdefault_warnquota_attribute", "kopanoUserDefaultQuotaWarn", &q.UserWarn, "The limit to warn of a company's users."),
			attribute("ldap_userdefault_softquota_attribute", "kopanoUserDefaultQuotaSoft", &q.UserSoft, "The limit to send of a company's users."),
			attribute("ldap_userdefault_hardquota_attribute", "kopanoUserDefaultQuotaHard", &q.UserHard, "The limit to receive of a company's users."),
			{
				Name: "ldap_quota_multiplier", Default: "1", Value: settings.Size(&q.Multiplier, 1, math.MaxInt32),
				Doc: "What makes bytes of the limits in the directory: 1048576 if they are in MB.",
			},
		},
		q.UserWarningRecipients.options("quota_userwarning_recipients", "kopanoQuotaUserWarningRecipients", "text", "", "Who else is warned of the users of a company."),
		q.CompanyWarningRecipients.options("quota_companywarning_recipients", "kopanoQuotaCompanyWarningRecipients", "text", "", "Who is warned of a company's public store."),
	)}
}
