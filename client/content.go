package client

import (
	"bytes"
	"context"
	"errors"
	"io"

	"zarafa/mapi"
	"zarafa/wire/msgstream"
)

// remoteContent is an attachment's content that stays on the server. Each time it is opened the message's stream is read up to it, and
// what comes before is skipped.
type remoteContent struct {
	lazyContents // count is the attachment's place in the stream, from 1
	size         int64
	key          []byte // PR_RECORD_KEY of the attachment
}

// Size is the number of bytes.
func (c *remoteContent) Size() int64 { return c.size }

// Open starts to read from the server. Errors of the call come from the first Read. The reader must be closed, before its end too.
func (c *remoteContent) Open() (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(c.ctx)
	r, w := io.Pipe()
	go func() {
		found := false
		err := c.session.export(ctx, exportOf(c.id, c.flags, []mapi.PropTag{mapi.PrSourceKey}), 0, func(e *Exported) error {
			found = true
			return c.copyTo(w, e.Stream)
		})
		switch {
		case errors.Is(err, errCopied):
			err = nil
		case err == nil && !found:
			err = mapi.Errorf(mapi.NotFound, "reading an attachment", "message %x is gone", []byte(c.id))
		}
		w.CloseWithError(err)
	}()
	return &contentReader{r, cancel}, nil
}

// errCopied ends an export once the content has been copied: nobody waits for what comes behind it.
var errCopied = errors.New("the content has been copied")

// copyTo copies the content out of a stream.
func (c *remoteContent) copyTo(w io.Writer, r *msgstream.Reader) error {
	for n := 0; ; {
		e, err := r.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			return c.changed()
		}
		if e.Kind != msgstream.Attachment {
			continue
		}
		if n++; n < c.count {
			continue
		}
		props, _ := splitNamed(e.Props)
		if e.Size != c.size || !bytes.Equal(props.Bytes(mapi.PrRecordKey), c.key) {
			return c.changed()
		}
		if _, err := io.Copy(w, e.Data); err != nil {
			return err
		}
		return errCopied
	}
}

// changed is the error of a message that is not any more what was loaded.
func (c *remoteContent) changed() error {
	return mapi.Errorf(mapi.NotFound, "reading an attachment", "message %x has changed since it was loaded", []byte(c.id))
}

// contentReader is a content that is being read.
type contentReader struct {
	*io.PipeReader
	cancel context.CancelFunc
}

// Close ends the call if it is still going on.
func (r *contentReader) Close() error {
	r.cancel()
	return r.PipeReader.Close()
}
