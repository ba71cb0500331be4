package eiptest

import (
	"hash/fnv"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// nonces remembers nonces in two generations, so that forgetting costs nothing.
type nonces struct {
	mu       sync.Mutex
	cur, old map[string]struct{}
	turn     time.Time
}

func (n *nonces) fresh(nonce string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cur == nil || now.Sub(n.turn) >= nonceLife {
		n.old, n.cur, n.turn = n.cur, map[string]struct{}{}, now
	}
	_, a := n.cur[nonce]
	_, b := n.old[nonce]
	if a || b {
		return false
	}
	n.cur[nonce] = struct{}{}
	return true
}

// done is what a ClientToken stands for: one request and its answer.
type done struct {
	key   string
	print uint64
	at    time.Time
	body  obj
	ref   *fake.Refusal
}

// tokens is the idempotency memory. The service's mutex guards it.
type tokens struct {
	byKey map[string]*done
	queue []*done // by age, since every token lives equally long
}

// fingerprint identifies what a request asks for: every parameter but the
// envelope's.
func (t *tokens) fingerprint(p params) uint64 {
	names := make([]string, 0, len(p))
	for k := range p {
		if !common[k] {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	h := fnv.New64a() // a restart has to know the prints of before
	for _, k := range names {
		io.WriteString(h, k+"\x00"+p[k]+"\x00")
	}
	return h.Sum64()
}

func (t *tokens) find(key string, now time.Time, life time.Duration) *done {
	for len(t.queue) > 0 && now.Sub(t.queue[0].at) >= life {
		if old := t.queue[0]; t.byKey[old.key] == old {
			delete(t.byKey, old.key)
		}
		t.queue = t.queue[1:]
	}
	return t.byKey[key]
}

func (t *tokens) keep(d *done) {
	t.byKey[d.key] = d
	t.queue = append(t.queue, d)
}

// validToken is the documented form: 1 to 64 ASCII characters.
func validToken(s string) bool {
	if len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
