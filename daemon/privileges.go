package daemon

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"zarafa/daemon/settings"
)

// dropPrivileges becomes run_as_user and run_as_group, for good, if root started
// the daemon and the settings ask for it.
func dropPrivileges(c *Common) error {
	if os.Geteuid() != 0 || c.RunAsUser == "" && c.RunAsGroup == "" {
		return nil
	}
	uid, gid, err := identity(c)
	if err != nil {
		return err
	}
	// Groups first: without root's privileges they could not be changed.
	if err := syscall.Setgroups([]int{gid}); err != nil {
		return fmt.Errorf("run_as_group: leave the groups of root: %w", err)
	}
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return fmt.Errorf("run_as_group: become group %d: %w", gid, err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("run_as_user: become user %d: %w", uid, err)
	}
	return nil
}

// identity finds the numbers of the user and the group to become.
func identity(c *Common) (uid, gid int, err error) {
	uid, gid = os.Geteuid(), os.Getegid()
	if c.RunAsUser != "" {
		u, err := user.Lookup(c.RunAsUser)
		if err != nil {
			return 0, 0, unknownIdentity("run_as_user", err)
		}
		if uid, err = strconv.Atoi(u.Uid); err != nil {
			return 0, 0, unknownIdentity("run_as_user", err)
		}
		if gid, err = strconv.Atoi(u.Gid); err != nil {
			return 0, 0, unknownIdentity("run_as_user", err)
		}
	}
	if c.RunAsGroup != "" {
		g, err := user.LookupGroup(c.RunAsGroup)
		if err != nil {
			return 0, 0, unknownIdentity("run_as_group", err)
		}
		if gid, err = strconv.Atoi(g.Gid); err != nil {
			return 0, 0, unknownIdentity("run_as_group", err)
		}
	}
	return uid, gid, nil
}

func unknownIdentity(setting string, err error) error {
	return &settings.Error{Setting: setting, Problem: err.Error(), Remedy: "create it, or leave the setting empty"}
}
