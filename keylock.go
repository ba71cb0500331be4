package eip

import (
	"context"
	"sync"
)

// keyedLock makes calls that concern the same thing go one after another. It
// holds an entry for a key only while somebody holds or wants it.
//
// It also remembers which addresses the helpers saw go: the service gives the
// same ID again for a token that it still knows, and does not tell that the
// address is gone.
type keyedLock struct {
	mu      sync.Mutex
	entries map[string]*lockEntry
	gone    map[string]struct{}
}

// maxRemembered bounds what is remembered of addresses that are gone. What is
// forgotten costs a wait.
const maxRemembered = 10_000

// saw notes that an address is gone for good.
func (l *keyedLock) saw(gone string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone == nil || len(l.gone) >= maxRemembered {
		l.gone = map[string]struct{}{}
	}
	l.gone[gone] = struct{}{}
}

// hasGone says whether an address is known to be gone.
func (l *keyedLock) hasGone(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, gone := l.gone[id]
	return gone
}

type lockEntry struct {
	turn  chan struct{} // holds one element while the lock is taken
	users int           // those who hold or want it
}

func newKeyedLock() *keyedLock { return &keyedLock{entries: map[string]*lockEntry{}} }

// lock waits for its turn, or for the end of the context. The result gives the
// turn back; it is called once.
func (l *keyedLock) lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := needContext(ctx, "the helper"); err != nil {
		return nil, err
	}
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
