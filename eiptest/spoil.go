package eiptest

import (
	"slices"

	"github.com/eipkit/eip-go/internal/fake"
)

// listed names, for each action that answers a list, its members: the list, its
// elements ("" if the list is a plain one), and what identifies one.
var listed = map[string]struct{ outer, inner, id string }{
	"DescribeCommonBandwidthPackages":   {"CommonBandwidthPackages", "CommonBandwidthPackage", "BandwidthPackageId"},
	"DescribeEipAddresses":              {"EipAddresses", "EipAddress", "AllocationId"},
	"DescribeEipSegment":                {"EipSegments", "EipSegment", "InstanceId"},
	"ListPublicIpAddressPools":          {"PublicIpAddressPoolList", "", "PublicIpAddressPoolId"},
	"ListPublicIpAddressPoolCidrBlocks": {"PublicIpPoolCidrBlockList", "", "CidrBlock"},
}

// created names the ID that an action answers which creates something.
var created = map[string]string{
	"AllocateEipAddress":                       "AllocationId",
	"AllocateEipAddressPro":                    "AllocationId",
	"AllocateEipSegmentAddress":                "EipSegmentInstanceId",
	"CreateCommonBandwidthPackage":             "BandwidthPackageId",
	"CreatePublicIpAddressPool":                "PublicIpAddressPoolId",
	"TransformEipSegmentToPublicIpAddressPool": "PublicIpAddressPoolId",
}

// spoil gives the body that a fault asks for. It changes a copy, since answers
// are kept with their tokens.
func spoil(req *fake.Request, body obj) obj {
	if req.Spoil.Kind == fake.BlankID {
		if body.get(created[req.Action]) == nil {
			return body
		}
		req.Spoilt = true
		// The same ID under its misspelt name would be as good.
		return body.with(created[req.Action], req.Spoil.ID).with("PulbicIpAddressPoolId", nil)
	}
	l := listed[req.Action]
	items, ok := body.get(l.outer).(list)
	if l.inner != "" {
		outer, _ := body.get(l.outer).(obj)
		items, ok = outer.get(l.inner).(list)
	}
	total, _ := body.get("TotalCount").(int)
	if !ok {
		return body
	}
	items, total, req.Spoilt = fake.List(req.Spoil, items, total, func(item, id any) any {
		o, _ := item.(obj)
		return o.with(l.id, id)
	})
	spoilt := any(items)
	if l.inner != "" {
		spoilt = obj{{l.inner, items}}
	}
	return body.with(l.outer, spoilt).with("TotalCount", total)
}

// get returns the value of a member, or nil.
func (o obj) get(name string) any {
	for _, f := range o {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// with returns a copy in which a member has another value; nil takes it out.
func (o obj) with(name string, value any) obj {
	out := slices.Clone(o)
	for i, f := range out {
		switch {
		case f.name != name:
		case value == nil:
			return slices.Delete(out, i, i+1)
		default:
			out[i].value = value
			return out
		}
	}
	return out
}
