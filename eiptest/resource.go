package eiptest

import (
	"slices"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// resource is what can be tagged, moved to another resource group and protected
// against deletion: an address, a pool, and whatever else has a row in resourceKinds.
type resource struct {
	id        string
	tags      *[]tag
	group     *string
	protected *bool // nil for a type that cannot be protected
}

// A resourceKind is one type of resource.
type resourceKind struct {
	// find looks a resource up in the call's region, and refuses one that is not
	// there with the code of its type.
	find func(c *call, id string) (resource, *fake.Refusal)
	// all lists those of the call's region, in order of creation.
	all func(c *call) []resource
}

// resourceKinds are the resource types in lower case: the service takes them in
// any case.
var resourceKinds = map[string]resourceKind{
	"eip": {
		find: func(c *call, id string) (resource, *fake.Refusal) {
			a := c.find(id)
			if ref := c.mine(a); ref != nil {
				return resource{}, ref
			}
			return a.resource(), nil
		},
		all: func(c *call) (all []resource) {
			for _, a := range c.rg.addresses {
				if a.seen(c.now) && a.Owner == "" {
					all = append(all, a.resource())
				}
			}
			return all
		},
	},
	"commonbandwidthpackage": {
		find: func(c *call, id string) (resource, *fake.Refusal) {
			p, ref := c.findPackage(id)
			if ref != nil {
				return resource{}, ref
			}
			return p.resource(), nil
		},
		all: func(c *call) (all []resource) {
			for _, p := range c.s.packageOrder {
				if p.seen(c.now) && p.RegionID == c.region {
					all = append(all, p.resource())
				}
			}
			return all
		},
	},
	"publicipaddresspool": {
		find: func(c *call, id string) (resource, *fake.Refusal) {
			p, ref := c.poolNamed(id)
			if ref != nil {
				return resource{}, ref
			}
			return p.resource(), nil
		},
		all: func(c *call) (all []resource) {
			for _, p := range c.s.poolList {
				if p.in(c.region) {
					all = append(all, p.resource())
				}
			}
			return all
		},
	},
}

func (a *address) resource() resource {
	return resource{a.AllocationID, &a.tags, &a.ResourceGroupID, &a.DeletionProtection}
}

// The names by which two actions call the types of resourceKinds, in lower case.
var (
	movedKinds     = map[string]string{"eip": "eip", "bandwidthpackage": "commonbandwidthpackage", "publicipaddresspool": "publicipaddresspool"}
	protectedKinds = map[string]string{"eip": "eip", "cbwp": "commonbandwidthpackage"}
)

// moveResource serves MoveResourceGroup. The service takes the type in any case.
// No document names its codes; those here are the documented ones that fit.
func moveResource(c *call) (obj, *fake.Refusal) {
	kind, ok := resourceKinds[movedKinds[strings.ToLower(c.p["ResourceType"])]]
	if !ok {
		return nil, invalid("ResourceType")
	}
	r, ref := kind.find(c, c.p["ResourceId"])
	if ref != nil {
		return nil, ref
	}
	if !c.s.hasGroup(c.p["NewResourceGroupId"]) {
		return nil, c.no("InvalidResourceGroupId")
	}
	*r.group = c.p["NewResourceGroupId"]
	return nil, nil
}

// protect serves DeletionProtection. NAT gateways can be bound to here, but not
// protected. No document names its codes, as with MoveResourceGroup.
func protect(c *call) (obj, *fake.Refusal) {
	on, ok := c.p.flag("ProtectionEnable")
	if !ok {
		return nil, invalid("ProtectionEnable")
	}
	kind, ok := resourceKinds[protectedKinds[strings.ToLower(c.p["Type"])]]
	if !ok {
		return nil, invalid("Type")
	}
	r, ref := kind.find(c, c.p["InstanceId"])
	if ref != nil {
		return nil, ref
	}
	if r.protected == nil {
		return nil, invalid("Type")
	}
	*r.protected = on
	return nil, nil
}

// hasGroup reports whether a resource group exists.
func (s *service) hasGroup(id string) bool {
	if len(s.set.groups) > 0 {
		return slices.Contains(s.set.groups, id) || id == defaultGroup
	}
	return strings.HasPrefix(id, "rg-")
}

// resourceKind reads the type of the resources that the call is about.
func (c *call) resourceKind() (resourceKind, *fake.Refusal) {
	k, ok := resourceKinds[strings.ToLower(c.p["ResourceType"])]
	if !ok {
		return k, invalid("ResourceType")
	}
	return k, nil
}
