// Package unix is the user plugin for the accounts of the system: /etc/passwd, /etc/group and /etc/shadow (objects.md
// section 9, agents.md section 10).
//
// It owns the settings file unix.cfg and the reading of the three files; accounts from elsewhere (NIS, LDAP, SSSD) are not in
// them. It changes nothing there: what the files have no place for (administrator or not, mail address, limits, senders)
// administrators set through the server, which keeps it in its database. All methods of [Plugin] may be called by many goroutines.
//
// Passwords are compared with /etc/shadow, which only root and the group shadow may read. Locked and expired
// accounts, and expired passwords, let nobody in.
package unix
