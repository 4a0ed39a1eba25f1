package gossip

import "sync"

// queue delivers events in order from one goroutine; those who post never wait.
type queue struct {
	mu      sync.Mutex
	pending []Event
	wake    chan struct{}
	done    chan struct{}
	deliver func([]Event)
}

func newQueue(deliver func([]Event)) *queue {
	return &queue{wake: make(chan struct{}, 1), done: make(chan struct{}), deliver: deliver}
}

func (q *queue) post(e Event) {
	q.mu.Lock()
	q.pending = append(q.pending, e)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) run(running *sync.WaitGroup) {
	defer running.Done()
	for {
		select {
		case <-q.done:
			return
		case <-q.wake:
		}
		q.mu.Lock()
		batch := q.pending
		q.pending = nil
		q.mu.Unlock()
		if len(batch) > 0 {
			q.deliver(batch)
		}
	}
}

func (q *queue) close() { close(q.done) }
