package eip

import (
	"context"
	"fmt"
	"strings"
)

// NotFoundError says that what was looked for is not there: the service
// answered, and its answer did not hold it. It matches [ErrNotFound].
type NotFoundError struct {
	// What names the kind of thing: "address" or "segment".
	What string
	// IDs are those that are missing, in the order in which they were asked for.
	IDs []string
}

// Error names what is missing.
func (e *NotFoundError) Error() string {
	return "eip: no " + e.What + " " + shortList(e.IDs)
}

// Is reports that target is ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// shortList names a few of many.
func shortList(ids []string) string {
	const most = 8
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}

const (
	whatAddress = "address"
	whatSegment = "segment"
)

// GetEip reads one address of the client's region by its ID, "eip-…".
//
// API: DescribeEipAddresses, once. It changes nothing. An address that is not
// there is a *NotFoundError, which matches [ErrNotFound]; the result is never
// nil without an error. An address that was allocated a moment ago may not be
// visible yet: [Client.WaitVisible] waits for it.
func (c *Client) GetEip(ctx context.Context, id string) (*EipAddress, error) {
	list, err := c.GetEips(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// GetEips reads addresses of the client's region by their IDs.
//
// API: DescribeEipAddresses, once for each 50 IDs. It changes nothing. The
// result is in the order of the IDs, each once. If some are missing, the others
// are returned together with a *NotFoundError that lists the missing ones; any
// other error comes without addresses.
func (c *Client) GetEips(ctx context.Context, ids []string) ([]*EipAddress, error) {
	found, err := c.lookUp(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]*EipAddress, 0, len(found))
	var missing []string
	listed := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		if _, twice := listed[id]; twice {
			continue
		}
		listed[id] = struct{}{}
		if a := found[id]; a != nil {
			list = append(list, a)
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return list, &NotFoundError{What: whatAddress, IDs: missing}
	}
	return list, nil
}

// lookUp reads addresses by their IDs, in as few calls as the service allows.
// What is missing is missing from the map.
func (c *Client) lookUp(ctx context.Context, ids []string) (map[string]*EipAddress, error) {
	wanted := make(map[string]struct{}, len(ids))
	distinct := make([]string, 0, len(ids))
	var v validator
	for i, id := range ids {
		v.listed(fmt.Sprintf("ids[%d]", i), id)
		if _, twice := wanted[id]; !twice {
			wanted[id] = struct{}{}
			distinct = append(distinct, id)
		}
	}
	if len(v.faults) > 0 {
		// Without this an empty ID would ask for every address there is.
		return nil, &ValidationError{Action: "DescribeEipAddresses", Faults: v.faults}
	}
	found := make(map[string]*EipAddress, len(distinct))
	for len(distinct) > 0 {
		n := min(len(distinct), maxListedAddresses)
		res, err := c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{
			AllocationIDs: distinct[:n:n], PageSize: maxListedAddresses,
		})
		if err != nil {
			return nil, err
		}
		for i := range res.EipAddresses {
			found[res.EipAddresses[i].AllocationID] = &res.EipAddresses[i]
		}
		distinct = distinct[n:]
	}
	return found, nil
}

// listed wants a value that can stand in a comma list.
func (v *validator) listed(field, value string) {
	v.required(field, value)
	if strings.Contains(value, ",") {
		v.fault(field, shorten(value), "must not contain a comma")
	}
}

// FindEipByAddress reads one address of the client's region by its IP address.
//
// API: DescribeEipAddresses, once. It changes nothing. An address that the
// account does not have in this region is a *NotFoundError.
func (c *Client) FindEipByAddress(ctx context.Context, ip string) (*EipAddress, error) {
	var v validator
	v.listed("ip", ip)
	if len(v.faults) > 0 {
		return nil, &ValidationError{Action: "DescribeEipAddresses", Faults: v.faults}
	}
	res, err := c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{EipAddresses: CommaList{ip}})
	if err != nil {
		return nil, err
	}
	for i := range res.EipAddresses {
		if res.EipAddresses[i].IPAddress == ip {
			return &res.EipAddresses[i], nil
		}
	}
	return nil, &NotFoundError{What: whatAddress, IDs: []string{ip}}
}

// FindEipsByInstance lists the addresses that are bound to a resource, or being
// bound to it or unbound from it. A NAT gateway can have several. None is an
// empty list, not an error.
//
// API: DescribeEipAddresses, once for each 100 addresses. It changes nothing.
func (c *Client) FindEipsByInstance(ctx context.Context, to Instance) ([]*EipAddress, error) {
	if strings.TrimSpace(to.ID) == "" {
		return nil, &ValidationError{
			Action: "DescribeEipAddresses", Faults: []FieldFault{{Field: "Instance.ID", Rule: "is required"}},
		}
	}
	return c.collect(ctx, &DescribeEipAddressesRequest{
		AssociatedInstanceID: to.ID, AssociatedInstanceType: to.Type,
	}, func(a *EipAddress) bool { return a.InstanceID == to.ID })
}

// FindEipsByTag lists the addresses that have all of these tags, with these
// values. None is an empty list, not an error.
//
// API: DescribeEipAddresses, once for each 100 addresses. It changes nothing.
func (c *Client) FindEipsByTag(ctx context.Context, tags Tags) ([]*EipAddress, error) {
	if len(tags) == 0 {
		return nil, &ValidationError{
			Action: "DescribeEipAddresses", Faults: []FieldFault{{Field: "tags", Rule: "needs at least one tag"}},
		}
	}
	return c.collect(ctx, &DescribeEipAddressesRequest{Tags: tags}, func(a *EipAddress) bool { return a.Tags.include(tags) })
}

// collect reads all pages, and keeps what really passes the filter: a service
// that does not know a filter ignores it.
func (c *Client) collect(ctx context.Context, req *DescribeEipAddressesRequest, keep func(*EipAddress) bool) ([]*EipAddress, error) {
	list := []*EipAddress{}
	for a, err := range c.EipAddresses(ctx, req) {
		if err != nil {
			return nil, err
		}
		if keep(a) {
			list = append(list, a)
		}
	}
	return list, nil
}

func (t Tags) include(tags Tags) bool {
	for k, v := range tags {
		if have, ok := t[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// Instance names the resource that an address is bound to.
type Instance struct {
	// ID is the ID of the resource, for example "i-…"; for Type IpAddress it is
	// the IP address.
	ID string
	// Type is its type. Default: EcsInstance, whatever the ID looks like.
	Type InstanceType
	// PrivateIPAddress, Mode and VPCID are as in [AssociateEipAddressRequest].
	PrivateIPAddress string
	Mode             Mode
	VPCID            string
}

// kind is the type with its default.
func (t Instance) kind() InstanceType {
	if t.Type == "" {
		return InstanceTypeEcsInstance
	}
	return t.Type
}
