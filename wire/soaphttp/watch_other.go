//go:build !linux

package soaphttp

type watcher struct{}

type peerWatch struct{ never chan struct{} }

// watchPeer cannot tell: the channel is never closed, and a long poll runs to its end.
func (c *conn) watchPeer() <-chan struct{} {
	if m, ok := c.nc.(*memoryConn); ok {
		return m.gone()
	}
	return c.watch.never
}

func (c *conn) endWatch() {}

func (w *watcher) close() {}
