package queue

import stdheap "container/heap"

// heap is a priority queue from whose middle elements can be taken.
type heap[T comparable] struct {
	less  func(a, b T) bool
	list  []T
	place map[T]int
}

func (h *heap[T]) empty() bool { return len(h.list) == 0 }

func (h *heap[T]) push(v T) { stdheap.Push((*sorter[T])(h), v) }

func (h *heap[T]) pop() T { return stdheap.Pop((*sorter[T])(h)).(T) }

// put is push, or puts an element that is there already into its right place.
func (h *heap[T]) put(v T) {
	if !h.fix(v) {
		h.push(v)
	}
}

// fix puts an element into its right place, and reports whether it is there.
func (h *heap[T]) fix(v T) bool {
	at, ok := h.place[v]
	if ok {
		stdheap.Fix((*sorter[T])(h), at)
	}
	return ok
}

// remove takes an element out, and reports whether it was there.
func (h *heap[T]) remove(v T) bool {
	at, ok := h.place[v]
	if ok {
		stdheap.Remove((*sorter[T])(h), at)
	}
	return ok
}

// sorter is a heap as container/heap wants it.
type sorter[T comparable] heap[T]

// Len implements heap.Interface.
func (s *sorter[T]) Len() int { return len(s.list) }

// Less implements heap.Interface.
func (s *sorter[T]) Less(i, j int) bool { return s.less(s.list[i], s.list[j]) }

// Swap implements heap.Interface.
func (s *sorter[T]) Swap(i, j int) {
	s.list[i], s.list[j] = s.list[j], s.list[i]
	s.place[s.list[i]], s.place[s.list[j]] = i, j
}

// Push implements heap.Interface.
func (s *sorter[T]) Push(v any) {
	if s.place == nil {
		s.place = make(map[T]int)
	}
	s.place[v.(T)] = len(s.list)
	s.list = append(s.list, v.(T))
}

// Pop implements heap.Interface.
func (s *sorter[T]) Pop() any {
	v := s.list[len(s.list)-1]
	var none T
	s.list[len(s.list)-1] = none
	s.list = s.list[:len(s.list)-1]
	delete(s.place, v)
	return v
}
