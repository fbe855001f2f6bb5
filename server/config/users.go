package config

import "zarafa/daemon/settings"

// Users says where users come from and what they see of each other.
type Users struct {
	Plugin       string // db, unix or ldap
	PluginConfig string
	AuthMethod   string // plugin, pam or kerberos
	PAMService   string
	SafeMode     bool

	StoreNameFormat string
	LoginNameFormat string

	HideEveryone          bool
	HideSystem            bool
	EnableGAB             bool
	ABTableInitiallyEmpty bool
	SyncGABRealtime       bool
	DisabledFeatures      []string
	OwnerAutoFullAccess   bool
	RestrictAdmin         bool

	Scripts Scripts
}

// Scripts are the programs that are run when users, groups and companies appear
// and disappear: a path, "internal" for the folders of scripts, or "" for nothing.
type Scripts struct {
	CreateUser, DeleteUser       string
	CreateGroup, DeleteGroup     string
	CreateCompany, DeleteCompany string
}

func (u *Users) section() settings.Section {
	return settings.Section{Title: "Users", Options: append(append(u.source(), u.addressBook()...), u.Scripts.options()...)}
}

// multiServerLDAP is what user_plugin was called where several servers shared a directory; which servers there are is no matter of the plugin here.
const multiServerLDAP = "ldapms"

// translate takes the older name of a plugin for the later.
func (u *Users) translate(set *settings.Set) {
	if u.Plugin == multiServerLDAP {
		set.Warnf("user_plugin = ldapms is an older spelling: write user_plugin = ldap; enable_distributed_zarafa says whether there are several servers")
		u.Plugin = "ldap"
	}
}

func (u *Users) source() []settings.Option {
	return []settings.Option{
		{
			Name: "user_plugin", Default: "db", Value: settings.Choice(&u.Plugin, "db", "unix", "ldap", multiServerLDAP),
			Doc: "Where users come from: db keeps them in the server's own database, where zarafa-admin manages them; ldap reads them from an LDAP directory, unix from the accounts of the system. ldapms is an older spelling of ldap.",
		},
		{
			Name: "user_plugin_config", Default: "/etc/zarafa/ldap.cfg", Value: settings.Text(&u.PluginConfig),
			Doc: "The settings file of the plugin: ldap.cfg, or unix.cfg for user_plugin = unix. The plugin db has none.",
		},
		{
			Name: "auth_method", Default: "plugin", Value: settings.Choice(&u.AuthMethod, "plugin", "pam", "kerberos"),
			Doc: "Who checks passwords: plugin leaves it to user_plugin; pam asks the system, with the program zarafa-pam; kerberos asks the KDC, and needs a keytab.",
		},
		{
			Name: "pam_service", Default: "passwd", Value: settings.Text(&u.PAMService),
			Doc: "The PAM service that checks passwords with auth_method = pam: a file in /etc/pam.d. Its rules of the kinds auth and account count.",
		},
		{
			Name: "user_safe_mode", Default: "no", Value: settings.Bool(&u.SafeMode), Reloadable: true,
			Doc: "Whether users and groups that come and go in the plugin are only logged, and neither created nor deleted here.",
		},
		{
			Name: "storename_format", Default: "%f", Value: settings.Text(&u.StoreNameFormat),
			Doc: "How a store is called: %f full name, %u login name, %c company.",
		},
		{
			Name: "loginname_format", Default: "%u", Value: settings.Text(&u.LoginNameFormat),
			Doc: "What users of a company type to log on: %u login name, %c company. Without %c no two users of the whole server have the same name. " +
				"Without enable_hosted_zarafa it means nothing.",
		},
	}
}

// unixConfig is where the settings of the plugin unix are unless user_plugin_config says otherwise.
const unixConfig = "/etc/zarafa/unix.cfg"

