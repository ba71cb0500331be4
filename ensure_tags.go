package eip

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// maxTaggedAtOnce is how many resources one call about tags may name, from the
// SDK.
const maxTaggedAtOnce = 50

// EnsureTagsOptions are the options of [Client.EnsureTags].
type EnsureTagsOptions struct {
	// RemoveOthers takes all tags away that are not wanted. Tags of the system
	// stay, whose keys begin with "aliyun" or "acs:", and so do [KeyTag], [ItemTag]
	// and [ReplacesTag], by which this library finds the addresses that it has
	// made.
	RemoveOthers bool
	// AtOnce is how many resources one call names, 1 to 50. Default: 50, from the
	// SDK; the metadata's text says 20.
	AtOnce int
}

// TagChange is what [Client.EnsureTags] has changed on one resource.
type TagChange struct {
	// ResourceID is the ID of the resource.
	ResourceID string
	// Set are the tags that were added or got another value.
	Set Tags
	// Removed are the keys that were taken away, in order.
	Removed []string
}

// EnsureTags makes sure that resources of one type have the tags that are
// wanted, with these values, and gives what it has changed: one element for each
// ID, in the order of the IDs, each once. Other tags stay, unless
// [EnsureTagsOptions].RemoveOthers is given. A resource that is as wanted is not
// written to.
//
// API: ListTagResources to look, all pages, for each 50 resources; TagResources
// and UnTagResources to change, once each for as many resources as there may be
// in a call, where anything differs; then ListTagResources again. What is not
// wanted is removed first, since a resource has at most 20 tags. A refusal
// because of the state is answered by looking again, for
// [DefaultConflictPatience]; so is an unknown outcome. A resource that does not
// exist is refused by the service when it is to be tagged; as long as it has
// nothing to lose, it counts as one without tags.
//
// It can be called again after a crash at any point, and goes on from the tags
// that it finds. It guarantees the tags for the moment of its last look. Calls
// for one resource on one client go one after another; the changes of others are
// met by looking again, 20 times at most, which then is an error that matches
// [ErrConflict].
//
// With an error there is the list as well: what is certainly changed by then.
func (c *Client) EnsureTags(ctx context.Context, kind ResourceType, ids []string, want Tags, opts EnsureTagsOptions) ([]TagChange, error) {
	const op = "EnsureTags"
	if err := needContext(ctx, op); err != nil {
		return nil, err
	}
	if err := checkEnsureTags(op, kind, ids, want, opts); err != nil {
		return nil, err
	}
	ids = distinctIDs(ids)
	for _, id := range slices.Sorted(slices.Values(ids)) { // the order keeps two calls from waiting for each other
		unlock, err := c.turns.Of(ctx, "tags "+strings.ToLower(string(kind))+" "+id)
		if err != nil {
			return nil, fmt.Errorf("eip: %s: waiting for another call on %s: %w", op, id, err)
		}
		defer unlock()
	}
	t := &tagging{
		c: c, kind: kind, ids: ids, want: maps.Clone(want), others: opts.RemoveOthers, atOnce: opts.AtOnce,
		sent: map[tagOf]sentTag{}, done: map[string]*TagChange{},
	}
	if t.atOnce == 0 {
		t.atOnce = maxTaggedAtOnce
	}
	changes := make([]TagChange, len(ids))
	for i, id := range ids {
		changes[i].ResourceID = id
		t.done[id] = &changes[i]
	}
	err := t.run(ctx)
	for i := range changes {
		slices.Sort(changes[i].Removed)
	}
	return changes, err
}

