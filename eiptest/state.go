package eiptest

import (
	"container/heap"
	"net/netip"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// The states of an address, and of a segment, on the wire.
const (
	Associating   = "Associating"
	Unassociating = "Unassociating"
	InUse         = "InUse"
	Available     = "Available"
	Releasing     = "Releasing"
	Allocating    = "Allocating" // segments only
	Allocated     = "Allocated"  // segments only
)

// address is one elastic IP, from its creation on.
type address struct {
	Address
	tags    []tag
	block   *block    // of the pool that it was taken from, nil if none
	number  uint64    // order of creation
	visible time.Time // not found before
	change  uint64    // counts state changes, so that an overtaken transition does nothing
	hidden  bool
	gone    bool
	in      *member // of a bandwidth package

	instanceRegion string // of what it is bound to
	namedPrivate   bool   // PrivateIPAddress was named by the call that bound it
	namedVPC       bool   // likewise VpcID
}

func (a *address) seen(now time.Time) bool { return !a.gone && !a.hidden && !now.Before(a.visible) }

// inTransition reports whether the address is on its way to another state.
func (a *address) inTransition() bool {
	return a.Status == Associating || a.Status == Unassociating || a.Status == Releasing
}

// segment is a contiguous group of addresses.
type segment struct {
	Segment
	first   netip.Addr
	size    int
	charge  Address // what the members have in common
	members []*address
	gone    bool
}

// order is a subscription that is not paid yet.
type order struct {
	id   int64
	call *call
	ask  *wanted
}

// dueItem is something that happens at a time.
type dueItem struct {
	at   time.Time
	seq  uint64
	task dueTask
}

type dueQueue struct {
	items []dueItem
	seq   uint64
}

func (q *dueQueue) Len() int { return len(q.items) }
func (q *dueQueue) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.seq < b.seq
}
func (q *dueQueue) Swap(i, j int) { q.items[i], q.items[j] = q.items[j], q.items[i] }
func (q *dueQueue) Push(x any)    { q.items = append(q.items, x.(dueItem)) }
func (q *dueQueue) Pop() any {
	last := len(q.items) - 1
	it := q.items[last]
	q.items[last] = dueItem{}
	q.items = q.items[:last]
	return it
}

// after has a task done once d has passed, at once if d is not positive.
func (s *service) after(now time.Time, d time.Duration, task dueTask) {
	if d <= 0 {
		s.perform(task, now)
		return
	}
	s.due.seq++
	heap.Push(&s.due, dueItem{now.Add(d), s.due.seq, task})
	s.touch(dirtyID{kind: dueKind, number: s.due.seq})
}

// advance carries out everything that is due.
func (s *service) advance(now time.Time) {
	for s.due.Len() > 0 && !now.Before(s.due.items[0].at) {
		it := heap.Pop(&s.due).(dueItem)
		s.touch(dirtyID{kind: dueKind, number: it.seq})
		s.perform(it.task, it.at)
	}
}

// move puts the address on its way: through a state, after d to the end of it, or
// back to where it began if a failure of that state was asked for.
func (s *service) move(now time.Time, a *address, through string, d time.Duration) {
	task := dueTask{Do: through, ID: a.AllocationID, From: a.Status, Back: s.fails(through)}
	a.Status = through
	a.change++
	task.Change = a.change
	s.touchAddress(a.AllocationID)
	s.after(now, d, task)
}

// find looks an address up as an action sees it: by ID, in the region if the
// call names one, and only once it is visible.
func (c *call) find(id string) *address {
	a := c.s.byID[id]
	c.uses(dirtyID{kind: addressKind, id: id})
	if a == nil || !a.seen(c.now) || c.p["RegionId"] != "" && a.RegionID != c.region {
		return nil
	}
	return a
}

// mine refuses an address that is not there or belongs to somebody else.
func (c *call) mine(a *address) *fake.Refusal {
	switch {
	case a == nil:
		return c.no("InvalidAllocationId.NotFound")
	case a.Owner != "":
		return c.foreign()
	}
	return nil
}

// foreign refuses an address of somebody else with the code that the table of the
// action has for it. ModifyEipAddressAttribute has none there, and does not find the
// address. Actions without a table answer as AssociateEipAddress does.
func (c *call) foreign() *fake.Refusal {
	switch c.action {
	case "ModifyEipAddressAttribute":
		return c.noWhere("InvalidAllocationId.NotFound", "..")
	case "DescribeEipMonitorData":
		return c.no("InvalidInstanceId.NotFound")
	}
	return c.noWhere("Forbbiden", "owener")
}

// wrongState refuses an operation that the address's state does not allow.
func (c *call) wrongState(a *address) *fake.Refusal {
	if a.inTransition() && c.s.set.conflict != "" {
		return c.no(c.s.set.conflict)
	}
	return c.no("IncorrectEipStatus")
}

