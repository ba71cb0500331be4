package zenlayertest

import (
	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

func (c *call) associate() (obj, *fake.Refusal) {
	a, ref := c.find("eipId")
	if ref != nil {
		return nil, ref
	}
	id, ref := c.needText("instanceId")
	if ref != nil {
		return nil, ref
	}
	in := c.s.instances[id]
	if in == nil {
		return nil, refuse(zenlayer.CodeInvalidInstanceNotFound, "The instance %s does not exist.", id)
	}
	bound := 0
	for _, other := range c.s.alive {
		if other.GoneAt.IsZero() && other.InstanceID == id {
			bound++
		}
	}
	switch {
	case in.Recycled:
		return nil, refuse(zenlayer.CodeOperationDeniedInstanceRecycled, "The instance is in the recycle bin.")
	case in.Stopped:
		return nil, refuse(zenlayer.CodeOperationDeniedInstanceNotRunning, "The instance is not running.")
	case in.ESXi:
		return nil, refuse(zenlayer.CodeOperationDeniedEipEsxiInstanceAssign, "Instances with ESXi cannot have elastic IPs.")
	case a.Status == recycling || a.Status == recycle:
		return nil, refuse(zenlayer.CodeFailedOperationForRecycleResource, "The elastic IP is in the recycle bin.")
	case a.Status != available:
		return nil, refuse(zenlayer.CodeOperationDeniedEipStatusNotAvailable, "The elastic IP is %s.", a.Status)
	case in.ZoneID != a.ZoneID:
		return nil, refuse(zenlayer.CodeOperationDeniedEipZoneNotSame, "The elastic IP is in another zone than the instance.")
	case in.Limit > 0 && bound >= in.Limit:
		return nil, refuse(zenlayer.CodeOperationDeniedEipInstanceExceedLimit, "The instance has %d elastic IPs.", bound)
	}
	next := associated
	if c.s.failBinding > 0 {
		c.s.failBinding--
		next = available
	}
	a.InstanceID = id
	c.s.move(a, associating, next, c.s.set.bindTime, c.now)
	return nil, nil
}

func (c *call) unassociate() (obj, *fake.Refusal) {
	a, ref := c.find("eipId")
	if ref != nil {
		return nil, ref
	}
	switch a.Status {
	case available:
	case associated:
		c.s.move(a, unassociating, available, c.s.set.bindTime, c.now)
	case recycling, recycle:
		return nil, refuse(zenlayer.CodeFailedOperationForRecycleResource, "The elastic IP is in the recycle bin.")
	default:
		return nil, refuse(zenlayer.CodeOperationDeniedEipStatusNotSupport, "The elastic IP is %s.", a.Status)
	}
	return nil, nil
}

func (c *call) terminate() (obj, *fake.Refusal) {
	a, ref := c.find("eipId")
	if ref != nil {
		return nil, ref
	}
	switch a.Status {
	case recycling, recycle:
		return nil, refuse(zenlayer.CodeOperationDeniedEipRecycled, "The elastic IP is in the recycle bin.")
	case createFailed:
		c.s.balance += a.paid
		a.paid = 0
	case available, associated:
		if a.ChargeType == prepaid {
			return nil, refuse(zenlayer.CodeOperationDeniedEipSubscription, "The elastic IP is a subscription.")
		}
	default:
		return nil, refuse(zenlayer.CodeOperationDeniedEipStatusNotSupport, "The elastic IP is %s.", a.Status)
	}
	c.s.move(a, recycling, recycle, c.s.set.binTime, c.now)
	return nil, nil
}

func (c *call) release() (obj, *fake.Refusal) {
	ids, ref := c.list("eipIds", true)
	if ref != nil {
		return nil, ref
	}
	var list []*address
	for _, id := range ids {
		a := c.s.byID[id]
		switch {
		case a == nil || !c.visible(a):
			return nil, refuse(zenlayer.CodeInvalidEipNotFound, "The elastic IP %s does not exist.", id)
		case a.Status != recycle:
			return nil, refuse(zenlayer.CodeOperationDeniedEipNotRecycled, "The elastic IP %s is %s.", id, a.Status)
		}
		list = append(list, a)
	}
	for _, a := range list {
		if a.GoneAt.IsZero() { // an ID may be there twice
			c.s.drop(a, c.now)
		}
	}
	return nil, nil
}

func (c *call) renew() (obj, *fake.Refusal) {
	a, ref := c.find("eipId")
	if ref != nil {
		return nil, ref
	}
	price := c.s.set.monthly * float64(a.Period)
	switch {
	case a.Status == creating || a.Status == recycling:
		return nil, refuse(zenlayer.CodeOperationDeniedEipStatusNotSupport, "The elastic IP is %s.", a.Status)
	case c.s.balance < price:
		return nil, refuse(codeNoMoney, "The balance is too small.")
	}
	c.s.balance -= price
	a.paid += price
	a.Renewals++
	if a.ChargeType == prepaid {
		a.ExpiresAt = a.ExpiresAt.AddDate(0, a.Period, 0)
	}
	if a.Status == recycle {
		delete(c.s.moving, a)
		a.Status, a.next = available, ""
	}
	return nil, nil
}

func (c *call) modifyGroup() (obj, *fake.Refusal) {
	ids, ref := c.list("eipIds", true)
	if ref != nil {
		return nil, ref
	}
	group, ref := c.needText("resourceGroupId")
	if ref != nil {
		return nil, ref
	}
	if !c.s.groupExists(group) {
		return nil, refuse(zenlayer.CodeOperationFailedResourceGroupNotFound, "The resource group %q does not exist.", group)
	}
	var list []*address
	for _, id := range ids {
		a := c.s.byID[id]
		if a == nil || !c.visible(a) {
			return nil, refuse(zenlayer.CodeOperationFailedResourceNotFound, "The elastic IP %s does not exist.", id)
		}
		if a.Status == creating {
			return nil, refuse(zenlayer.CodeOperationDeniedEipStatusNotSupport, "The elastic IP %s is %s.", id, a.Status)
		}
		list = append(list, a)
	}
	for _, a := range list {
		a.ResourceGroupID = group
	}
	return nil, nil
}