func checkEnsureTags(op string, kind ResourceType, ids []string, want Tags, opts EnsureTagsOptions) error {
	var v validator
	v.required("kind", string(kind))
	if len(ids) == 0 {
		v.fault("ids", "", "is required")
	}
	for i, id := range ids {
		v.required("ids["+strconv.Itoa(i)+"]", id)
	}
	if v.tags(want); len(want) == 0 && !opts.RemoveOthers {
		v.fault("want", "", "is required without RemoveOthers")
	}
	if opts.AtOnce < 0 || opts.AtOnce > maxTaggedAtOnce {
		v.fault("AtOnce", strconv.Itoa(opts.AtOnce), fmt.Sprintf("must be 0 to %d", maxTaggedAtOnce))
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}

// tagging is one EnsureTags under way.
type tagging struct {
	c      *Client
	kind   ResourceType
	ids    []string
	want   Tags
	others bool
	atOnce int

	poll *transport.Poller
	sent map[tagOf]sentTag // what was sent and does not show yet
	done map[string]*TagChange

	refusal      error // the last conflict since all of a round was accepted
	refusedSince time.Time
	unknowns     int // unknown outcomes since then
}

// tagOf is one key of one resource.
type tagOf struct{ id, key string }

// sentTag is what became of the last call about a tag.
type sentTag struct {
	at   time.Time // when it was accepted, zero if its outcome is unknown
	gone bool      // it was to be removed
}

// wantedTags is what is to be done to one resource.
type wantedTags struct {
	id     string
	set    Tags
	remove []string
}

// run looks and acts until there is nothing to do.
func (t *tagging) run(ctx context.Context) error {
	t.poll = newPoller()
	for rounds := 0; ; {
		have, err := t.look(ctx)
		if err != nil {
			return t.stopped(ctx, err)
		}
		todo, lags := t.compare(have)
		switch {
		case len(todo) == 0 && !lags:
			return nil
		case len(todo) > 0 && rounds >= maxActions:
			return fmt.Errorf("eip: EnsureTags: the tags of %s were changed %d times and differ from what is wanted; somebody else keeps changing them: %w",
				todo[0].id, rounds, ErrConflict)
		case len(todo) > 0:
			settled, err := t.act(ctx, todo)
			if err != nil {
				return err
			}
			if settled {
				rounds, t.refusal, t.unknowns = rounds+1, nil, 0
				t.poll.Reset()
				continue // look at once
			}
		}
		if err := t.poll.Pause(ctx); err != nil {
			return t.stopped(ctx, err)
		}
	}
}

// stopped is the error of a call that cannot go on, with what it was waiting for.
func (t *tagging) stopped(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		err = errors.Join(err, end)
	}
	if t.refusal != nil {
		err = errors.Join(err, t.refusal)
	}
	return fmt.Errorf("eip: EnsureTags: %w", err)
}

