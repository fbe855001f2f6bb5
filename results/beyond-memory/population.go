package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"

	"zarafa/mapi"
)

// folder is one that mail arrives in.
type folder struct {
	Store, Root, ID uint32
	GUID            mapi.GUID
	Key             []byte // source key
	Messages        int
	Filled          []uint32 `json:",omitempty"` // ids of the messages, of folders that are measured
	Measured        bool
}

// population is what is in the database.
type population struct {
	Folders  []*folder
	Messages int
	MIME     int64 // bytes of the mails as they came
	Sample   []uint32
}

// sizes are how many messages the folders of the full form have, divided by scale. Those that are measured keep their size as long
// as they are not more than half of all mail.
func sizes(scale int) (list []int, measured []bool) {
	total, boxes := 5_000_000/scale, max(5000/scale, 20)
	add := func(n, times int) {
		for range times {
			list, measured = append(list, n), append(measured, true)
			total -= n
		}
	}
	switch {
	case scale <= 3:
		add(1_000_000, 1)
		add(200_000, 5)
	case scale <= 12:
		add(200_000, 1)
	default:
		add(total*2/5, 1) // instead of 200,000
	}
	add(20_000, min(2, total/100_000+1))
	add(1_000, 5)
	// The rest is spread unevenly, as mail is: the mailbox in the middle has half of the mean.
	rng := rand.New(rand.NewPCG(1, 2))
	weights, sum := make([]float64, boxes), 0.0
	for i := range weights {
		weights[i] = rng.ExpFloat64() + 0.05
		sum += weights[i]
	}
	for _, w := range weights {
		list, measured = append(list, max(1, int(w/sum*float64(total)))), append(measured, false)
	}
	return list, measured
}

// arrivals is the order in which mail comes: at each moment anywhere, in proportion to what a folder gets in all.
func arrivals(folders []*folder) []int32 {
	var list []int32
	for i, f := range folders {
		for range f.Messages {
			list = append(list, int32(i))
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
	return list
}

func (p *population) write(path string) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

func readPopulation(path string) (*population, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &population{}
	return p, json.Unmarshal(b, p)
}
