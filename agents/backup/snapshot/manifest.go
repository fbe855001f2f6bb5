package snapshot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
)

// Roles of folders that are not default folders.
const (
	roleRoot    = "root"
	roleSubtree = "subtree"
)

// Store describes a store: the blob that a snapshot begins at.
type Store struct {
	GUID    []byte        `json:"guid"`
	EntryID []byte        `json:"entryid"`
	Props   repository.ID `json:"props"` // of kind Body
	Rights  []Right       `json:"rights,omitempty"`
	Read    time.Time     `json:"read"` // when rights and search criteria were read last
	Folders []FolderRef   `json:"folders"`
}

// FolderRef names a folder's blob, with what tells whether the folder has changed.
type FolderRef struct {
	Key       []byte        `json:"key"`
	Parent    []byte        `json:"parent"`
	Folder    repository.ID `json:"folder"`
	ChangeKey []byte        `json:"changekey"`
	Change    uint32        `json:"change"` // state of the synchronisation of its messages
	Items     int64         `json:"items"`
	Bytes     int64         `json:"bytes"`
}

// Folder describes a folder.
type Folder struct {
	Key      []byte        `json:"key"`
	EntryID  []byte        `json:"entryid"`
	Name     string        `json:"name"`
	Class    string        `json:"class,omitempty"`
	Search   bool          `json:"search,omitempty"`
	Role     string        `json:"role,omitempty"`
	Props    repository.ID `json:"props"` // of kind Body
	Rights   []Right       `json:"rights,omitempty"`
	Criteria *Criteria     `json:"criteria,omitempty"`
	Sync     uint32        `json:"sync,omitempty"`
	Pages    []PageRef     `json:"pages,omitempty"`
}

// Right is what a user or group may do.
type Right struct {
	Name   string `json:"name"`
	Group  bool   `json:"group,omitempty"`
	Rights uint32 `json:"rights"`
}

// Criteria are what a search folder shows.
type Criteria struct {
	Condition []byte   `json:"condition"` // see item.EncodeRestriction
	Folders   [][]byte `json:"folders"`   // entry ids
	Recursive bool     `json:"recursive,omitempty"`
}

// PageRef names a page, with the keys it is from and to.
type PageRef struct {
	First []byte        `json:"first"`
	Last  []byte        `json:"last"`
	Page  repository.ID `json:"page"`
	Items int64         `json:"items"`
	Bytes int64         `json:"bytes"`
	// Closed says that it ends where pages end; else entries that follow belong to it.
	Closed bool `json:"closed,omitempty"`
}

// save stores a description.
func save(ctx context.Context, r *repository.Repository, v any) (repository.ID, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return repository.ID{}, err
	}
	return r.Save(ctx, repository.Meta, data)
}

// load reads a description.
func load[T any](ctx context.Context, r *repository.Repository, id repository.ID) (*T, error) {
	data, err := r.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("blob %v: %w", id, err)
	}
	return v, nil
}

// LoadStore reads the description of a snapshot's store.
func LoadStore(ctx context.Context, r *repository.Repository, s repository.Snapshot) (*Store, error) {
	return load[Store](ctx, r, s.Root)
}

// LoadFolder reads the description of a folder.
func LoadFolder(ctx context.Context, r *repository.Repository, ref FolderRef) (*Folder, error) {
	return load[Folder](ctx, r, ref.Folder)
}

// LoadPage reads the entries of a page.
func LoadPage(ctx context.Context, r *repository.Repository, ref PageRef) ([]item.Entry, error) {
	data, err := r.Load(ctx, ref.Page)
	if err != nil {
		return nil, err
	}
	entries, err := item.DecodePage(data)
	if err != nil {
		return nil, fmt.Errorf("blob %v: %w", ref.Page, err)
	}
	return entries, nil
}

// Reach shows all blobs that a snapshot needs. It reads what the host can read alone; visit says whether to go on below a blob.
func Reach(ctx context.Context, r *repository.Repository, s repository.Snapshot, visit func(repository.ID) bool) error {
	if !visit(s.Root) {
		return nil
	}
	st, err := LoadStore(ctx, r, s)
	if err != nil {
		return err
	}
	visit(st.Props)
	for _, ref := range st.Folders {
		if !visit(ref.Folder) {
			continue
		}
		f, err := LoadFolder(ctx, r, ref)
		if err != nil {
			return err
		}
		visit(f.Props)
		for _, p := range f.Pages {
			if !visit(p.Page) {
				continue
			}
			entries, err := LoadPage(ctx, r, p)
			if err != nil {
				return err
			}
			for i := range entries {
				visit(entries[i].Item)
				for _, id := range entries[i].Refs {
					visit(id)
				}
			}
		}
	}
	return nil
}
