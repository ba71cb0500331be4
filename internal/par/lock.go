package par

import (
	"context"
	"sync"
)

// A Lock makes calls that concern the same key go one after another. The zero
// value is ready. It holds an entry for a key only while somebody holds or wants it.
type Lock struct {
	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	turn  chan struct{} // holds one element while the lock is taken
	users int           // those who hold or want it
}

// Of waits for the turn of a key, or for the end of the context. The result gives the
// turn back; it is called once.
func (l *Lock) Of(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	if l.entries == nil {
		l.entries = map[string]*entry{}
	}
	e := l.entries[key]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		l.entries[key] = e
	}
	e.users++
	l.mu.Unlock()
	select {
	case e.turn <- struct{}{}:
		return func() {
			<-e.turn
			l.leave(key, e)
		}, nil
	case <-ctx.Done():
		l.leave(key, e)
		return nil, context.Cause(ctx)
	}
}

func (l *Lock) leave(key string, e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(l.entries, key)
	}
}
