package eiptest

import (
	"slices"
	"strconv"

	"github.com/eipkit/eip-go/internal/fake"
)

// mostTags is how many tags a resource may have, from the SDK metadata.
const mostTags = 20

// tagResources serves TagResources. It sets the tags on all resources or on
// none. No document names its codes; those here are the documented ones that
// fit.
func tagResources(c *call) (obj, *fake.Refusal) {
	ids := c.p.indexed("ResourceId", "")
	if len(ids) > c.s.set.taggedAtOnce {
		return nil, invalid("ResourceId." + strconv.Itoa(c.s.set.taggedAtOnce+1))
	}
	kind, ref := c.resourceKind()
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