// bind notes which instance an address is on, or is going to.
func (s *service) bind(a *address, instance, kind string) {
	a.InstanceID, a.InstanceType, a.instanceRegion = instance, kind, a.RegionID
	if in := s.instances[instance]; in != nil {
		a.instanceRegion = s.regionOf(in)
	}
	s.touchAddress(a.AllocationID)
	s.bound[instance] = append(s.bound[instance], a)
}

func (s *service) unbind(a *address) {
	all := s.bound[a.InstanceID]
	for i, b := range all {
		if b == a {
			all = append(all[:i:i], all[i+1:]...)
			break
		}
	}
	if len(all) == 0 {
		delete(s.bound, a.InstanceID)
	} else {
		s.bound[a.InstanceID] = all
	}
	a.InstanceID, a.InstanceType, a.Mode, a.PrivateIPAddress, a.VpcID = "", "", "", "", ""
	a.instanceRegion, a.namedPrivate, a.namedVPC = "", false, false
	s.touchAddress(a.AllocationID)
}

// enter puts a new address into the books.
func (s *service) enter(a *address, now time.Time) {
	a.CreatedAt, a.Status, a.visible = now, Available, now.Add(s.set.visibleAfter)
	s.byID[a.AllocationID] = a
	s.byIP[a.IPAddress] = a
	s.madeSeq++
	a.number = s.madeSeq
	s.made = append(s.made, a)
	s.touchAddress(a.AllocationID)
	if a.SegmentID == "" {
		s.alive++
	}
	if rg := s.regions[a.RegionID]; rg != nil {
		rg.addresses = append(rg.addresses, a)
	}
}

// leave takes an address out of the books and remembers who had it.
func (s *service) leave(a *address, now time.Time) {
	if a.gone {
		return
	}
	if a.InstanceID != "" {
		s.unbind(a)
	}
	s.out(a)
	s.touchAddress(a.AllocationID)
	a.gone, a.ReleasedAt, a.Status = true, now, ""
	delete(s.byID, a.AllocationID)
	delete(s.byIP, a.IPAddress)
	s.giveBack(a)
	a.GlobalAccelerationID = ""
	if a.SegmentID == "" {
		s.alive--
		s.past[a.IPAddress], s.pastByID[a.AllocationID] = a, a
		s.pastQueue = append(s.pastQueue, a)
	}
	rg := s.regions[a.RegionID]
	if rg == nil {
		return
	}
	if rg.stock >= 0 && a.SegmentID == "" && a.block == nil {
		rg.stock++
	}
	if rg.gone++; rg.gone > 32 && rg.gone > len(rg.addresses)/2 {
		kept := make([]*address, 0, len(rg.addresses)-rg.gone)
		for _, b := range rg.addresses {
			if !b.gone {
				kept = append(kept, b)
			}
		}
		rg.addresses, rg.gone = kept, 0
	}
}

// network hands out addresses of 198.18.0.0/15, the range for benchmarks,
// which no router on the internet forwards: the lower half one by one, the
// upper half in blocks.
type network struct {
	next, nextBlock int
	freeBlocks      map[int][]netip.Addr
}

const halfNetwork = 1 << 16

func nth(second byte, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{198, second, byte(n >> 8), byte(n)})
}

// single takes the next address that nobody has or had; when all were used,
// the one that was released longest ago.
func (s *service) single() (string, bool) {
	for s.net.next < halfNetwork {
		n := s.net.next
		s.net.next++
		if n&0xff == 0 || n&0xff == 0xff || n&0xff == 1 {
			continue // network, broadcast, gateway
		}
		if ip := nth(18, n).String(); s.byIP[ip] == nil && s.past[ip] == nil {
			return ip, true
		}
	}
	for len(s.pastQueue) > 0 {
		a := s.pastQueue[0]
		s.pastQueue = s.pastQueue[1:]
		if a.block == nil && s.past[a.IPAddress] == a && s.byIP[a.IPAddress] == nil {
			s.forget(a)
			return a.IPAddress, true
		}
	}
	return "", false
}

func (s *service) forget(a *address) {
	s.touchAddress(a.AllocationID)
	if s.past[a.IPAddress] == a {
		delete(s.past, a.IPAddress)
	}
	if s.pastByID[a.AllocationID] == a {
		delete(s.pastByID, a.AllocationID)
	}
}

// block takes size addresses in a row.
func (n *network) block(size int) (netip.Addr, bool) {
	if free := n.freeBlocks[size]; len(free) > 0 {
		n.freeBlocks[size] = free[:len(free)-1]
		return free[len(free)-1], true
	}
	start := (n.nextBlock + size - 1) / size * size
	if start+size > halfNetwork {
		return netip.Addr{}, false
	}
	n.nextBlock = start + size
	return nth(19, start), true
}

func (n *network) free(first netip.Addr, size int) {
	if n.freeBlocks == nil {
		n.freeBlocks = map[int][]netip.Addr{}
	}
	n.freeBlocks[size] = append(n.freeBlocks[size], first)
}
