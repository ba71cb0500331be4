package eiptest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// mostTags is how many tags a resource may have, from the SDK metadata.
const mostTags = 20

// tagResources serves TagResources for addresses, the only resources with tags
// that there are here. It sets the tags on all of them or on none. No document
// names its codes; those here are the documented ones that fit.
func tagResources(c *call) (obj, *fake.Refusal) {
	ids := c.p.indexed("ResourceId", "")
	if len(ids) > c.s.set.taggedAtOnce {
		return nil, invalid("ResourceId." + strconv.Itoa(c.s.set.taggedAtOnce+1))
	}
	if !strings.EqualFold(c.p["ResourceType"], "EIP") {
		return nil, invalid("ResourceType")
	}
	added, ref := c.p.tags()
	if ref != nil {
		return nil, ref
	}
	tagged := make(map[*address][]tag, len(ids))
	for _, id := range ids {
		a := c.find(id)
		if ref := c.mine(a); ref != nil {
			return nil, ref
		}
		if tagged[a] = withTags(a.tags, added); len(tagged[a]) > mostTags {
			return nil, invalid("Tag")
		}
	}
	for a, tags := range tagged {
		a.tags = tags
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
