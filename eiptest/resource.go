package eiptest

import (
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// resource is what can be tagged, moved to another resource group and protected
// against deletion: an address, a pool, and whatever else has a row in resourceKinds.
type resource struct {
	id        string
	tags      *[]tag
	group     *string
	protected *bool
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

// resourceKind reads the type of the resources that the call is about.
func (c *call) resourceKind() (resourceKind, *fake.Refusal) {
	k, ok := resourceKinds[strings.ToLower(c.p["ResourceType"])]
	if !ok {
		return k, invalid("ResourceType")
	}
	return k, nil
}
