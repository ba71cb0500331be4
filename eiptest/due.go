package eiptest

import (
	"slices"
	"time"
)

// What a dueTask does, besides the transitions of an address, which are named
// after the state that they end.
const (
	fillTask        = "fill-segment"
	dissolveTask    = "dissolve-segment"
	packageTask     = "change-package"
	joinTask        = "join-package"
	leaveTask       = "leave-package"
	deletePoolTask  = "delete-pool"
	addBlockTask    = "add-block"
	deleteBlockTask = "delete-block"
)

// perform carries out a task. What it is about may be gone by now, or on its way
// elsewhere: then nothing happens.
func (s *service) perform(t dueTask, at time.Time) {
	switch t.Do {
	case Associating, Unassociating, Releasing:
		if a := s.byID[t.ID]; a != nil && a.change == t.Change {
			s.arrive(a, t, at)
		}
	case fillTask:
		if g := s.segments[t.ID]; g != nil {
			s.fill(g, at)
		}
	case dissolveTask:
		if g := s.segments[t.ID]; g != nil {
			s.dissolve(g, at)
		}
	case packageTask:
		if p := s.packages[t.ID]; p != nil && p.change == t.Change {
			s.touchPackage(p)
			if p.Status = Available; !t.Back {
				p.Bandwidth = t.Bandwidth
			}
		}
	case joinTask, leaveTask:
		a := s.byID[t.ID]
		switch {
		case a == nil || a.in == nil || a.in.number != t.Number:
		case t.Do == leaveTask || t.Back:
			s.out(a)
		default:
			a.in.status, a.BandwidthPackageID = Binded, a.in.of.ID
			s.touchAddress(a.AllocationID)
			s.touchPackage(a.in.of)
		}
	case deletePoolTask, addBlockTask, deleteBlockTask:
		if p := s.pools[t.ID]; p != nil {
			s.touchPool(p)
			s.performPool(p, t)
		}
	}
}

// arrive ends the transition of an address.
func (s *service) arrive(a *address, t dueTask, at time.Time) {
	s.touchAddress(a.AllocationID)
	switch {
	case t.Back:
		a.Status = t.From
		if t.From == Available {
			s.unbind(a)
		}
	case t.Do == Associating:
		a.Status = InUse
	case t.Do == Unassociating:
		a.Status, a.UnboundAt = Available, at
		s.unbind(a)
	default:
		s.leave(a, at)
	}
}

func (s *service) performPool(p *pool, t dueTask) {
	if t.Do == deletePoolTask {
		if t.Back {
			p.setStatus(Created)
		} else {
			s.leavePool(p)
		}
		return
	}
	i := slices.IndexFunc(p.blocks, func(b *block) bool { return b.seq == t.Number })
	switch {
	case i < 0:
	case (t.Do == addBlockTask) == t.Back:
		s.leaveBlock(p.blocks[i])
	default:
		p.blocks[i].Status = Created
	}
}

// setStatus sets the state of a pool and all its blocks.
func (p *pool) setStatus(status string) {
	p.Status = status
	for _, b := range p.blocks {
		b.Status = status
	}
}
