package eiptest

import (
	"fmt"
	"time"
)

// NLB is the type of a network load balancer. No action binds an address to one
// or unbinds an address from it: the load balancer does so itself, which
// TakeByNLB and FreeByNLB stand for. No document names the value.
const NLB = "NlbInstance"

// TakeByNLB binds an address as a network load balancer does for one of its
// zones. The address has to be Available, and takes its time as with
// AssociateEipAddress. Until FreeByNLB, UnassociateEipAddress is refused with
// IncorrectEipStatus.
func (s *Server) TakeByNLB(id, nlb string) (err error) {
	s.changed(func(v *service, now time.Time) {
		a, in := v.byID[id], v.instances[nlb]
		switch {
		case a == nil:
			err = fmt.Errorf("eiptest: no address %s", id)
		case in == nil || in.Type != NLB:
			err = fmt.Errorf("eiptest: %s is not a network load balancer", nlb)
		case a.Status != Available:
			err = fmt.Errorf("eiptest: %s is %s, not Available", id, a.Status)
		default:
			v.bind(a, nlb, NLB)
			a.Mode, a.VpcID = "NAT", in.VpcID
			v.move(now, a, Associating, v.set.bindTime)
		}
	})
	return err
}

// FreeByNLB unbinds an address as a network load balancer does when it is
// deleted.
func (s *Server) FreeByNLB(id string) (err error) {
	s.changed(func(v *service, now time.Time) {
		a := v.byID[id]
		if a == nil || a.InstanceType != NLB || a.Status != InUse {
			err = fmt.Errorf("eiptest: no network load balancer holds %s", id)
			return
		}
		v.unassociate(a, now)
	})
	return err
}
