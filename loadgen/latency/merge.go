package latency

import (
	"errors"
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// encode writes a histogram so that other programs can read it. An empty one is "".
func encode(h *hdrhistogram.Histogram) string {
	if h.TotalCount() == 0 {
		return ""
	}
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "" // it fails for encodings that it does not know
	}
	return string(text)
}

// errForeign is a histogram that no Recorder made.
var errForeign = errors.New("the histogram has other bounds than those of this program; use the same version everywhere")

// decode reads what encode wrote, and checks that it belongs to the summary.
func (s *Summary) decode() (*hdrhistogram.Histogram, error) {
	if s.Count == 0 && s.Histogram == "" {
		return hdrhistogram.New(lowest, highest, digits), nil
	}
	if s.Histogram == "" {
		return nil, fmt.Errorf("%s: there is no histogram; the file was written by an older version, or changed", s.Operation)
	}
	h, err := hdrhistogram.Decode([]byte(s.Histogram))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: histogram: %w", s.Operation, err)
	case h.LowestTrackableValue() != lowest || h.HighestTrackableValue() != highest || h.SignificantFigures() != digits:
		return nil, fmt.Errorf("%s: %w", s.Operation, errForeign)
	case h.TotalCount() != s.Count:
		return nil, fmt.Errorf("%s: the histogram counts %d operations, and not %d; the file was changed", s.Operation, h.TotalCount(), s.Count)
	}
	return h, nil
}

// Merge describes what several generators measured as one: it adds their histograms, since percentiles cannot be added.
// The result has the name of the first. It refuses summaries without their histograms.
func Merge(list ...Summary) (Summary, error) {
	all, errs, count, name := hdrhistogram.New(lowest, highest, digits), make(map[string]int), int64(0), ""
	for i, s := range list {
		if i == 0 {
			name = s.Operation
		}
		h, err := s.decode()
		if err != nil {
			return Summary{}, err
		}
		if count > math.MaxInt64-s.Count {
			return Summary{}, fmt.Errorf("%s: more operations than there are numbers; the file was changed", s.Operation)
		}
		count += s.Count
		all.Merge(h)
		for kind, n := range s.Errors {
			if n < 0 || int64(n) > s.Count || int64(errs[kind]) > count {
				return Summary{}, fmt.Errorf("%s: %d errors among %d operations; the file was changed", s.Operation, n, s.Count)
			}
			errs[kind] += n
		}
	}
	merged := summarize(name, all)
	if len(errs) > 0 {
		merged.Errors = errs
	}
	return merged, nil
}
