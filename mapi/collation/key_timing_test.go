package collation_test

import "testing"

// BenchmarkStringKey makes the sort key of a subject of usual length.
func BenchmarkStringKey(b *testing.B) {
	l := mustLocale(b, "en_US")
	v := str("Re: Quarterly report, second draft")
	var key []byte
	b.ReportAllocs()
	for b.Loop() {
		key = l.AppendKey(key[:0], v, false)
	}
	b.ReportMetric(float64(len(key)), "bytes/key")
}
