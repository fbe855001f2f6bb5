package admin

import "context"

// Names of actions that other options look at.
const (
	actionUpdateUser  = "update-user"
	actionHookStore   = "hook-store"
	actionForceResync = "force-resync"
)

// actions are the actions in the order in which --help shows them.
func actions() []*action {
	return append(append(userActions(), groupActions()...), append(storeActions(), append(serverActions(), companyActions()...)...)...)
}

func userActions() []*action {
	return []*action{
		{name: "create-user", shorthand: "c", argument: "USER", usage: "create a user; needs -f, -e and -P", check: checkCreateUser, do: (*job).createUser},
		{name: actionUpdateUser, shorthand: "u", argument: "USER", usage: "change a user", check: checkUpdateUser, do: (*job).updateUser},
		{name: "delete-user", shorthand: "d", argument: "USER", usage: "delete a user; the store stays", do: (*job).deleteUser},
		{name: "list-users", shorthand: "l", usage: "list users", do: (*job).listUsers},
		{name: "details", argument: "NAME", usage: "show everything about a user or group", check: checkType, do: (*job).details},
		{name: "list-sendas", argument: "NAME", usage: "list who may send as a user or group", check: checkType, do: (*job).listSendAs},
		{name: "user-count", usage: "count users", do: (*job).userCount},
		{name: "sync", usage: "read the user directory again", do: (*job).sync},
	}
}

func groupActions() []*action {
	return []*action{
		{name: "create-group", shorthand: "g", argument: "GROUP", usage: "create a group", do: (*job).createGroup},
		{name: "update-group", argument: "GROUP", usage: "change a group; needs -e, --add-sendas or --del-sendas", check: checkUpdateGroup, do: (*job).updateGroup},
		{name: "delete-group", shorthand: "G", argument: "GROUP", usage: "delete a group", do: (*job).deleteGroup},
		{name: "add-user", shorthand: "b", argument: "USER", usage: "add a user to group -i", check: checkMembership, do: (*job).addToGroup},
		{name: "remove-user", shorthand: "B", argument: "USER", usage: "remove a user from group -i", check: checkMembership, do: (*job).removeFromGroup},
		{name: "list-groups", shorthand: "L", usage: "list groups", do: (*job).listGroups},
	}
}

func storeActions() []*action {
	return []*action{
		{name: "create-store", argument: "USER", usage: "create a user's store", check: checkLanguage, do: (*job).createStore},
		{name: "create-public-store", shorthand: "s", usage: "create the public store", do: (*job).createPublicStore},
		{name: "unhook-store", argument: "NAME", usage: "take the store from a user, or with --type group from Everyone", check: checkType, do: (*job).unhookStore},
		{name: actionHookStore, argument: "GUID", usage: "give a store without a user to user -u", check: checkHookStore, do: (*job).hookStore},
		{name: "remove-store", argument: "GUID", usage: "remove a store without a user for good", check: checkGUID, do: (*job).removeStore},
		{name: "list-orphans", usage: "list stores without a user", do: (*job).listOrphans},
		{name: "reset-folder-count", argument: "USER", usage: "count the items of a user's folders anew", do: (*job).resetFolderCount},
	}
}

func serverActions() []*action {
	return []*action{
		{name: "clear-cache", argument: "CACHES", optional: "all", usage: "empty the server's caches: names or a mask; all if left out", check: checkCaches, do: (*job).clearCache},
		{name: "purge-softdelete", argument: "DAYS", usage: "remove for good what was deleted so many days ago", check: checkDays, do: (*job).purgeSoftDelete},
		{name: "purge-deferred", usage: "have the server write out what it has deferred", do: (*job).purgeDeferred},
		{name: "delete-store", argument: "USER", usage: "refused: use --unhook-store and --remove-store", check: refuse(errDeleteStore)},
		{name: actionForceResync, usage: "refused: there are no offline profiles", check: refuse(errOfflineProfiles)},
	}
}

// companyActions are about tenants, which the server does not have.
func companyActions() []*action {
	var list []*action
	for _, a := range []struct{ name, argument string }{
		{"create-company", "COMPANY"}, {"update-company", "COMPANY"}, {"delete-company", "COMPANY"}, {"list-companies", ""},
		{"add-to-viewlist", "COMPANY"}, {"del-from-viewlist", "COMPANY"}, {"list-view", ""},
		{"add-to-adminlist", "USER"}, {"del-from-adminlist", "USER"}, {"list-admin", ""}, {"set-system-admin", "USER"},
		{"add-userquota-recipient", "USER"}, {"del-userquota-recipient", "USER"}, {"list-userquota-recipients", ""},
		{"add-companyquota-recipient", "USER"}, {"del-companyquota-recipient", "USER"}, {"list-companyquota-recipients", ""},
	} {
		list = append(list, &action{name: a.name, argument: a.argument, usage: "refused: the server has no companies", check: refuse(errNoCompanies)})
	}
	return list
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
