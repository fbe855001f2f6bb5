package ics_test

import (
	"bytes"
	"testing"

	"zarafa/mapi"
)

// Messages that a recorded server exported are imported and exported again: every object, property, value and the order of
// properties come out as they went in, but for the id that this server counts itself.
func TestRecordedMessagesComeBack(t *testing.T) {
	b := newBench(t)
	for name, stream := range recordedStreams(t) {
		message := b.importNew(stream, 1)
		want, got := events(t, stream), events(t, b.stream(message, 0))
		if len(got) != len(want) {
			t.Errorf("%s: %d objects, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			w, g := &want[i], &got[i]
			if g.Kind != w.Kind || g.Type != w.Type || g.Depth != w.Depth || !bytes.Equal(g.data, w.data) || len(g.props) != len(w.props) {
				t.Errorf("%s: object %d: %+v\nwant %+v", name, i, g, w)
				continue
			}
			for j := range w.props {
				wp, gp := w.props[j], g.props[j]
				if wp.Tag == mapi.PrECIMAPID && gp.Tag == wp.Tag {
					continue
				}
				if gp.Tag != wp.Tag || !gp.PropValue.Equal(wp.PropValue) {
					t.Errorf("%s: object %d: %+v, want %+v", name, i, gp, wp)
				}
			}
		}
		b.Delete(b.alice.User, mapi.DelHard, message) // another recording has a later state of the same message
	}
}
