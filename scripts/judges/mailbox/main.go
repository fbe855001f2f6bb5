// Command mailbox shows the judges what is in a user's mailbox. With one folder it prints that folder's subjects alone; else a line for each
// message: the path of its folder, and its subject behind a tab. With -body it prints the text of one message.
//
//	mailbox -h file:///run/server.sock alice [Inbox]
//	mailbox -h file:///run/server.sock -body SUBJECT alice
//	mailbox -h file:///run/server.sock -public alice Support    of the public store, as alice sees it
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

func main() {
	host := flag.String("h", "", "the server's socket")
	body := flag.String("body", "", "print the text of the messages with this subject")
	public := flag.Bool("public", false, "show the public store")
	flag.Parse()
	if err := show(context.Background(), *host, *body, *public, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mailbox:", err)
		os.Exit(1)
	}
}

func show(ctx context.Context, host, body string, public bool, args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return fmt.Errorf("usage: mailbox -h SOCKET [-body SUBJECT] [-public] USER [FOLDER]")
	}
	s, err := client.LogOn(ctx, client.Options{Endpoint: host, User: args[0]})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }() // the answer is there by now
	open := s.Store
	if public {
		open = s.PublicStore
	}
	st, err := open(ctx)
	if err != nil {
		return err
	}
	o, err := s.LoadObject(ctx, st.EntryID)
	if err != nil {
		return err
	}
	folders, err := s.Folders(ctx, o.Props.Bytes(mapi.PrIPMSubtreeEntryID), true)
	if err != nil {
		return err
	}
	return print(ctx, s, folders, body, args)
}

// print prints what is in folders, or in one of them.
func print(ctx context.Context, s *client.Session, folders []client.Folder, body string, args []string) error {
	var path []string
	for _, f := range folders {
		path = append(path[:min(int(f.Depth)-1, len(path))], f.Name)
		name := strings.Join(path, "/")
		if len(args) == 2 && !strings.EqualFold(args[1], name) {
			continue
		}
		err := s.EachRow(ctx, client.TableQuery{
			Kind: mapi.TableMS, EntryID: f.EntryID, ObjectType: mapi.TypeMessage,
			Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSubject}, Sort: []mapi.SortOrder{{Tag: mapi.PrECHierarchyID}},
		}, func(row mapi.Props) error {
			switch subject := row.Str(mapi.PrSubject); {
			case body != "" && subject == body:
				return text(ctx, s, row.Bytes(mapi.PrEntryID))
			case body != "":
			case len(args) == 2:
				fmt.Println(subject)
			default:
				fmt.Printf("%s\t%s\n", name, subject)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// text prints header and text of a message.
func text(ctx context.Context, s *client.Session, id mapi.EntryID) error {
	m, err := s.LoadMessage(ctx, id)
	if err != nil {
		return err
	}
	fmt.Println(m.Props.Str(mapi.PrTransportMessageHeaders))
	fmt.Println(m.Props.Str(mapi.PrBody))
	return nil
}
