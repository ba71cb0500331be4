package transport

import (
	"context"
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
	told     time.Time // what the service's hint said, however far away
	passed   time.Time // when a call last got through and was not refused
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
	number uint64
	// patience is how long the call waits at the gate while nothing gets through.
	patience time.Duration
	ready    chan struct{} // closed when the call may look again
	counted  bool
}

// HeldBackError says that a call was not sent, because the service throttles
// its action and nothing got through for as long as the call had patience.
type HeldBackError struct {
	// Wait is how long the service asked to wait, from now; 0 if it did not say.
	Wait time.Duration
}

func (e *HeldBackError) Error() string {
	return "held back, because the service throttles this action"
}

// enter waits until the call may send. It gives up, with the answer that closed
// the gate, when the context ends (at once, if that comes before the gate can
// open), at end (if that is not zero), and when the call's patience ends: that
// of a call which has not been refused itself starts anew whenever another one
// gets through.
func (g *gate) enter(ctx context.Context, s *seat, end time.Time) (refusal error, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.number == 0 {
		g.nextSeat++
		s.number = g.nextSeat
	}
	if g.width == 0 {
		return nil, nil
	}
	g.insert(s)
	defer func() {
		g.remove(s)
		g.wakeFirst()
	}()
	began := time.Now()
	for {
		now := time.Now()
		if g.width > 0 && now.After(g.calmAt) && g.until.Before(now) {
			g.width, g.strikes, g.refusal = 0, 0, nil
			g.wakeAll()
		}
		if g.width == 0 {
			return nil, nil
		}
		closed := g.until.Sub(now)
		first := g.queue[0] == s
		if closed <= 0 && first && g.inside < g.width {
			g.inside++
			s.counted = true
			return nil, nil
		}
		limit := end
		if limit.IsZero() {
			limit = later(began, g.passed).Add(s.patience)
		}
		told := max(g.told.Sub(now), 0)
		if !now.Before(limit) || closed > 0 && now.Add(told).After(limit) {
			return g.refusal, &HeldBackError{Wait: told}
		}
		if deadline, ok := ctx.Deadline(); ok && closed > 0 && now.Add(closed).After(deadline) {
			return g.refusal, &DeadlineError{Wait: closed}
		}
		// The first in line goes when the gate opens, everybody when patience ends
		// or the minute of calm is over; otherwise they are woken.
		next := limit
		if first && closed > 0 {
			next = earlier(next, g.until)
		} else if first {
			next = earlier(next, g.calmAt.Add(1))
		}
		s.ready = make(chan struct{})
		ready, timer := s.ready, time.NewTimer(next.Sub(now))
		g.mu.Unlock()
		select {
		case <-ready:
		case <-timer.C:
		case <-ctx.Done():
			err = ctx.Err()
		}
		timer.Stop()
		g.mu.Lock()
		if err != nil {
			return g.refusal, err
		}
	}
}

// leave tells the gate how an attempt ended: throttled for at least hint (0: no
// hint), done, or in any other way.
func (g *gate) leave(s *seat, end passage, hint time.Duration, refusal error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.counted {
		g.inside--
		s.counted = false
	}
	now := time.Now()
	switch {
	case end == throttled:
		if !now.Before(g.until) { // a crowd refused together counts once
			g.close(now, hint, s.patience)
		} else if hint > 0 {
			g.until = later(g.until, now.Add(min(hint, s.patience)))
			g.told = later(g.told, now.Add(hint))
		}
		g.width = 1
		g.refusal = refusal
		g.calmAt = g.until.Add(gateCalm)
	case end == served:
		g.passed = now
		if g.width > 0 && !now.Before(g.until) {
			g.strikes = 0
			g.width = min(g.width*2, gateWidth)
		}
	}
	g.wakeFirst()
}

// close shuts the gate for as long as the hint says, or a growing time.
func (g *gate) close(now time.Time, hint, patience time.Duration) {
	if g.strikes == 0 {
		g.since = now
	}
	g.strikes++
	wait := hint
	switch {
	case hint <= 0:
		wait = jittered(probeMin, probeMax, g.strikes-1)
		// By then the minute that was used up is over: one probe is sure to come
		// at that moment, while the first callers still have patience.
		if turn := g.since.Add(countingTime).Sub(now); turn > 0 {
			wait = min(wait, turn)
		}
	case g.strikes > 1:
		// A hint that was wrong is not followed at its own pace.
		wait = max(hint, jittered(probeMin, probeMax, g.strikes-2))
	}
	g.told = now.Add(wait)
	// However long the hint, somebody asks again before everybody's patience is
	// at its end.
	g.until = now.Add(min(wait, max(patience, probeMin)))
}

// passage is how an attempt ended, as far as the gate is concerned.
type passage uint8

const (
	otherwise passage = iota
	throttled
	served
)

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
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
		found = new(gate)
		g.by[action] = found
	}
	return found
}
