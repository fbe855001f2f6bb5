// Command letter sends a mail as a client of the server does: it puts a message into the user's outbox and submits it.
//
//	letter -h file:///run/server.sock -subject SUBJECT USER ADDRESS...
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

func main() {
	host := flag.String("h", "", "the server's socket")
	subject := flag.String("subject", "", "of the mail")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: letter -h SOCKET -subject SUBJECT USER ADDRESS...")
		os.Exit(2)
	}
	if err := send(context.Background(), *host, *subject, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "letter:", err)
		os.Exit(1)
	}
}

func send(ctx context.Context, host, subject, user string, addresses []string) error {
	s, err := client.LogOn(ctx, client.Options{Endpoint: host, User: user})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }() // the mail is in the queue by now
	st, err := s.Store(ctx)
	if err != nil {
		return err
	}
	folders, err := s.DefaultFolders(ctx, st)
	if err != nil {
		return err
	}
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, "Hello\r\n"),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead),
	}}
	for _, a := range addresses {
		m.Recipients = append(m.Recipients, mapi.Props{
			mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, a), mapi.String(mapi.PrAddrtype, "SMTP"),
			mapi.String(mapi.PrEmailAddress, a), mapi.String(mapi.PrSMTPAddress, a),
		})
	}
	id, err := s.SaveMessage(ctx, folders[client.Outbox], m, client.SaveOptions{})
	if err != nil {
		return err
	}
	return s.SubmitMessage(ctx, id, folders[client.SentItems], time.Now())
}