// check refuses companies where the plugin has none, and what the server does not have: to start without it would be another
// server than the operator wrote down.
func (u *Users) check(set *settings.Set, hosted bool) error {
	if u.AuthMethod == "kerberos" && hosted {
		return set.Problem("auth_method", "users of one name in several companies would have one Kerberos password",
			"set it to plugin, or enable_hosted_zarafa to no")
	}
	if u.Plugin != "unix" {
		return nil
	}
	if hosted {
		return set.Problem("user_plugin", "the accounts of the system belong to no companies", "set enable_hosted_zarafa = no, or use another plugin")
	}
	if !set.Given("user_plugin_config") {
		u.PluginConfig = unixConfig
	}
	return nil
}

func (u *Users) addressBook() []settings.Option {
	return []settings.Option{
		{
			Name: "hide_everyone", Default: "no", Value: settings.Bool(&u.HideEveryone), Reloadable: true,
			Doc: "Whether the group Everyone is left out of the address book.",
		},
		{
			Name: "hide_system", Default: "yes", Value: settings.Bool(&u.HideSystem), Reloadable: true,
			Doc: "Whether the user SYSTEM is left out of the address book.",
		},
		{
			Name: "enable_gab", Default: "yes", Value: settings.Bool(&u.EnableGAB), Reloadable: true,
			Doc: "Whether users who are no administrators can list the address book. Names are resolved in any case.",
		},
		{
			Name: "abtable_initially_empty", Default: "no", Value: settings.Bool(&u.ABTableInitiallyEmpty),
			Doc: "Whether a table of the address book is empty until the client searches in it.",
		},
		{
			Name: "sync_gab_realtime", Default: "yes", Value: settings.Bool(&u.SyncGABRealtime), Reloadable: true,
			Doc: "Whether the server asks the plugin for changes while the address book is in use, at most once a minute, rather than at zarafa-admin --sync only. Names that are not known are looked up in any case.",
		},
		{
			Name: "disabled_features", Default: "imap pop3", Value: settings.Words(&u.DisabledFeatures), Reloadable: true,
			Doc: "The features that users have only after zarafa-admin has enabled them.",
		},
		{
			Name: "owner_auto_full_access", Default: "yes", Value: settings.Bool(&u.OwnerAutoFullAccess),
			Doc: "Whether owners have all rights in their stores, whatever the access lists say.",
		},
		{
			Name: "restrict_admin_permissions", Default: "no", Value: settings.Bool(&u.RestrictAdmin),
			Doc: "Whether administrators can change folders and rights of others but not read their items.",
		},
	}
}

func (s *Scripts) options() []settings.Option {
	script := func(name string, field *string, event string) settings.Option {
		return settings.Option{
			Name: name, Default: "internal", Value: settings.Text(field), Reloadable: true,
			Doc: "The program that is run after " + event + "; internal runs the folder of scripts, empty runs nothing.",
		}
	}
	return []settings.Option{
		script("createuser_script", &s.CreateUser, "a user was created"),
		script("deleteuser_script", &s.DeleteUser, "a user was deleted"),
		script("creategroup_script", &s.CreateGroup, "a group was created"),
		script("deletegroup_script", &s.DeleteGroup, "a group was deleted"),
		script("createcompany_script", &s.CreateCompany, "a company was created"),
		script("deletecompany_script", &s.DeleteCompany, "a company was deleted"),
	}
}

// Quota has the limits on the size of stores that hold for everybody without limits
// of his own, in MiB; 0 is no limit.
type Quota struct {
	Warn, Soft, Hard int
	CompanyWarn      int
}

func (q *Quota) section() settings.Section {
	level := func(name string, field *int, doc string) settings.Option {
		return settings.Option{Name: name, Default: "0", Value: settings.Int(field, 0, anyNumber), Reloadable: true, Doc: doc + " In MB; 0 means never."}
	}
	return settings.Section{Title: "Quota", Options: []settings.Option{
		level("quota_warn", &q.Warn, "The size of a store at which its owner is warned."),
		level("quota_soft", &q.Soft, "The size of a store at which its owner can no longer send."),
		level("quota_hard", &q.Hard, "The size of a store at which nothing is delivered to it any more."),
		level("companyquota_warn", &q.CompanyWarn, "The size of a company's public store at which its administrator is warned."),
	}}
}
