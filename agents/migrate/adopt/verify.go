package adopt

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// sum is what is compared of a folder: how many messages of each kind it has, how large they are, and the XOR of what they are.
type sum struct {
	messages, unread, associated, deleted, size int64
	xor                                         [32]byte
}

func (s *sum) add(flags, messageFlags, size uint32, sourceKey, changeKey []byte) {
	s.size += int64(size)
	switch {
	case flags&mapi.FlagDeleted != 0:
		s.deleted++
	case flags&mapi.FlagAssociated != 0:
		s.associated++
	default:
		s.messages++
		if messageFlags&mapi.MsgRead == 0 {
			s.unread++
		}
	}
	b := binary.LittleEndian.AppendUint32(nil, flags)
	b = append(append(b, byte(len(sourceKey))), sourceKey...)
	for i, c := range sha256.Sum256(append(b, changeKey...)) {
		s.xor[i] ^= c
	}
}

func (s *sum) String() string {
	return fmt.Sprintf("%d messages (%d unread), %d associated, %d deleted, %d bytes, keys %x", s.messages, s.unread, s.associated, s.deleted, s.size, s.xor[:6])
}

// Verify compares the target with the source: of each folder the numbers, sizes and keys of its messages; and stores, folders and each every-th
// message (1: all of them) property by property, with parts and attachments. What differs is a loss in the report. Nobody may have used the
// target since it was adopted.
func (m *Migration) Verify(ctx context.Context, every int) (err error) {
	if err := m.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.session.Close()) }()
	if err := m.verifyNodes(ctx); err != nil {
		return err
	}
	sums, err := m.verifyMessages(ctx, max(every, 1))
	if err != nil {
		return err
	}
	for _, id := range m.tree.IDs() {
		if m.tree.Find(id).Type != mapi.TypeFolder {
			continue
		}
		want := sums[id]
		if want == nil {
			want = new(sum)
		}
		have, err := m.sumOfTarget(ctx, id)
		if err != nil {
			return err
		}
		if *have != *want {
			m.lose(legacy.Loss{Object: id, What: "folder", Why: fmt.Sprintf("the target has %v; the source has %v", have, want)})
		}
		m.report.took("folders compared by sums", 1)
	}
	return nil
}

func (m *Migration) verifyNodes(ctx context.Context) error {
	for ids := range slices.Chunk(m.tree.IDs(), folderPage) {
		err := m.session.Moment(ctx, func() error {
			page, err := m.session.Nodes(ctx, m.tree, ids)
			if err != nil {
				return err
			}
			return m.compare(ctx, page)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// verifyMessages adds up what the source has, and compares some messages in everything.
func (m *Migration) verifyMessages(ctx context.Context, every int) (map[uint32]*sum, error) {
	sums := map[uint32]*sum{}
	for after, done := uint32(0), false; !done; {
		err := m.session.Moment(ctx, func() (err error) {
			var list []*legacy.Mark
			list, after, done, err = m.session.Marks(ctx, m.tree, after, m.Page*4)
			if err != nil {
				return err
			}
			var sample []uint32
			for _, k := range list {
				s := sums[k.Folder]
				if s == nil {
					s = new(sum)
					sums[k.Folder] = s
				}
				s.add(k.Flags, k.MessageFlags, k.Size, k.SourceKey, k.ChangeKey)
				if spread(k.ID)%uint64(every) == 0 {
					sample = append(sample, k.ID)
				}
			}
			for ids := range slices.Chunk(sample, m.Page) {
				page, err := m.session.MessagesByID(ctx, m.tree, ids)
				if err != nil {
					return err
				}
				if err := m.compare(ctx, page); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// spread makes of ids, which lie close together, numbers that do not.
func spread(id uint32) uint64 { return uint64(id) * 0x9E3779B97F4A7C15 >> 20 }

// compare compares the objects of a page in everything.
func (m *Migration) compare(ctx context.Context, page *legacy.Page) error {
	quiet := m.converter
	quiet.lose = func(...legacy.Loss) {} // was said when they were taken
	for _, o := range page.Items {
		have, err := m.target.Object(ctx, o.ID)
		switch {
		case mapi.CodeOf(err) == mapi.NotFound:
			m.lose(legacy.Loss{Object: o.ID, What: fmt.Sprintf("object of type %d", o.Type), Why: "the target does not have it"})
			continue
		case err != nil:
			return err
		}
		w := quiet.item(o)
		if len(o.EntryID) == 0 {
			w.EntryID = have.EntryID // made when it was taken
		}
		text, err := difference(w, have, m.blobsToCompare(ctx))
		if err != nil {
			return err
		}
		if text != "" {
			m.lose(legacy.Loss{Object: o.ID, What: fmt.Sprintf("object of type %d", o.Type), Why: "the target differs: " + text})
		}
		m.report.took("objects compared in everything", 1)
	}
	return nil
}

func (m *Migration) blobsToCompare(ctx context.Context) blobsOf {
	return blobsOf{
		source: func(v legacy.Value) (legacy.Blob, bool, error) {
			b, err := m.blobs.Find(ctx, v)
			if errors.Is(err, legacy.ErrMissing) {
				return b, false, nil
			}
			return b, err == nil, err
		},
		target: func(l storage.LobRef) (sum [32]byte, err error) {
			r, err := m.target.OpenLob(ctx, l.Instance)
			if err != nil {
				return sum, err
			}
			hash := sha256.New()
			_, err = io.Copy(hash, r)
			hash.Sum(sum[:0])
			return sum, errors.Join(err, r.Close())
		},
	}
}

func sumOf(b []byte) [32]byte { return sha256.Sum256(b) }

func (m *Migration) sumOfTarget(ctx context.Context, folder uint32) (*sum, error) {
	s := new(sum)
	err := storage.RowPages(ctx, m.target, storage.RowQuery{Parent: folder, Type: mapi.TypeMessage}, func(rows []*storage.Row) error {
		for _, r := range rows {
			s.add(r.Flags, r.Props.Uint32(mapi.PrMessageFlags), r.Props.Uint32(mapi.PrMessageSize), r.SourceKey, r.Props.Bytes(mapi.PrChangeKey))
		}
		return nil
	})
	return s, err
}
