package snapshot

import (
	"context"
	"fmt"
	"io"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
	"zarafa/mapi"
)

// Reading is how a message's outside parts are read from a repository, as long as ctx lives.
func Reading(ctx context.Context, r *repository.Repository) item.Outside {
	return item.Outside{
		Value: func(s item.Stored) ([]byte, error) {
			in, err := (&pieces{ctx, r, s}).Open()
			if err != nil {
				return nil, err
			}
			return io.ReadAll(in)
		},
		Content: func(s item.Stored) mapi.Content { return &pieces{ctx, r, s} },
	}
}

// pieces is a value in a repository. It is a mapi.Content.
type pieces struct {
	ctx    context.Context
	repo   *repository.Repository
	stored item.Stored
}

// Size is the number of bytes.
func (p *pieces) Size() int64 { return p.stored.Length }

// Open reads from the beginning, a piece at a time.
func (p *pieces) Open() (io.ReadCloser, error) { return &pieceReader{pieces: *p}, nil }

type pieceReader struct {
	pieces
	next int
	data []byte
}

func (r *pieceReader) Read(p []byte) (int, error) {
	for len(r.data) == 0 {
		if r.next == len(r.stored.Pieces) {
			return 0, io.EOF
		}
		data, err := r.repo.Load(r.ctx, r.stored.Pieces[r.next])
		if err != nil {
			return 0, err
		}
		if want := min(item.PieceSize, r.stored.Length-int64(r.next)*item.PieceSize); int64(len(data)) != want {
			return 0, fmt.Errorf("piece %v has %d bytes in place of %d", r.stored.Pieces[r.next], len(data), want)
		}
		r.data = data
		r.next++
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

// Close ends the reading.
func (r *pieceReader) Close() error { return nil }
