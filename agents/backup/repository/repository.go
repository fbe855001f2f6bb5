package repository

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"filippo.io/age"
)

// Names of files and folders.
const (
	configName      = "config"
	packsFolder     = "data"
	indexFolder     = "index"
	snapshotsFolder = "snapshots"
	keysFolder      = "keys"
	condemnedFolder = "condemned"
	leaseName       = "lease"
)

// formatVersion is the one form of repositories there is.
const formatVersion = 1

// config is the file of that name.
type config struct {
	Version   int    `json:"version"`
	ID        string `json:"id"`
	Recipient string `json:"recipient"` // empty: the host key opens bodies too
	MAC       string `json:"mac"`       // of the above, so that nobody puts his own recipient there
}

func (c config) mac(s *secrets) string {
	h := hmac.New(sha256.New, s.mac)
	fmt.Fprintf(h, "%d\n%s\n%s\n", c.Version, c.ID, c.Recipient)
	return hex.EncodeToString(h.Sum(nil))
}

// Init makes a repository. Bodies are sealed for the recipient (age1…); without one the host key opens them. The error is ErrExists if
// there is a repository already.
func Init(ctx context.Context, b Backend, key HostKey, recipient string) error {
	s, err := key.secrets()
	if err != nil {
		return err
	}
	if recipient != "" {
		if _, err := age.ParseX25519Recipient(recipient); err != nil {
			return fmt.Errorf("the recipient: %w", err)
		}
	}
	id := make([]byte, 16)
	rand.Read(id)
	c := config{Version: formatVersion, ID: hex.EncodeToString(id), Recipient: recipient}
	c.MAC = c.mac(s)
	data, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	return b.Create(ctx, configName, append(data, '\n'))
}

// Damage is something that is wrong with a repository.
type Damage struct {
	Name string // of the file
	What string
}

func (d Damage) String() string { return d.Name + ": " + d.What }

// Repository is an open repository.
type Repository struct {
	backend    Backend
	config     config
	secrets    *secrets
	codec      *codec
	recipient  *age.X25519Recipient // nil: symmetric
	identities []age.Identity

	gate       sync.RWMutex // held by each Save, and alone by Flush
	mu         sync.Mutex
	index      *index
	indexFiles []string // those that were read
	damage     []Damage
	buffers    [Body + 1]*packBuffer
	pending    map[ID]bool    // in a buffer, or being written
	uploads    sync.WaitGroup // of packs
	slots      chan struct{}  // how many packs are written at a time
	unindexed  []indexedPack  // packs that no index names yet
	failed     error          // writing has failed; nothing is written any more
	writing    *bodyKey       // key of new bodies
	opened     map[keyRef]cipher.AEAD
	added      int64 // bytes of packs written
}

// writesAtOnce is how many packs are written at a time. Each takes some 20 MB of memory.
const writesAtOnce = 2

// Open opens a repository. Without identities bodies can be written but not read, unless the repository is symmetric.
func Open(ctx context.Context, b Backend, key HostKey, identities ...age.Identity) (*Repository, error) {
	r := &Repository{backend: b, identities: identities, pending: make(map[ID]bool), slots: make(chan struct{}, writesAtOnce), opened: make(map[keyRef]cipher.AEAD)}
	var err error
	if r.secrets, err = key.secrets(); err != nil {
		return nil, err
	}
	if r.codec, err = newCodec(); err != nil {
		return nil, err
	}
	if err := r.readConfig(ctx); err != nil {
		return nil, err
	}
	if err := r.readIndex(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Repository) readConfig(ctx context.Context) error {
	data, err := r.backend.Get(ctx, configName)
	if err != nil {
		return fmt.Errorf("reading the repository's config: %w", err)
	}
	if err := json.Unmarshal(data, &r.config); err != nil {
		return fmt.Errorf("reading the repository's config: %w", err)
	}
	if r.config.Version != formatVersion {
		return fmt.Errorf("the repository has version %d, this program knows %d", r.config.Version, formatVersion)
	}
	if !hmac.Equal([]byte(r.config.MAC), []byte(r.config.mac(r.secrets))) {
		return errors.New("the repository's config was not written with this host key, or was changed")
	}
	if r.config.Recipient == "" {
		return nil
	}
	r.recipient, err = age.ParseX25519Recipient(r.config.Recipient)
	return err
}

// ID tells repositories apart.
func (r *Repository) ID() string { return r.config.ID }

// Symmetric reports whether the host key opens bodies too.
func (r *Repository) Symmetric() bool { return r.recipient == nil }

// Damaged is what was found wrong so far. A backup that meets some reads again what it would have taken for stored.
func (r *Repository) Damaged() []Damage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.damage)
}

