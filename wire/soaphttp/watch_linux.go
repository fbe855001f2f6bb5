package soaphttp

import (
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// watcher tells handlers that wait that their peer has gone. One epoll instance watches
// all their connections for the end alone, so that a waiting connection costs no goroutine
// and its input stays unread.
type watcher struct {
	mu     sync.Mutex
	poll   *os.File // the epoll instance; nil until something is watched
	raw    syscall.RawConn
	closed bool
	nextID uint64
	gone   map[uint64]chan struct{}
}

// peerWatch is a connection's place in its server's watcher.
type peerWatch struct {
	id   uint64 // 0: not watched
	gone chan struct{}
}

const peerGone = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR

// watchPeer starts to watch a connection, once a request.
func (c *conn) watchPeer() <-chan struct{} {
	if m, ok := c.nc.(*memoryConn); ok {
		return m.gone()
	}

	if c.watch.gone == nil {
		c.watch.gone = make(chan struct{})
		c.watch.id = c.srv.watcher.add(socketOf(c.nc), c.watch.gone)
	}
	return c.watch.gone
}

// endWatch must precede the close of the connection, which would let its descriptor be used again.
func (c *conn) endWatch() {
	if c.watch.id != 0 {
		c.srv.watcher.remove(socketOf(c.nc), c.watch.id)
	}
	c.watch = peerWatch{}
}

// socketOf finds the socket below TLS; nil if there is none.
func socketOf(nc net.Conn) syscall.RawConn {
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
	}
	return rawConnOf(nc)
}

// add watches a socket and returns the watch's id, 0 if it cannot be watched.
func (w *watcher) add(socket syscall.RawConn, gone chan struct{}) uint64 {
	if socket == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		close(gone)
		return 0
	}
	if w.poll == nil && !w.start() {
		return 0
	}
	w.nextID++
	id := w.nextID
	event := unix.EpollEvent{Events: peerGone | unix.EPOLLONESHOT, Fd: int32(uint32(id)), Pad: int32(id >> 32)}
	if !w.control(socket, unix.EPOLL_CTL_ADD, &event) {
		return 0
	}
	w.gone[id] = gone
	return id
}

func (w *watcher) remove(socket syscall.RawConn, id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.gone, id)
	if w.poll != nil {
		w.control(socket, unix.EPOLL_CTL_DEL, nil)
	}
}

// control changes the set of watched sockets. w.mu is held and keeps the epoll instance open.
func (w *watcher) control(socket syscall.RawConn, op int, event *unix.EpollEvent) bool {
	ok := false
	err := w.raw.Control(func(epoll uintptr) {
		err := socket.Control(func(fd uintptr) {
			ok = unix.EpollCtl(int(epoll), op, int(fd), event) == nil
		})
		ok = ok && err == nil
	})
	return ok && err == nil
}

// start makes the epoll instance. Its own descriptor is waited on by the runtime's poller,
// so that no thread blocks in it. w.mu is held.
func (w *watcher) start() bool {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return false
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return false
	}
	poll := os.NewFile(uintptr(fd), "epoll")
	raw, err := poll.SyscallConn()
	if err != nil {
		poll.Close()
		return false
	}
	w.poll, w.raw = poll, raw
	w.gone = make(map[uint64]chan struct{})
	go w.run(raw)
	return true
}

// run reports ends until the epoll instance is closed.
func (w *watcher) run(raw syscall.RawConn) {
	events := make([]unix.EpollEvent, 64)
	for {
		n := 0
		err := raw.Read(func(fd uintptr) bool {
			var err error
			for n, err = unix.EpollWait(int(fd), events, 0); err == unix.EINTR; {
				n, err = unix.EpollWait(int(fd), events, 0)
			}
			return n > 0
		})
		if err != nil {
			return
		}
		w.mu.Lock()
		for _, e := range events[:n] {
			id := uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
			if gone, ok := w.gone[id]; ok {
				close(gone)
				delete(w.gone, id)
			}
		}
		w.mu.Unlock()
	}
}

// close reports all connections as gone: the server is about to close them.
func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for id, gone := range w.gone {
		close(gone)
		delete(w.gone, id)
	}
	if w.poll != nil {
		w.poll.Close()
		w.poll = nil
	}
}
