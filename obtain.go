package eip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// The tags by which the helpers find again what they made under a key.
const (
	// KeyTag holds the key.
	KeyTag = "eip-go-key"
	// ItemTag holds the number of an address of AllocateMany, from 0.
	ItemTag = "eip-go-item"
	// ReplacesTag holds the ID of the address that Rotate replaces with this one.
	ReplacesTag = "eip-go-replaces"
)

const (
	maxKeyLength = 128 // of a tag's value, from the SDK metadata
	// maxGenerations is how many addresses of a key, released one after another
	// while the service still knows their tokens, are passed over.
	maxGenerations = 16
)

// mark is what an address is found by: tags and token.
type mark struct {
	key  string // "": no tags, and tokens that nobody can find again
	tags Tags   // the helper's own, that find it
	name string // of the token: the key with what tells apart its addresses
}

func newMark(key string, more Tags) mark {
	m := mark{key: key}
	if key == "" {
		return m
	}
	m.tags = Tags{KeyTag: key}
	maps.Copy(m.tags, more)
	m.name = key
	for _, k := range m.tags.keys() {
		if k != KeyTag {
			m.name += "\n" + k + "=" + m.tags[k]
		}
	}
	return m
}

// request completes a template for one generation.
func (m mark) request(template *AllocateEipAddressRequest, generation int) *AllocateEipAddressRequest {
	r := template.clone()
	if m.key == "" {
		if r.ClientToken == "" {
			r.ClientToken = newToken()
		}
		return r
	}
	if r.Tags == nil {
		r.Tags = Tags{}
	}
	maps.Copy(r.Tags, m.tags)
	r.ClientToken = ClientTokenFor(m.name, generation)
	return r
}

// validTemplate refuses what a helper cannot take back.
func validTemplate(op, key string, generation int, t *AllocateEipAddressRequest) error {
	var v validator
	if t == nil {
		t = new(AllocateEipAddressRequest)
	}
	t.validate(&v)
	if t.InstanceChargeType == InstanceChargeTypePrePaid {
		v.fault("Allocate.InstanceChargeType", "PrePaid", "must not be a subscription: no call can release one if a later step fails")
	}
	if len(key) > maxKeyLength {
		v.fault("Key", shorten(key), "must have at most 128 bytes")
	}
	v.notNegative("Generation", generation)
	if key != "" {
		if t.ClientToken != "" {
			v.fault("Allocate.ClientToken", shorten(t.ClientToken), "must be empty with Key, which the tokens are made from")
		}
		for _, k := range []string{KeyTag, ItemTag, ReplacesTag} {
			if _, ok := t.Tags[k]; ok {
				v.fault("Allocate.Tags", strconv.Quote(k), "is set by the helper")
			}
		}
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}

// found picks the living addresses of a mark, oldest first. One that is being
// released counts no more.
func (c *Client) found(ctx context.Context, m mark) ([]*EipAddress, error) {
	if m.key == "" {
		return nil, nil
	}
	list, err := c.FindEipsByTag(ctx, m.tags)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a *EipAddress) bool { return a.Status == StatusReleasing })
	sortByAge(list)
	return list, nil
}

func sortByAge(list []*EipAddress) {
	slices.SortFunc(list, func(a, b *EipAddress) int {
		return cmp.Or(a.AllocationTime.Compare(b.AllocationTime), cmp.Compare(a.AllocationID, b.AllocationID))
	})
}

// made is what an allocation has come to.
type made struct {
	id, ip  string
	address *EipAddress                // as last seen
	found   bool                       // by its tags: an earlier call has made it
	unknown *AllocateEipAddressRequest // sent, and its outcome is not known
}

// obtain gives the living address of a mark: the one that its tags find, the
// one that its token stands for, or a new one. What it gives with an error may
// exist.
// Of several it takes the one that is bound to the instance.
func (c *Client) obtain(ctx context.Context, m mark, template *AllocateEipAddressRequest, generation int, to Instance) (made, error) {
	list, err := c.found(ctx, m)
	if err != nil {
		return made{}, err
	}
	if len(list) > 1 {
		here := slices.DeleteFunc(slices.Clone(list), func(a *EipAddress) bool {
			return a.Status != StatusInUse || !boundTo(a, to)
		})
		if len(here) != 1 {
			return made{}, ambiguous(m, list)
		}
		list = here
	}
	if len(list) == 1 {
		return made{id: list[0].AllocationID, ip: list[0].IPAddress, address: list[0], found: true}, nil
	}
	for g := generation; g < generation+maxGenerations; g++ {
		out, err := c.allocateOne(ctx, m.request(template, g))
		if err != nil {
			return out, err
		}
		last, err := c.await(ctx, []string{out.id}, goalVisible)
		if err == nil && last[out.id].Status == StatusReleasing {
			if _, err := c.await(ctx, []string{out.id}, goalGone); err != nil {
				return out, err
			}
			continue
		}
		if err == nil {
			out.address = last[out.id]
			return out, nil
		}
		if m.key == "" || !isGone(err) {
			return out, err
		}
		if err := c.confirmGone(ctx, out.id); err != nil {
			return out, err
		}
	}
	return made{}, tooManyGenerations(m, generation)
}

// allocateOne sends one allocation.
func (c *Client) allocateOne(ctx context.Context, req *AllocateEipAddressRequest) (made, error) {
	res, err := c.AllocateEipAddress(ctx, req)
	switch {
	case err != nil && OutcomeUnknown(err):
		return made{unknown: req}, err
	case err != nil:
		return made{}, err
	case res.AllocationID == "":
		return made{}, fmt.Errorf("eip: AllocateEipAddress: the answer has the order %d and no AllocationId (request %s)",
			res.OrderID, res.RequestID)
	}
	return made{id: res.AllocationID, ip: res.EipAddress}, nil
}

// confirmGone asks the service itself whether an address that is missing from
// its lists is gone, by releasing it: if lists are all that it is missing from,
// the next generation would be a second address for the same purpose.
func (c *Client) confirmGone(ctx context.Context, id string) error {
	_, err := c.ReleaseEipAddress(ctx, &ReleaseEipAddressRequest{AllocationID: id})
	switch {
	case errors.Is(err, CodeInvalidAllocationIdNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("eip: %s is in no list, and releasing it says: %w", id, err)
	}
	return fmt.Errorf("eip: %s was in no list for %s, although it was there; it is released now: "+
		"see whether the caller may list addresses", id, DefaultVisibilityGrace)
}

func tooManyGenerations(m mark, generation int) error {
	return fmt.Errorf("eip: the addresses of key %q, generations %d to %d, are all released already: use another key or a higher generation",
		m.key, generation, generation+maxGenerations-1)
}

// ambiguous says that a mark has more than one address.
func ambiguous(m mark, list []*EipAddress) error {
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.AllocationID
	}
	advice := "release the others"
	if slices.ContainsFunc(list, func(a *EipAddress) bool { return slices.Contains(ids, a.Tags[ReplacesTag]) }) {
		advice = "a rotation was begun and not finished, Rotate finishes it"
	}
	return stateError(list[0], fmt.Sprintf("the key %q has more than one address: %s; %s", m.key, shortList(ids), advice))
}
