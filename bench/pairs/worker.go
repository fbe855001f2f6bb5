package pairs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"zarafa/bench/suite"
)

// closeWait is how long a worker may take to end.
const closeWait = 20 * time.Second

// worker is a process of package bench/worker.
type worker struct {
	name   string // for messages
	cmd    *exec.Cmd
	in     io.WriteCloser
	orders *json.Encoder
	out    *json.Decoder
	errors bytes.Buffer
	names  []string
}

// errNotHere means that a benchmark does not exist on the database or in the revision.
var errNotHere = errors.New("there is no such benchmark")

// start starts a worker.
func start(ctx context.Context, name, binary string, args []string) (*worker, error) {
	w := &worker{name: name, cmd: exec.CommandContext(ctx, binary, args...)}
	w.cmd.Stderr = &w.errors
	// The environment lies on the stack, whose alignment can be measured: it is the same for all.
	w.cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "TMPDIR=/tmp"}
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	w.in, w.orders, w.out = in, json.NewEncoder(in), json.NewDecoder(out)
	var greeting suite.Answer
	if err := w.out.Decode(&greeting); err != nil {
		return nil, w.fail(err)
	}
	w.names = greeting.Names
	return w, nil
}

// do carries out an order.
func (w *worker) do(o suite.Order) (suite.Cost, error) {
	var a suite.Answer
	if err := w.orders.Encode(o); err != nil {
		return a.Cost, w.fail(err)
	}
	if err := w.out.Decode(&a); err != nil {
		return a.Cost, w.fail(err)
	}
	switch {
	case a.NotHere:
		return a.Cost, errNotHere
	case a.Error != "":
		return a.Cost, fmt.Errorf("%s, benchmark %s: %s", w.name, o.Name, a.Error)
	}
	return a.Cost, nil
}

// fail ends a worker that does not answer, and tells what it said.
func (w *worker) fail(err error) error {
	_ = w.cmd.Process.Kill() // it may be gone already
	_ = w.cmd.Wait()         // killed or gone: the reason is in err and in what it wrote
	return fmt.Errorf("%s: the worker ended: %w: %s", w.name, err, strings.TrimSpace(w.errors.String()))
}

// close ends the worker and waits for it.
func (w *worker) close() error {
	timer := time.AfterFunc(closeWait, func() { _ = w.cmd.Process.Kill() })
	defer timer.Stop()
	if err := errors.Join(w.in.Close(), w.cmd.Wait()); err != nil {
		return fmt.Errorf("%s: %w: %s", w.name, err, strings.TrimSpace(w.errors.String()))
	}
	return nil
}
