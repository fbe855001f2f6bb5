package admin

import "context"

// Names of actions that other options look at.
const (
	actionUpdateUser  = "update-user"
	actionHookStore   = "hook-store"
	actionForceResync = "force-resync"

	actionCreateCompany = "create-company"
	actionUpdateCompany = "update-company"
)

// actions are the actions in the order in which --help shows them.
func actions() []*action {
	return append(append(userActions(), groupActions()...), append(storeActions(), append(serverActions(), companyActions()...)...)...)
}

func userActions() []*action {
	return []*action{
		{name: "create-user", company: true, shorthand: "c", argument: "USER", usage: "create a user; needs -f, -e and -P", check: checkCreateUser, do: (*job).createUser},
		{name: actionUpdateUser, company: true, shorthand: "u", argument: "USER", usage: "change a user", check: checkUpdateUser, do: (*job).updateUser},
		{name: "delete-user", company: true, shorthand: "d", argument: "USER", usage: "delete a user; the store stays", do: (*job).deleteUser},
		{name: "list-users", company: true, shorthand: "l", usage: "list users", do: (*job).listUsers},
		{name: "details", company: true, argument: "NAME", usage: "show everything about a user, group or company", check: checkType, do: (*job).details},
		{name: "list-sendas", company: true, argument: "NAME", usage: "list who may send as a user or group", check: checkType, do: (*job).listSendAs},
		{name: "user-count", usage: "count users", do: (*job).userCount},
		{name: "sync", usage: "read the user directory again", do: (*job).sync},
	}
}

func groupActions() []*action {
	return []*action{
		{name: "create-group", company: true, shorthand: "g", argument: "GROUP", usage: "create a group", do: (*job).createGroup},
		{name: "update-group", company: true, argument: "GROUP", usage: "change a group; needs -e, --add-sendas or --del-sendas", check: checkUpdateGroup, do: (*job).updateGroup},
		{name: "delete-group", company: true, shorthand: "G", argument: "GROUP", usage: "delete a group", do: (*job).deleteGroup},
		{name: "add-user", company: true, shorthand: "b", argument: "USER", usage: "add a user to group -i", check: checkMembership, do: (*job).addToGroup},
		{name: "remove-user", company: true, shorthand: "B", argument: "USER", usage: "remove a user from group -i", check: checkMembership, do: (*job).removeFromGroup},
		{name: "list-groups", company: true, shorthand: "L", usage: "list groups", do: (*job).listGroups},
	}
}

func storeActions() []*action {
	return []*action{
		{name: "create-store", company: true, argument: "USER", usage: "create a user's store", check: checkLanguage, do: (*job).createStore},
		{name: "create-public-store", company: true, shorthand: "s", usage: "create the public store, or that of company -I", do: (*job).createPublicStore},
		{name: "unhook-store", company: true, argument: "NAME", usage: "take the store from a user, or with --type group from Everyone, with --type company from a company", check: checkType, do: (*job).unhookStore},
		{name: actionHookStore, company: true, argument: "GUID", usage: "give a store without a user to user -u", check: checkHookStore, do: (*job).hookStore},
		{name: "remove-store", argument: "GUID", usage: "remove a store without a user for good", check: checkGUID, do: (*job).removeStore},
		{name: "list-orphans", usage: "list stores without a user", do: (*job).listOrphans},
		{name: "reset-folder-count", company: true, argument: "USER", usage: "count the items of a user's folders anew", do: (*job).resetFolderCount},
	}
}

func serverActions() []*action {
	return []*action{
		{name: "clear-cache", argument: "CACHES", optional: "all", usage: "empty the server's caches: names or a mask; all if left out", check: checkCaches, do: (*job).clearCache},
		{name: "purge-softdelete", argument: "DAYS", usage: "remove for good what was deleted so many days ago", check: checkDays, do: (*job).purgeSoftDelete},
		{name: "list-servers", usage: "list the servers that share the users, and their addresses", do: (*job).listServers},
		{name: "purge-deferred", usage: "have the server write out what it has deferred", do: (*job).purgeDeferred},
		{name: "delete-store", argument: "USER", usage: "refused: use --unhook-store and --remove-store", check: refuse(errDeleteStore)},
		{name: actionForceResync, usage: "refused: there are no offline profiles", check: refuse(errOfflineProfiles)},
	}
}

func companyActions() []*action {
	return []*action{
		{name: actionCreateCompany, argument: "COMPANY", usage: "create a company", do: (*job).createCompany},
		{name: actionUpdateCompany, argument: "COMPANY", usage: "change a company: -U, quota, or that of its users", check: checkUpdateCompany, do: (*job).updateCompany},
		{name: "delete-company", argument: "COMPANY", usage: "delete a company with its users and groups; the stores stay", do: (*job).deleteCompany},
		{name: "list-companies", usage: "list companies", do: (*job).listCompanies},
		{name: "set-system-admin", argument: "USER", usage: "make a user the administrator of company -I, who sends its quota mails", company: true, check: checkCompany, do: (*job).setSystemAdmin},
		{name: "add-to-viewlist", argument: "COMPANY", usage: "let a company see company -I", company: true, check: checkCompany, do: (*job).addViewer},
		{name: "del-from-viewlist", argument: "COMPANY", usage: "take that back", company: true, check: checkCompany, do: (*job).deleteViewer},
		{name: "list-view", usage: "list which companies see company -I", company: true, check: checkCompany, do: (*job).listViewers},
		{name: "add-to-adminlist", argument: "USER", usage: "let an administrator administer company -I too", company: true, check: checkCompany, do: (*job).addRemoteAdmin},
		{name: "del-from-adminlist", argument: "USER", usage: "take that back", company: true, check: checkCompany, do: (*job).deleteRemoteAdmin},
		{name: "list-admin", usage: "list who administers company -I too", company: true, check: checkCompany, do: (*job).listRemoteAdmins},
		{name: "add-userquota-recipient", argument: "USER", usage: "send a user the quota mails of all users of company -I", company: true, check: checkCompany, do: (*job).addUserQuotaRecipient},
		{name: "del-userquota-recipient", argument: "USER", usage: "take that back", company: true, check: checkCompany, do: (*job).deleteUserQuotaRecipient},
		{name: "list-userquota-recipients", usage: "list who gets them", company: true, check: checkCompany, do: (*job).listUserQuotaRecipients},
		{name: "add-companyquota-recipient", argument: "USER", usage: "send a user the quota mails about the public store of company -I", company: true, check: checkCompany, do: (*job).addCompanyQuotaRecipient},
		{name: "del-companyquota-recipient", argument: "USER", usage: "take that back", company: true, check: checkCompany, do: (*job).deleteCompanyQuotaRecipient},
		{name: "list-companyquota-recipients", usage: "list who gets them", company: true, check: checkCompany, do: (*job).listCompanyQuotaRecipients},
	}
}

// refuse makes the check of an action that the server has no function for.
func refuse(err error) func(*options) error {
	return func(*options) error { return err }
}

func (j *job) sync(ctx context.Context) error {
	if err := j.session.SyncUsers(ctx); err != nil {
		return err
	}
	j.say("Users and groups synchronized.")
	return nil
}
