package eip

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/eipkit/eip-go/internal/par"
)

// batch is one AllocateMany under way.
type batch struct {
	c          *Client
	req        *AllocateManyRequest
	since      time.Time // when it began
	items      []made
	generation []int  // with which to ask next
	unseen     []made // passed over, although nobody has seen it
	jumped     bool   // on to generations that nobody has used

	mu  sync.Mutex
	err error // the first one
}

func (b *batch) mark(i int) mark { return b.req.mark(b.c.regionID, i) }

func (b *batch) run(ctx context.Context) error {
	for range maxGenerations {
		var open []int
		for i := range b.items {
			if b.items[i].id == "" {
				open = append(open, i)
			}
		}
		par.Each(open, b.req.Concurrency, func(_, i int) { b.allocate(ctx, i) })
		if b.err != nil {
			return b.err
		}
		again, err := b.look(ctx)
		if err != nil || !again {
			return err
		}
	}
	return tooManyGenerations(newMark(b.c.regionID, b.req.Key, nil), b.req.Generation)
}

// find takes what an earlier call has left under the key, for the items that
// have no visible address yet.
func (b *batch) find(ctx context.Context) error {
	list, err := b.c.found(ctx, newMark(b.c.regionID, b.req.Key, nil))
	if err != nil {
		return err
	}
	taken := map[int]*EipAddress{}
	for _, a := range list {
		i, err := strconv.Atoi(a.Tags[ItemTag])
		if err != nil || i < 0 || i >= len(b.items) {
			continue
		}
		if taken[i] != nil {
			return ambiguous(b.mark(i), []*EipAddress{taken[i], a})
		}
		taken[i] = a
		switch m := b.items[i]; {
		case m.id == "":
			b.items[i] = made{id: a.AllocationID, ip: a.IPAddress, address: a, found: true}
		case m.id == a.AllocationID && m.address == nil:
			b.items[i].address, b.items[i].denied = a, false
		case m.id != a.AllocationID:
			return ambiguous(b.mark(i), []*EipAddress{{AllocationID: m.id}, a})
		}
	}
	return nil
}

// allocate makes one address, unless another one has failed already.
func (b *batch) allocate(ctx context.Context, i int) {
	var got made
	var err error
	for n := 0; ; n++ {
		b.mu.Lock()
		failed := b.err != nil
		b.mu.Unlock()
		if failed {
			return
		}
		if n == maxGenerations {
			got, err = made{}, tooManyGenerations(b.mark(i), b.req.Generation)
			break
		}
		got, err = b.c.allocateOne(ctx, b.mark(i).request(&b.req.Allocate, b.generation[i]))
		if err != nil || b.req.Key == "" || !b.c.gone.has(got.id) {
			break
		}
		b.generation[i]++
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items[i] = got
	if err != nil && b.err == nil {
		b.err = err
	}
}

// look waits until all addresses are visible. Those that are gone, because a
// token stood for one that was released, are to be made again.
func (b *batch) look(ctx context.Context) (again bool, err error) {
	byID := make(map[string]int, len(b.items))
	var ids []string
	for i := range b.items {
		if b.items[i].address == nil {
			ids = append(ids, b.items[i].id)
			byID[b.items[i].id] = i
		}
	}
	last, err := b.c.await(ctx, ids, goalVisible)
	var missing *NotFoundError
	if err != nil && (b.req.Key == "" || !errors.As(err, &missing)) {
		return false, err
	}
	var releasing []string
	for id, a := range last {
		if a == nil {
			continue
		}
		b.items[byID[id]].address = a
		if a.Status == StatusReleasing {
			releasing = append(releasing, id)
		}
	}
	if _, err := b.c.await(ctx, releasing, goalGone); err != nil {
		return false, err
	}
	for _, id := range releasing {
		b.goOn(byID[id], b.generation[byID[id]]+1)
	}
	if missing == nil {
		return len(releasing) > 0, nil
	}
	return true, b.passOver(ctx, missing.IDs, byID)
}

// goOn drops an address that is gone. The next round asks for another one.
func (b *batch) goOn(i, generation int) {
	b.c.gone.saw(b.items[i].id)
	b.items[i] = made{}
	b.generation[i] = generation
}

// passOver goes on from addresses that no look finds: they are gone, or not
// visible yet. As in obtain, a new address is made for one of them alone, and
// when that can be seen, they are all gone.
func (b *batch) passOver(ctx context.Context, ids []string, byID map[string]int) error {
	errs := make([]error, len(ids))
	par.Each(ids, b.req.Concurrency, func(k int, id string) {
		i := byID[id]
		got, err := b.c.deny(ctx, b.items[i])
		b.items[i], errs[k] = got, err
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := b.find(ctx); err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return b.items[byID[id]].address != nil })
	if len(ids) == 0 {
		return nil
	}
	probe := byID[ids[0]]
	name := b.mark(probe)
	b.unseen = append(b.unseen, b.items[probe])
	b.items[probe] = made{}
	if b.jumped {
		return neverSeen(name, b.unseen)
	}
	b.jumped = true
	next := unusedGeneration()
	b.generation[probe] = next
	if b.allocate(ctx, probe); b.err != nil {
		return b.err
	}
	id := b.items[probe].id
	last, err := b.c.await(ctx, []string{id}, goalVisible)
	if err != nil {
		return err
	}
	b.items[probe].address = last[id]
	others := slices.Clone(b.unseen)
	for _, id := range ids[1:] {
		others = append(others, b.items[byID[id]])
	}
	if err := b.c.provenGone(ctx, others, last[id], b.since); err != nil {
		return err
	}
	b.unseen = nil
	for _, id := range ids[1:] {
		b.goOn(byID[id], next)
	}
	return nil
}

// rollBack settles and releases, and makes the error.
func (b *batch) rollBack(ctx context.Context, op string, why error) error {
	ctx, cancel := rollbackContext(ctx, len(b.items))
	defer cancel()
	e := &PartialError{Op: op, Err: why}
	var unknown []int
	for i := range b.items {
		if b.items[i].unknown != nil {
			unknown = append(unknown, i)
		}
	}
	errs := make([]error, len(unknown))
	par.Each(unknown, b.req.Concurrency, func(k, i int) {
		b.items[i].id, b.items[i].unknown, errs[k] = b.c.settle(ctx, b.items[i].unknown)
	})
	for k, i := range unknown {
		if errs[k] != nil {
			e.Unsettled = append(e.Unsettled, b.items[i].unknown)
		}
	}
	list := b.unseen
	for i := range b.items {
		if b.items[i].id != "" {
			list = append(list, b.items[i])
		}
	}
	if len(list) == 0 && len(unknown) == 0 {
		return why // nothing was made
	}
	var err error
	e.Alive, err = b.c.undo(ctx, list, b.since, nil)
	e.RollbackErr = errors.Join(append(errs, err)...)
	return e
}
