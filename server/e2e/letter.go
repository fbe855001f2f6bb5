package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"zarafa/client"
	"zarafa/mapi"
)

// Delivered is a message whose delivery the server has acknowledged.
type Delivered struct {
	ID     mapi.EntryID
	Number int
}

// Letter is the message with a number; everything in it follows from the number.
func Letter(number int) *client.Message {
	return &client.Message{
		Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"),
			mapi.String(mapi.PrSubject, fmt.Sprintf("letter %d", number)),
			mapi.String(mapi.PrBody, string(bytes.Repeat([]byte{'a' + byte(number%26)}, 3000))),
		},
		Recipients: []client.Recipient{{Type: 1, Name: "Alice", Address: fmt.Sprintf("alice%d@example.com", number)}},
		Attachments: []client.Attachment{{
			Name: "data.bin", Data: bytes.Repeat([]byte{byte(number), byte(number >> 8)}, 40_000),
		}},
	}
}

func CheckLetter(ctx context.Context, s *client.Session, d Delivered) error {
	o, err := s.LoadObject(ctx, d.ID)
	if err != nil {
		return err
	}
	want := Letter(d.Number)
	for _, p := range want.Props {
		if got, ok := o.Props.Get(p.Tag); !ok || !got.Equal(p) {
			return fmt.Errorf("property %v is not what was sent", p.Tag)
		}
	}
	if len(o.Children) != 2 {
		return fmt.Errorf("%d recipients and attachments", len(o.Children))
	}
	for _, part := range o.Children {
		if part.Type != mapi.TypeAttach {
			continue
		}
		data, err := s.LoadValue(ctx, d.ID, part.ServerID, mapi.PrAttachDataBin)
		if err != nil {
			return err
		}
		if !bytes.Equal(data.Data, want.Attachments[0].Data) {
			return errors.New("the attachment is not what was sent")
		}
	}
	return nil
}