// look reads the tags of all the resources.
func (t *tagging) look(ctx context.Context) (map[string]Tags, error) {
	have := make(map[string]Tags, len(t.ids))
	for some := range slices.Chunk(t.ids, t.atOnce) {
		asked := make(map[string]struct{}, len(some))
		for _, id := range some {
			asked[id] = struct{}{}
		}
		err := lookAgain(ctx, func() (*TransportError, error) {
			for _, id := range some {
				have[id] = Tags{}
			}
			w := t.c.tagWalk(ctx, &ListTagResourcesRequest{ResourceType: t.kind, ResourceIDs: some})
			s := w.Begin()
			for tag, err := range w.From(s) {
				if err != nil {
					return nil, err
				}
				if _, ok := asked[tag.ResourceID]; !ok {
					s.List.Stray("a tag of a resource that was not asked for")
					continue
				}
				have[tag.ResourceID][tag.TagKey] = tag.TagValue
			}
			if reason := s.List.Doubt("tags"); reason != "" {
				return unproven("ListTagResources", s.Meta, reason), nil
			}
			return nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return have, nil
}

// compare says what there is to do, and whether something that was accepted a
// moment ago does not show yet. What shows is noted as changed, if its call had
// an unknown outcome.
func (t *tagging) compare(have map[string]Tags) (todo []wantedTags, lags bool) {
	for _, id := range t.ids {
		w := wantedTags{id: id, set: Tags{}}
		for _, key := range t.want.keys() {
			value, ok := have[id][key]
			if t.differs(tagOf{id, key}, !ok || value != t.want[key], false, &lags) {
				w.set[key] = t.want[key]
			}
		}
		if t.others {
			for _, key := range have[id].keys() {
				if _, wanted := t.want[key]; !wanted && !reserved(key) && t.differs(tagOf{id, key}, true, true, &lags) {
					w.remove = append(w.remove, key)
				}
			}
		}
		if len(w.set) > 0 || len(w.remove) > 0 {
			todo = append(todo, w)
		}
	}
	for tag, s := range t.sent {
		if _, there := have[tag.id][tag.key]; s.gone && !there {
			t.shows(tag, s)
		}
	}
	return todo, lags
}

// differs says whether a call about a tag is needed.
func (t *tagging) differs(tag tagOf, otherwise, remove bool, lags *bool) bool {
	s, was := t.sent[tag]
	switch {
	case !otherwise:
		if was {
			t.shows(tag, s)
		}
		return false
	case was && s.gone == remove && time.Since(s.at) < settleTime:
		*lags = true
		return false
	}
	return true
}

// shows notes that what was sent can be seen.
func (t *tagging) shows(tag tagOf, s sentTag) {
	delete(t.sent, tag)
	if s.at.IsZero() {
		t.changed(tag, s.gone)
	}
}

// changed puts a change on the list.
func (t *tagging) changed(tag tagOf, gone bool) {
	c := t.done[tag.id]
	switch {
	case !gone:
		if c.Set == nil {
			c.Set = Tags{}
		}
		c.Set[tag.key] = t.want[tag.key]
	case !slices.Contains(c.Removed, tag.key):
		c.Removed = append(c.Removed, tag.key)
	}
}

// reserved says whether a tag is not for EnsureTags to remove.
func reserved(key string) bool {
	low := strings.ToLower(key)
	return strings.HasPrefix(low, "aliyun") || strings.HasPrefix(low, "acs:") || key == KeyTag || key == ItemTag || key == ReplacesTag
}

// act sends what there is to do. settled says that all of it was accepted.
func (t *tagging) act(ctx context.Context, todo []wantedTags) (settled bool, err error) {
	for some := range slices.Chunk(todo, t.atOnce) {
		keys := map[string]struct{}{}
		set := Tags{}
		var lacking []string
		for _, w := range some {
			for _, key := range w.remove {
				keys[key] = struct{}{}
			}
			if maps.Copy(set, w.set); len(w.set) > 0 {
				lacking = append(lacking, w.id)
			}
		}
		for keys := range slices.Chunk(slices.Sorted(maps.Keys(keys)), maxTags) {
			if ok, err := t.remove(ctx, some, keys); !ok || err != nil {
				return false, err
			}
		}
		if len(lacking) == 0 {
			continue
		}
		_, err := t.c.TagResources(ctx, &TagResourcesRequest{ResourceType: t.kind, ResourceIDs: lacking, Tags: set})
		var about []tagOf
		for _, w := range some {
			for _, key := range w.set.keys() {
				about = append(about, tagOf{w.id, key})
			}
		}
		if ok, err := t.note(ctx, about, false, err); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// remove takes keys from those of the resources that have any of them.
func (t *tagging) remove(ctx context.Context, some []wantedTags, keys []string) (ok bool, err error) {
	var from []string
	var about []tagOf
	for _, w := range some {
		n := len(about)
		for _, key := range w.remove {
			if slices.Contains(keys, key) {
				about = append(about, tagOf{w.id, key})
			}
		}
		if len(about) > n {
			from = append(from, w.id)
		}
	}
	_, err = t.c.UnTagResources(ctx, &UnTagResourcesRequest{ResourceType: t.kind, ResourceIDs: from, TagKeys: keys})
	return t.note(ctx, about, true, err)
}

// note takes down what became of a call. ok says that it was accepted; its error
// ends the whole.
func (t *tagging) note(ctx context.Context, about []tagOf, gone bool, err error) (ok bool, _ error) {
	switch {
	case err == nil:
		for _, tag := range about {
			t.sent[tag] = sentTag{at: time.Now(), gone: gone}
			t.changed(tag, gone)
		}
		return true, nil
	case OutcomeUnknown(err):
		if t.unknowns++; t.unknowns >= maxFailures || ctx.Err() != nil {
			return false, err
		}
		for _, tag := range about {
			t.sent[tag] = sentTag{gone: gone}
		}
		return false, nil
	case !errors.Is(err, ErrConflict) || ctx.Err() != nil:
		return false, err
	case t.refusal == nil:
		t.refusedSince = time.Now()
	case time.Since(t.refusedSince) >= DefaultConflictPatience:
		return false, fmt.Errorf("%w (for %s now)", err, DefaultConflictPatience)
	}
	t.refusal = err
	return false, nil
}