// readIndex finds out which blobs there are. What is damaged is left out and noted.
func (r *Repository) readIndex(ctx context.Context) error {
	x := newIndex()
	sizes := make(map[string]int64)
	err := r.backend.List(ctx, packsFolder, func(name string, size int64) error {
		if base, ok := contentName(name); ok {
			sizes[base] = size
		} else {
			r.foreign(name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	condemned, err := r.condemnedPacks(ctx)
	if err != nil {
		return err
	}
	named := make(map[string]bool)
	err = r.eachFile(ctx, indexFolder, func(name string, plain []byte) error {
		r.indexFiles = append(r.indexFiles, name)
		packs, err := parseIndex(plain)
		if err != nil {
			r.damage = append(r.damage, Damage{name, err.Error()})
			return nil
		}
		for _, p := range packs {
			if named[p.name] {
				continue
			}
			named[p.name] = true
			_, p.condemned = condemned[p.name]
			switch size, ok := sizes[p.name]; {
			case !ok && !p.condemned:
				r.damage = append(r.damage, Damage{packsFolder + "/" + p.name, "it is missing"})
			case ok && size != p.size:
				r.damage = append(r.damage, Damage{packsFolder + "/" + p.name, fmt.Sprintf("it has %d bytes in place of %d", size, p.size)})
			case ok:
				x.add(p.packInfo, p.entries)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for name, size := range sizes {
		if _, gone := condemned[name]; !named[name] && !gone {
			r.adopt(ctx, x, packInfo{name: name, size: size})
		}
	}
	x.merge()
	r.index = x
	return nil
}

// adopt takes in a pack that no index names: a run was ended before it wrote one, or the index is damaged.
func (r *Repository) adopt(ctx context.Context, x *index, p packInfo) {
	name := packsFolder + "/" + p.name
	entries, err := directoryOf(r.secrets, p.size, func(n int64) ([]byte, error) { return r.backend.GetRange(ctx, name, p.size-n, n) })
	if err != nil {
		r.damage = append(r.damage, Damage{name, err.Error()})
		return
	}
	x.add(p, entries)
	r.unindexed = append(r.unindexed, indexedPack{p, entries})
}

// eachFile shows the files of a folder, opened and decompressed. Those that are damaged are noted and left out.
func (r *Repository) eachFile(ctx context.Context, folder string, visit func(name string, plain []byte) error) error {
	var names []string
	err := r.backend.List(ctx, folder, func(name string, _ int64) error {
		if _, ok := contentName(name); ok {
			names = append(names, name)
		} else {
			r.foreign(name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		plain, err := r.readFile(ctx, name)
		if errors.Is(err, ErrNotExist) {
			continue // prune has replaced it meanwhile
		}
		var damaged *damagedError
		if errors.As(err, &damaged) {
			r.note(damaged.Damage)
			continue
		}
		if err != nil {
			return err
		}
		if err := visit(name, plain); err != nil {
			return err
		}
	}
	return nil
}

func (r *Repository) note(d Damage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.damage, d) {
		r.damage = append(r.damage, d)
	}
}

// foreign notes a file that is not the repository's. Unfinished ones are those of a program that was ended.
func (r *Repository) foreign(name string) {
	if _, base, _ := strings.Cut(name, "/"); !strings.HasPrefix(base, unfinished) {
		r.note(Damage{name, "it is none of the repository's files"})
	}
}

// damagedError is the error of a file, or a blob, whose bytes are not those that were written.
type damagedError struct{ Damage }

func (e *damagedError) Error() string { return e.Damage.String() }

// contentName cuts the folder off the name of a file that is named by its content.
func contentName(name string) (base string, ok bool) {
	_, base, _ = strings.Cut(name, "/")
	if len(base) != 2*sha256.Size || strings.ToLower(base) != base {
		return base, false
	}
	_, err := hex.DecodeString(base)
	return base, err == nil
}

// putNamed writes a file under the hash of its bytes.
func (r *Repository) putNamed(ctx context.Context, folder string, data []byte) (name string, err error) {
	sum := sha256.Sum256(data)
	name = folder + "/" + hex.EncodeToString(sum[:])
	return name, r.backend.Put(ctx, name, data)
}

// writeFile seals a file for the host.
func (r *Repository) writeFile(ctx context.Context, folder string, plain []byte) (name string, err error) {
	return r.putNamed(ctx, folder, seal(r.secrets.meta, r.codec.compress(plain), []byte(folder)))
}

// readFile reads what writeFile has written.
func (r *Repository) readFile(ctx context.Context, name string) ([]byte, error) {
	data, err := r.backend.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := checkName(name, data); err != nil {
		return nil, err
	}
	folder, _, _ := strings.Cut(name, "/")
	plain, err := open(r.secrets.meta, data, []byte(folder))
	if err == nil {
		plain, err = r.codec.decompress(plain)
	}
	if err != nil {
		return nil, &damagedError{Damage{name, err.Error()}}
	}
	return plain, nil
}

// checkName reports whether a file is what its name says.
func checkName(name string, data []byte) error {
	base, _ := contentName(name)
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != base {
		return &damagedError{Damage{name, "its bytes are not those that were written"}}
	}
	return nil
}
