package adopt

import "testing"

// TestNextLimit: pages of heavy messages get short, never empty, and long again when the messages are light.
func TestNextLimit(t *testing.T) {
	limit := 128
	for range 10 {
		limit = nextLimit(limit, 128, pageWeight+1)
	}
	if limit != 1 {
		t.Errorf("after many heavy pages a page has %d messages", limit)
	}
	if limit = nextLimit(limit, 128, pageWeight/2); limit != 1 {
		t.Errorf("after a page that is just right the next has %d messages", limit)
	}
	for range 10 {
		limit = nextLimit(limit, 128, 0)
	}
	if limit != 128 {
		t.Errorf("after many light pages a page has %d messages", limit)
	}
}
