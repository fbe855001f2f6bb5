package suite

import (
	"bytes"
	"io"
	"strings"

	"zarafa/mapi"
	"zarafa/wire/msgstream"
)

// streamBenchmarks are of the format of exported messages.
func streamBenchmarks() []Benchmark {
	return []Benchmark{{"Wire/StreamRead", readStream}, {"Wire/StreamWrite", writeStream}}
}

// properties are those of a list, as a stream has them.
func properties(list []mapi.PropValue) []msgstream.Property {
	out := make([]msgstream.Property, len(list))
	for i, p := range list {
		out[i].PropValue = p
	}
	return out
}

// stream writes the message of [newMessage].
func stream(w io.Writer) error {
	m := newMessage(1)
	s := msgstream.NewWriter(w)
	if err := s.Message(1, properties(m.ModProps), len(m.Items)); err != nil {
		return err
	}
	for i, part := range m.Items {
		var err error
		if t := mapi.ObjectType(part.ObjType); t == mapi.TypeMailUser {
			err = s.Recipient(t, uint32(i), properties(part.ModProps))
		} else {
			data := strings.NewReader("a,b\n1,2\n")
			err = s.Attachment(uint32(i), properties(part.ModProps[1:]), data.Size(), data)
		}
		if err != nil {
			return err
		}
	}
	return s.Close()
}

func writeStream(*Environment) (Work, error) {
	var out bytes.Buffer
	return repeat(func(int) error {
		out.Reset()
		return stream(&out)
	}), nil
}

func readStream(*Environment) (Work, error) {
	var text bytes.Buffer
	if err := stream(&text); err != nil {
		return Work{}, err
	}
	in := bytes.NewReader(nil)
	return repeat(func(int) error {
		in.Reset(text.Bytes())
		r := msgstream.NewReader(in, msgstream.Limits{})
		for {
			event, err := r.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if event.Data != nil {
				if _, err := io.Copy(io.Discard, event.Data); err != nil {
					return err
				}
			}
		}
	}), nil
}
