package transport

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// gateWidth is how many calls of one action may be under way while a
	// throttled action recovers. One call after another reaches any limit per
	// minute soon enough; a crowd only collects refusals.
	gateWidth = 8
	// countingTime is the time over which the service counts calls.
	countingTime = time.Minute
	// gateCalm is how long an action must go unrefused before its gate stands
	// wide open again.
	gateCalm = countingTime
	// The waits between two probes when the service gives no hint.
	probeMin = 500 * time.Millisecond
	probeMax = 10 * time.Second
)

// gate holds back the calls of one action while the service throttles it.
// Whoever is told to wait closes it for all; when the wait is over one call
// goes ahead as a probe, and each success lets more through. Calls pass in the
// order in which they first came, so that one that has been refused keeps its
// place.
type gate struct {
	mu       sync.Mutex
	until    time.Time // closed until then
	calmAt   time.Time // wide open from then on, if nothing is refused
	width    int       // calls that may be under way; 0 means any number
	inside   int       // calls under way that count against width
	strikes  int       // refusals in a row
	since    time.Time // the first of them
	refusal  error     // the answer that closed the gate
	nextSeat uint64
	queue    []*seat // sorted by number
}

// seat is a call's place in the order.
type seat struct {
	number  uint64
	ready   chan struct{} // closed when the call may look again
	counted bool
}

// enter waits until the call may send. It returns at once, with the answer
// that closed the gate, if the context would be over before the gate opens.
func (g *gate) enter(ctx context.Context, s *seat) (refusal error, err error) {
	g.mu.Lock()
	if s.number == 0 {
		g.nextSeat++
		s.number = g.nextSeat
	}
	if g.width == 0 {
		g.mu.Unlock()
		return nil, nil
	}
	g.insert(s)
	for {
		now := time.Now()
		if g.width > 0 && now.After(g.calmAt) && g.until.Before(now) {
			g.width, g.strikes, g.refusal = 0, 0, nil
			g.wakeAll()
		}
		closed := g.until.Sub(now)
		first := len(g.queue) > 0 && g.queue[0] == s
		if g.width == 0 || (closed <= 0 && first && g.inside < g.width) {
			if g.width > 0 {
				g.inside++
				s.counted = true
			}
			g.remove(s)
			g.wakeFirst()
			g.mu.Unlock()
			return nil, nil
		}
		if deadline, ok := ctx.Deadline(); ok && closed > 0 && now.Add(closed).After(deadline) {
			refusal = g.refusal
			g.remove(s)
			g.wakeFirst()
			g.mu.Unlock()
			return refusal, &DeadlineError{Wait: closed}
		}
		s.ready = make(chan struct{})
		ready := s.ready
		g.mu.Unlock()

		// Only the first in line watches the clock; the others are woken.
		var alarm <-chan time.Time
		var timer *time.Timer
		if first && closed > 0 {
			timer = time.NewTimer(closed)
			alarm = timer.C
		}
		select {
		case <-ready:
		case <-alarm:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if timer != nil {
			timer.Stop()
		}
		g.mu.Lock()
		if err != nil {
			refusal = g.refusal
			g.remove(s)
			g.wakeFirst()
			g.mu.Unlock()
			return refusal, err
		}
	}
}

// leave tells the gate how the call ended: throttled for at least hint
// (0: no hint), or answered in any other way.
func (g *gate) leave(s *seat, throttled bool, hint time.Duration, refusal error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.counted {
		g.inside--
		s.counted = false
	}
	now := time.Now()
	switch {
	case throttled:
		if !now.Before(g.until) { // a crowd refused together counts once
			if g.strikes == 0 {
				g.since = now
			}
			g.strikes++
			wait := hint
			if wait <= 0 {
				wait = jittered(probeMin, probeMax, g.strikes-1)
				// By then the minute that was used up is over: one probe is sure to
				// come at that moment, while the first callers still have patience.
				if turn := g.since.Add(countingTime).Sub(now); turn > 0 {
					wait = min(wait, turn)
				}
			}
			g.until = now.Add(wait)
		} else if hint > 0 && now.Add(hint).After(g.until) {
			g.until = now.Add(hint)
		}
		g.width = 1
		g.refusal = refusal
		g.calmAt = g.until.Add(gateCalm)
	case g.width > 0 && !now.Before(g.until):
		g.strikes = 0
		g.width = min(g.width*2, gateWidth)
	}
	g.wakeFirst()
}

func (g *gate) insert(s *seat) {
	i := len(g.queue)
	for i > 0 && g.queue[i-1].number > s.number {
		i--
	}
	g.queue = append(g.queue, nil)
	copy(g.queue[i+1:], g.queue[i:])
	g.queue[i] = s
}

func (g *gate) remove(s *seat) {
	for i, q := range g.queue {
		if q == s {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			return
		}
	}
}

func (g *gate) wakeFirst() {
	if len(g.queue) > 0 {
		g.queue[0].wake()
	}
}

func (g *gate) wakeAll() {
	for _, s := range g.queue {
		s.wake()
	}
}

func (s *seat) wake() {
	if s.ready != nil {
		close(s.ready)
		s.ready = nil
	}
}

// jittered grows from lowest to highest by powers of two, and takes a random
// point in the upper half, so that callers spread out without any of them
// coming back at once.
func jittered(lowest, highest time.Duration, n int) time.Duration {
	d := ceiling(lowest, highest, n)
	return d/2 + rand.N(d/2+1)
}

// fullJitter takes a random point between 0 and the grown wait.
func fullJitter(lowest, highest time.Duration, n int) time.Duration {
	return rand.N(ceiling(lowest, highest, n) + 1)
}

func ceiling(lowest, highest time.Duration, n int) time.Duration {
	d := lowest
	for ; n > 0 && d < highest; n-- {
		d *= 2
	}
	return min(d, highest)
}

// gates holds the gate of each action.
type gates struct {
	mu sync.RWMutex
	by map[string]*gate
}

func (g *gates) of(action string) *gate {
	g.mu.RLock()
	found := g.by[action]
	g.mu.RUnlock()
	if found != nil {
		return found
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if found = g.by[action]; found == nil {
		if g.by == nil {
			g.by = make(map[string]*gate)
		}
		found = &gate{}
		g.by[action] = found
	}
	return found
}
