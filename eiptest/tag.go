package eiptest

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// mostTags is how many tags a resource may have, from the SDK metadata.
const mostTags = 20

// tagResources serves TagResources. It sets the tags on all resources or on
// none. No document names its codes; those here are the documented ones that
// fit.
func tagResources(c *call) (obj, *fake.Refusal) {
	ids, kind, ref := c.taggable()
	if ref != nil {
		return nil, ref
	}
	added, ref := c.p.tags()
	if ref != nil {
		return nil, ref
	}
	tagged := make(map[*[]tag][]tag, len(ids))
	for _, id := range ids {
		r, ref := kind.find(c, id)
		if ref != nil {
			return nil, ref
		}
		if tagged[r.tags] = withTags(*r.tags, added); len(tagged[r.tags]) > mostTags {
			return nil, invalid("Tag")
		}
	}
	for on, tags := range tagged {
		*on = tags
	}
	return nil, nil
}

// taggable reads which resources a call about tags names, and of which type.
func (c *call) taggable() (ids []string, kind resourceKind, ref *fake.Refusal) {
	ids = c.p.indexed("ResourceId", "")
	if len(ids) > c.s.set.taggedAtOnce {
		return nil, kind, invalid("ResourceId." + strconv.Itoa(c.s.set.taggedAtOnce+1))
	}
	kind, ref = c.resourceKind()
	return ids, kind, ref
}

// withTags adds tags to a list; one whose key is there already replaces it.
func withTags(have, added []tag) []tag {
	have = slices.Clone(have)
	for _, t := range added {
		if i := slices.IndexFunc(have, func(o tag) bool { return o.key == t.key }); i >= 0 {
			have[i] = t
		} else {
			have = append(have, t)
		}
	}
	return have
}

// untagResources serves UnTagResources, from all resources or from none. A Tag
// takes a key away where it has that value, or any if it names none. Without a
// key to take away nothing happens. No document names its codes, as with
// TagResources.
func untagResources(c *call) (obj, *fake.Refusal) {
	ids, kind, ref := c.taggable()
	if ref != nil {
		return nil, ref
	}
	keys := c.p.indexed("TagKey", "")
	if len(keys) > mostTags {
		return nil, invalid("TagKey." + strconv.Itoa(mostTags+1))
	}
	pairs, ref := c.tagFilter()
	if ref != nil {
		return nil, ref
	}
	all, _ := c.p.flag("All")
	all = all && len(keys) == 0
	var from []*[]tag
	for _, id := range ids {
		r, ref := kind.find(c, id)
		if ref != nil {
			return nil, ref
		}
		from = append(from, r.tags)
	}
	for _, tags := range from {
		*tags = slices.DeleteFunc(slices.Clone(*tags), func(t tag) bool {
			return all || slices.Contains(keys, t.key) ||
				slices.ContainsFunc(pairs, func(p wantedTag) bool { return p.fits(t) })
		})
	}
	return nil, nil
}

// wantedTag is a tag that a call asks for: with a value, or with any.
type wantedTag struct {
	tag
	valued bool
}

func (w wantedTag) fits(t tag) bool { return t.key == w.key && (!w.valued || t.value == w.value) }

// tagFilter reads Tag.N as a question.
func (c *call) tagFilter() ([]wantedTag, *fake.Refusal) {
	tags, ref := c.p.tags()
	if ref != nil {
		return nil, ref
	}
	var out []wantedTag
	for i, t := range tags {
		_, valued := c.p["Tag."+strconv.Itoa(i+1)+".Value"]
		out = append(out, wantedTag{t, valued})
	}
	return out, nil
}

// mostListedTags is how many tags one page has, from the SDK metadata.
const mostListedTags = 50

// listTags serves ListTagResources: all tags of the resources that were asked
// for, in the order of their IDs and keys. Its NextToken names the last tag of
// the page, so that what comes and goes between two pages moves nothing. A
// resource that is not there has no tags. No document names its codes; that of a
// call without a filter is the gateway's.
func listTags(c *call) (obj, *fake.Refusal) {
	ids, kind, ref := c.taggable()
	if ref != nil {
		return nil, ref
	}
	want, ref := c.tagFilter()
	if ref != nil {
		return nil, ref
	}
	if len(ids) == 0 && len(want) == 0 {
		return nil, missing("ResourceId")
	}
	size, ok := c.p.number("MaxResults", mostListedTags)
	if !ok || size < 1 || size > mostListedTags {
		return nil, invalid("MaxResults")
	}
	after, err := base64.RawURLEncoding.DecodeString(c.p["NextToken"])
	lastID, lastKey, paged := strings.Cut(string(after), "\x00")
	if err != nil || c.p["NextToken"] != "" && !paged {
		return nil, invalid("NextToken")
	}
	items, next := list{}, ""
	for _, r := range kind.named(c, ids) {
		has := func(w wantedTag) bool { return slices.ContainsFunc(*r.tags, w.fits) }
		if slices.ContainsFunc(want, func(w wantedTag) bool { return !has(w) }) {
			continue
		}
		tags := slices.SortedFunc(slices.Values(*r.tags), func(a, b tag) int { return cmp.Compare(a.key, b.key) })
		for _, t := range tags {
			if paged && (r.id < lastID || r.id == lastID && t.key <= lastKey) {
				continue
			}
			if len(items) == size {
				return obj{{"NextToken", next}, wrap("TagResources", "TagResource", items)}, nil
			}
			items = append(items, obj{{"ResourceId", r.id}, {"ResourceType", strings.ToUpper(c.p["ResourceType"])},
				{"TagKey", t.key}, {"TagValue", t.value}})
			next = base64.RawURLEncoding.EncodeToString([]byte(r.id + "\x00" + t.key))
		}
	}
	return obj{{"NextToken", ""}, wrap("TagResources", "TagResource", items)}, nil
}

// named gives the resources with these IDs, or all of them, by ID.
func (k resourceKind) named(c *call, ids []string) []resource {
	var out []resource
	if len(ids) == 0 {
		out = k.all(c)
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if r, ref := k.find(c, id); ref == nil {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b resource) int { return cmp.Compare(a.id, b.id) })
	return out
}
