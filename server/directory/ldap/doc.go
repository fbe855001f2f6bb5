// Package ldap is the user plugin for users, groups and companies in an LDAP directory: OpenLDAP, Active Directory
// and the like (objects.md section 9, agents.md section 10).
//
// It owns the connections, the settings file ldap.cfg and the translation of entries into objects. It writes nothing to the
// directory. All methods of [Plugin] may be called by many goroutines; readings of the whole directory run one after the other.
//
// A reading is whole or fails: an answer that a limit of the server cut short is an error, because whoever is missing
// in it would be deleted. Time is bounded by ldap_network_timeout for each request.
//
// Values that come from clients go into filters escaped only. A password is checked by the directory itself, with a
// bind; an empty one is never sent, since directories take it for a log-on as nobody.
package ldap
