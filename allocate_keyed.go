package eip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
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
	// maxGenerations is how many addresses of a key that this client has seen
	// go, while the service still knows their tokens, are passed over.
	maxGenerations = 100
	// clockTolerance is how much later than the service's clock the local one
	// may be before an address of this call is taken for an older one.
	clockTolerance = 10 * time.Second
)

// mark is what an address is found by: tags and token.
type mark struct {
	key  string // "": no tags, and tokens that nobody can find again
	tags Tags   // the helper's own, that find it
	name string // of the token: the key with what tells apart its addresses
}

// newMark makes the mark of a key in a region. The region is in the token's name
// because a service may keep the tokens of all regions together.
func newMark(region, key string, more Tags) mark {
	m := mark{key: key}
	if key == "" {
		return m
	}
	m.tags = Tags{KeyTag: key}
	maps.Copy(m.tags, more)
	m.name = region + "\n" + key
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

// validTemplate refuses what a helper cannot take back or cannot see.
func (c *Client) validTemplate(op, key string, generation int, t *AllocateEipAddressRequest) error {
	var v validator
	if t == nil {
		t = new(AllocateEipAddressRequest)
	}
	v.request(t)
	v.inRegion("Allocate.", c.regionID, t)
	if t.InstanceChargeType == InstanceChargeTypePrePaid {
		v.fault("Allocate.InstanceChargeType", "PrePaid", "must not be a subscription: no call can release one if a later step fails")
	}
	v.key(key)
	v.notNegative("Generation", generation)
	if key != "" {
		if t.ClientToken != "" {
			v.fault("Allocate.ClientToken", shorten(t.ClientToken), "must be empty with Key, which the tokens are made from")
		}
		own := []string{KeyTag, ItemTag, ReplacesTag}
		for _, k := range own {
			if _, ok := t.Tags[k]; ok {
				v.fault("Allocate.Tags", strconv.Quote(k), "is set by the helper")
			}
		}
		if n := len(t.Tags) + 2; n > maxTags && len(t.Tags) <= maxTags {
			v.fault("Allocate.Tags", strconv.Itoa(len(t.Tags))+" tags", "must have at most 18 tags: with Key the helper adds up to 2 of its own, "+
				strings.Join(own, ", "))
		}
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}

// key wants a key that can stand in a tag, and in the name of a token.
func (v *validator) key(key string) {
	if len(key) > maxKeyLength {
		v.fault("Key", shorten(key), "must have at most 128 bytes")
	}
	if strings.ContainsFunc(key, unicode.IsControl) {
		v.fault("Key", shorten(key), "must not contain control characters")
	}
}

// inRegion wants an allocation in the client's own region: the helpers look
// nowhere else, and would take an address of another region for gone.
func (v *validator) inRegion(field, region string, t *AllocateEipAddressRequest) {
	if r := t.RegionID; r != "" && r != region {
		v.fault(field+"RegionID", shorten(r), "must be the client's region ("+region+"): use a client of that region")
	}
	for _, r := range t.Extra["RegionId"] {
		if r != region {
			v.fault(field+"Extra[RegionId]", shorten(r), "must be the client's region ("+region+"): use a client of that region")
		}
	}
}

// found picks the living addresses of a mark, oldest first. One that is being
// released counts no more. Since what it does not find is bought, it must be sure.
func (c *Client) found(ctx context.Context, m mark) ([]*EipAddress, error) {
	if m.key == "" {
		return nil, nil
	}
	list, err := c.collect(ctx, withTags(m.tags), true)
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
	denied  bool                       // no list has it, and ReleaseEipAddress knows nothing of it
	joined  bool                       // the helper may have added it to a bandwidth package
	unknown *AllocateEipAddressRequest // sent, its outcome is not known, and sending this settles it
}

// take gives the living address that a mark's tags find, if there is one. Of
// several it takes the one that is bound to the instance.
func (c *Client) take(ctx context.Context, m mark, to Instance) (made, error) {
	list, err := c.found(ctx, m)
	if err != nil {
		return made{}, err
	}
	if _, many := m.tags[ItemTag]; !many { // AllocateMany has the same key
		list = slices.DeleteFunc(list, func(a *EipAddress) bool { _, ok := a.Tags[ItemTag]; return ok })
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
	if len(list) == 0 {
		return made{}, nil
	}
	return made{id: list[0].AllocationID, ip: list[0].IPAddress, address: list[0], found: true}, nil
}

// obtain gives the living address of a mark: the one that its tags find, the
// one that its token stands for, or a new one. What it gives with an error may
// exist. unseen was passed over although nobody has ever seen it; it may exist
// too, if there is an error.
//
// An address that no look finds is gone, or not visible yet, and the service
// answers the same in both cases. So only one is ever passed over, after the
// grace, and the next token is one that certainly nobody has used: that address
// is new, and once it can be seen, the one before it is really gone.
func (c *Client) obtain(ctx context.Context, m mark, template *AllocateEipAddressRequest, generation int, to Instance, since time.Time) (got made, unseen []made, err error) {
	if got, err = c.take(ctx, m, to); err != nil || got.id != "" {
		return got, nil, err
	}
	g := generation
	for range maxGenerations {
		got, err = c.allocateOne(ctx, m.request(template, g))
		if err != nil {
			return got, unseen, err
		}
		if m.key != "" && c.gone.has(got.id) {
			g++
			continue
		}
		last, err := c.await(ctx, []string{got.id}, goalVisible)
		switch a := last[got.id]; {
		case err == nil && a.Status == StatusReleasing:
			if _, err := c.await(ctx, []string{got.id}, goalGone); err != nil {
				got.address = a
				return got, unseen, err
			}
			c.gone.saw(got.id)
			g++
			continue
		case err == nil:
			got.address = a
			return got, unseen, c.provenGone(ctx, unseen, a, since)
		case m.key == "" || !isGone(err):
			return got, unseen, err
		}
		if got, err = c.deny(ctx, got); err != nil {
			return got, unseen, err
		}
		if unseen = append(unseen, got); len(unseen) > 1 {
			return made{}, unseen, neverSeen(m, unseen)
		}
		// While this call waited, what an earlier one had made may have appeared.
		if got, err = c.take(ctx, m, to); err != nil {
			return got, unseen, err
		}
		if got.id == unseen[0].id {
			return got, nil, nil
		}
		if got.id != "" {
			return got, unseen, c.provenGone(ctx, unseen, got.address, since)
		}
		g = unusedGeneration()
	}
	return made{}, unseen, tooManyGenerations(m, generation)
}

// unusedGeneration is a generation that no earlier call can have come to, since
// each waits longer than a minute before it asks for one. Callers at the same
// time get the same, and with it the same address.
func unusedGeneration() int { return int(time.Now().Unix() / 60) }

// provenGone looks once more for what was passed over, now that an address
// which was made later can be seen.
func (c *Client) provenGone(ctx context.Context, unseen []made, later *EipAddress, since time.Time) error {
	if len(unseen) == 0 {
		return nil
	}
	ids := make([]string, len(unseen))
	for i, u := range unseen {
		ids[i] = u.id
	}
	now, err := c.lookUp(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		switch {
		case now[id] != nil:
			return stateError(now[id], fmt.Sprintf("it was in no list for %s, and has appeared after %s was taken in its place",
				DefaultVisibilityGrace, later.AllocationID))
		case predates(later, since):
			return stateError(later, "it is older than this call, and no proof that "+id+", which was in no list, is gone")
		}
		c.gone.saw(id)
	}
	return nil
}

// predates says whether an address was there before a call began. The service
// tells the time of allocation to the minute. A zero time means that the call
// cannot have met an older one.
func predates(a *EipAddress, since time.Time) bool {
	return !since.IsZero() && !a.AllocationTime.IsZero() && a.AllocationTime.Before(since.Add(-clockTolerance).Truncate(time.Minute))
}

// begins is when a call under a key begins, by the service's clock as far as it
// is known. Without a key the tokens are new, and so is every address.
func (c *Client) begins(key string) time.Time {
	if key == "" {
		return time.Time{}
	}
	return c.loop.Now()
}

// allocateOne sends one allocation.
func (c *Client) allocateOne(ctx context.Context, req *AllocateEipAddressRequest) (made, error) {
	res, err := c.AllocateEipAddress(ctx, req)
	switch {
	case errors.Is(err, CodeIdempotentParameterMismatch):
		return made{}, fmt.Errorf("eip: an earlier call with this Key (or token) asked for something else, "+
			"and the service still knows it: repeat that request, or give another Key or a higher Generation: %w", err)
	case err != nil && OutcomeUnknown(err):
		return made{unknown: Again(req, err)}, err
	case err != nil:
		return made{}, err
	case res.AllocationID == "":
		return made{}, fmt.Errorf("eip: AllocateEipAddress: the answer has the order %d and no AllocationId (request %s)",
			res.OrderID, res.RequestID)
	}
	return made{id: res.AllocationID, ip: res.EipAddress}, nil
}

// deny asks the service itself about an address that is missing from its lists,
// by releasing it. A service that does not know it yet answers as one that does
// not know it any more. If it does release it, lists are all that the address
// was missing from, and the next one would be missing as well.
func (c *Client) deny(ctx context.Context, m made) (made, error) {
	_, err := c.ReleaseEipAddress(ctx, &ReleaseEipAddressRequest{AllocationID: m.id})
	switch {
	case errors.Is(err, CodeInvalidAllocationIdNotFound):
		m.denied = true
		return m, nil
	case err != nil:
		return m, fmt.Errorf("eip: %s is in no list, and releasing it says: %w", m.id, err)
	}
	c.gone.saw(m.id)
	return made{}, fmt.Errorf("eip: %s was in no list for %s, although it was there; it is released now: "+
		"see whether the caller may list addresses", m.id, DefaultVisibilityGrace)
}

func neverSeen(m mark, unseen []made) error {
	ids := make([]string, len(unseen))
	for i, u := range unseen {
		ids[i] = u.id
	}
	return fmt.Errorf("eip: key %q: %w: allocated, and in no list for %s each: they may appear later, so no further one is made",
		m.key, &NotFoundError{What: whatAddress, IDs: ids}, DefaultVisibilityGrace)
}

func tooManyGenerations(m mark, generation int) error {
	return fmt.Errorf("eip: the addresses of key %q, generations %d to %d, are all released already: use another key or a higher Generation",
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

// turn makes calls with one key go one after another.
func (c *Client) turn(ctx context.Context, op string, m mark) (func(), error) {
	if m.key == "" {
		return func() {}, nil
	}
	unlock, err := c.turns.Of(ctx, "key "+m.name)
	if err != nil {
		return nil, &WaitError{Want: "another call of " + op + " with this key to end", Err: err, ctxErr: ctx.Err()}
	}
	return unlock, nil
}

// goneIDs remembers addresses that this client has seen go: the service gives
// the same ID again for a token that it still knows, and does not tell that the
// address is gone. The zero value is ready.
type goneIDs struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

// maxRemembered bounds what is remembered of addresses that are gone. What is
// forgotten costs a wait.
const maxRemembered = 10_000

// saw notes that an address is gone for good.
func (g *goneIDs) saw(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ids == nil || len(g.ids) >= maxRemembered {
		g.ids = map[string]struct{}{}
	}
	g.ids[id] = struct{}{}
}

// has reports whether an address is known to be gone.
func (g *goneIDs) has(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, gone := g.ids[id]
	return gone
}
