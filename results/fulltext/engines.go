package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/search/query"

	"zarafa/server/fulltext"
)

const store = 7

type fts5 struct{ *fulltext.Index }

func openFTS5(path string) (engine, error) {
	x, err := fulltext.OpenIndex(context.Background(), path, "a measurement")
	return fts5{x}, err
}

func (f fts5) put(batch []fulltext.Entry, position uint32) error {
	return f.Put(context.Background(), store, batch, nil, fulltext.Place{Position: position})
}

func (f fts5) find(properties []uint16, words ...string) ([]uint32, error) {
	var finds []fulltext.Find
	for _, w := range words {
		find, _ := fulltext.NewFind([]byte(w), properties...)
		finds = append(finds, find)
	}
	return f.Find(context.Background(), store, finds)
}

func (f fts5) position() (uint32, error) {
	p, _, err := f.Place(context.Background(), store)
	return p.Position, err
}

func (f fts5) close() error { return f.Close() }

type bleveIndex struct{ index bleve.Index }

// openBleve keeps what fts5 keeps: which message has which word, nothing else.
func openBleve(path string) (engine, error) {
	x, err := bleve.Open(path)
	if !errors.Is(err, bleve.ErrorIndexPathDoesNotExist) && !errors.Is(err, bleve.ErrorIndexMetaMissing) {
		return bleveIndex{x}, err
	}
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer("words", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, err
	}
	field := bleve.NewTextFieldMapping()
	field.Analyzer, field.Store, field.IncludeTermVectors, field.IncludeInAll, field.DocValues = "words", false, false, false, false
	field.SkipFreqNorm = true
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("word", field)
	m.DefaultMapping = doc
	x, err = bleve.New(path, m)
	return bleveIndex{x}, err
}

func (b bleveIndex) put(batch []fulltext.Entry, position uint32) error {
	work := b.index.NewBatch()
	for _, e := range batch {
		if err := work.Index(strconv.FormatUint(uint64(store)<<32|uint64(e.Message), 36), map[string]any{"word": strings.Join(e.Words, " ")}); err != nil {
			return err
		}
	}
	work.SetInternal([]byte("position"), binary.LittleEndian.AppendUint32(nil, position))
	return b.index.Batch(work)
}

func (b bleveIndex) find(properties []uint16, words ...string) ([]uint32, error) {
	var all []query.Query
	for _, text := range words {
		d := fulltext.NewBuilder()
		d.Add(0, []byte(text))
		for _, w := range d.Document() {
			if strings.ContainsFunc(w, func(r rune) bool { return r > 0x2E80 }) && len([]rune(w)) == 5 {
				continue // the last character alone is no part of a query
			}
			var any []query.Query
			for _, p := range properties {
				q := bleve.NewPrefixQuery(strconv.FormatUint(uint64(p)|1<<16, 16)[1:] + w[4:])
				q.SetField("word")
				any = append(any, q)
			}
			all = append(all, bleve.NewDisjunctionQuery(any...))
		}
	}
	req := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(all...), math.MaxInt32, 0, false)
	req.Score = "none"
	req.SortBy([]string{"_id"})
	n, err := b.index.DocCount()
	if err != nil {
		return nil, err
	}
	req.Size = int(n)
	found, err := b.index.Search(req)
	if err != nil {
		return nil, err
	}
	var out []uint32
	for _, hit := range found.Hits {
		id, err := strconv.ParseUint(hit.ID, 36, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, uint32(id))
	}
	return out, nil
}

func (b bleveIndex) position() (uint32, error) {
	value, err := b.index.GetInternal([]byte("position"))
	if len(value) < 4 {
		return 0, err
	}
	return binary.LittleEndian.Uint32(value), err
}

func (b bleveIndex) close() error { return b.index.Close() }
