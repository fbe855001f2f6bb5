package session

import (
	"context"
	"testing"
	"testing/synctest"

	"zarafa/mapi"
)

// Large values wait for memory in the order of asking; whoever gives up lets the next ones in, and nothing stays taken.
func TestValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const value = 1 << 20
		v := NewValues(2 * encodings * value)
		entered := make([]bool, 5)
		calls := make([]*Call, 5)
		gaveUp := mapi.OK
		third, cancel := context.WithCancel(t.Context())
		for i, size := range []int64{value, value, 100 * value, value, value} {
			calls[i] = &Call{Context: t.Context(), Values: v}
			if i == 2 {
				calls[i].Context = third
			}
			go func() {
				err := calls[i].TakeValue(size)
				entered[i] = err == nil
				if err != nil {
					gaveUp = mapi.CodeOf(err)
				}
			}()
			synctest.Wait()
		}
		expect := func(held int64, want ...bool) {
			t.Helper()
			synctest.Wait()
			for i := range want {
				if entered[i] != want[i] {
					t.Errorf("call %d is in: %t", i, entered[i])
				}
			}
			if v.held != held*encodings*value {
				t.Errorf("%d bytes are held, want %d values", v.held, held)
			}
		}
		expect(2, true, true, false, false, false)
		calls[0].GiveValues()
		expect(1, true, true, false, false, false) // the large one is next and needs all
		cancel()
		expect(2, true, true, false, true, false)
		if gaveUp != mapi.NotEnoughMemory {
			t.Errorf("who gave up got %v", gaveUp)
		}
		calls[1].GiveValues()
		expect(2, true, true, false, true, true)
		if err := calls[3].TakeValue(value); err != nil || v.held != 3*encodings*value {
			t.Errorf("a second value of a call: %v, %d bytes held", err, v.held)
		}
		if err := calls[3].TakeValue(leastValue - 1); err != nil || v.held != 3*encodings*value {
			t.Errorf("a small value: %v, %d bytes held", err, v.held)
		}
		calls[3].GiveValues()
		calls[4].GiveValues()
		calls[4].GiveValues()
		expect(0)
	})
}
