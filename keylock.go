package eip

import (
	"context"
	"sync"
)

// keyedLock makes calls that concern the same thing go one after another. It
// holds an entry for a key only while somebody holds or wants it.
type keyedLock struct {
	mu      sync.Mutex
	entries map[string]*lockEntry
}

type lockEntry struct {
	turn  chan struct{} // holds one element while the lock is taken
	users int           // those who hold or want it
}

func newKeyedLock() *keyedLock { return &keyedLock{entries: map[string]*lockEntry{}} }

// lock waits for its turn, or for the end of the context. The result gives the
// turn back; it is called once.
func (l *keyedLock) lock(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	e := l.entries[key]
	if e == nil {
		e = &lockEntry{turn: make(chan struct{}, 1)}
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

func (l *keyedLock) leave(key string, e *lockEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(l.entries, key)
	}
}
