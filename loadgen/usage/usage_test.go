package usage_test

import (
	"math"
	"os"
	"testing"

	"zarafa/loadgen/usage"
)

func TestSampleThisProcess(t *testing.T) {
	s, err := usage.New([]int32{int32(os.Getpid())})
	if err != nil {
		t.Fatal(err)
	}
	list := s.Sample()
	if len(list) != 1 || list[0].PID != int32(os.Getpid()) || list[0].Name == "" || list[0].Memory < 1<<20 || list[0].CPU < 0 {
		t.Errorf("%+v", list)
	}
}

func TestNoSuchProcess(t *testing.T) {
	if _, err := usage.New([]int32{math.MaxInt32}); err == nil {
		t.Error("a process that does not exist is accepted")
	}
}
