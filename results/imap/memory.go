package main

import (
	"context"
	"crypto/tls"
	"fmt"
)

// memory measures what connections in IDLE take of gateway and server: before them one connection for each user has come and gone, so that what the
// users share counts once, and apart.
func (o *options) memory(ctx context.Context, g *gateway) error {
	names := make([]string, o.users)
	for i := range names {
		names[i] = fmt.Sprintf("user%d", i)
		if err := g.createUser(ctx, names[i]); err != nil {
			return err
		}
	}
	if err := g.forget(ctx); err != nil {
		return err
	}
	address, secure := g.imap(), (*tls.Config)(nil)
	if o.tls {
		address, secure = g.imaps(), &tls.Config{InsecureSkipVerify: true}
	}
	read := func() (list [2]int) {
		settle(g.pids()...)
		for i, pid := range g.pids() {
			list[i] = resident(pid)
		}
		return list
	}
	empty := read()
	var conns []*conn
	defer func() {
		for _, c := range conns {
			c.close()
		}
	}()
	open := func(i int) error {
		c, err := logOn(address, secure, names[i%len(names)], "INBOX")
		if err != nil {
			return err
		}
		conns = append(conns, c)
		if err := c.send("IDLE"); err != nil {
			return err
		}
		_, err = c.in.ReadSlice('\n')
		return err
	}
	for i := range names {
		if err := open(i); err != nil {
			return err
		}
	}
	users := read()
	fmt.Printf("\nmemory (VmRSS), KiB: gateway %d, server %d when nobody is there\n", empty[0], empty[1])
	fmt.Printf("the first connection of each of %d users takes %.1f of the gateway and %.1f of the server\n", len(names),
		float64(users[0]-empty[0])/float64(len(names)), float64(users[1]-empty[1])/float64(len(names)))
	for i := len(names); i < o.idle; i++ {
		if err := open(i); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
	}
	all := read()
	report := func(what string, i int) {
		fmt.Printf("%d connections in IDLE take %.1f each of the %s\n", o.idle, float64(all[i]-empty[i])/float64(o.idle), what)
	}
	report("gateway", 0)
	report("server", 1)
	fmt.Printf("together %.1f each (TLS: %v)\n", float64(all[0]+all[1]-empty[0]-empty[1])/float64(o.idle), o.tls)
	return nil
}
