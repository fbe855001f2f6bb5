package admin

import (
	"context"
	"fmt"
)

// changeSendAs carries out --add-sendas and --del-sendas for a user or group.
func (j *job) changeSendAs(ctx context.Context, number uint32, entryID []byte) error {
	if j.addSendAs != "" {
		sender, err := j.findUser(ctx, j.addSendAs)
		if err != nil {
			return err
		}
		if err := j.session.AddSendAs(ctx, number, entryID, sender); err != nil {
			return fmt.Errorf("allowing user %q to send as %q: %w", sender.Name, j.target, err)
		}
	}
	if j.delSendAs != "" {
		sender, err := j.findUser(ctx, j.delSendAs)
		if err != nil {
			return err
		}
		if err := j.session.DeleteSendAs(ctx, number, entryID, sender); err != nil {
			return fmt.Errorf("no longer allowing user %q to send as %q: %w", sender.Name, j.target, err)
		}
	}
	return nil
}

func (j *job) listSendAs(ctx context.Context) error {
	number, entryID, err := j.findObject(ctx)
	if err != nil {
		return err
	}
	users, err := j.session.SendAs(ctx, number, entryID)
	if err != nil {
		return err
	}
	j.say("Send-as list for %s(%d):", j.target, len(users))
	t := table{header: []string{"Username", "Fullname"}}
	for _, u := range users {
		t.add(u.Name, u.FullName)
	}
	t.print(j.Stdout)
	return nil
}
