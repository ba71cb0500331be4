package eip

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/eipkit/eip-go/internal/census"
)

// describePackages is the action that lists bandwidth packages.
const describePackages = "DescribeCommonBandwidthPackages"

const strayPackage = "a bandwidth package that was not asked for"

// BandwidthPackages walks over all bandwidth packages that pass the request's
// filters, page by page. A nil request means all packages of the client's region.
//
// API: DescribeCommonBandwidthPackages, once for each page of 50, or of the
// request's PageSize. Otherwise it is as [Client.EipAddresses].
func (c *Client) BandwidthPackages(ctx context.Context, req *DescribeCommonBandwidthPackagesRequest) iter.Seq2[*CommonBandwidthPackage, error] {
	base := req.clone()
	w := pageWalk[CommonBandwidthPackage]{
		First:    cmp.Or(base.PageNumber, 1),
		Size:     cmp.Or(base.PageSize, maxPackagePageSize),
		ID:       func(p *CommonBandwidthPackage) string { return p.BandwidthPackageID },
		Unproven: unprovenBy(describePackages),
		Get: func(number, size int) (page[CommonBandwidthPackage], error) {
			r := base.clone()
			r.PageNumber, r.PageSize = number, size
			res, err := c.DescribeCommonBandwidthPackages(ctx, r)
			if err != nil {
				return page[CommonBandwidthPackage]{}, err
			}
			return page[CommonBandwidthPackage]{
				Items: res.CommonBandwidthPackages, Size: res.PageSize, Total: res.TotalCount, Meta: res.ResponseMeta,
			}, nil
		},
	}
	return w.All
}

// GetBandwidthPackage reads one bandwidth package of the client's region by its
// ID, "cbwp-…", with the addresses that are in it.
//
// API: DescribeCommonBandwidthPackages, once. It changes nothing. A package that
// is not there is a *NotFoundError, which matches [ErrNotFound]; the result is
// never nil without an error. Otherwise it is as [Client.GetEip]: an answer that
// does not hold the package, but contradicts itself or is about something else,
// does not prove that it is not there.
func (c *Client) GetBandwidthPackage(ctx context.Context, id string) (*CommonBandwidthPackage, error) {
	p, err := c.bandwidthPackage(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return nil, &NotFoundError{What: whatPackage, IDs: []string{id}}
	}
	return p, nil
}

// bandwidthPackage reads one package. It is nil if there is none.
func (c *Client) bandwidthPackage(ctx context.Context, id string) (p *CommonBandwidthPackage, err error) {
	if err := needPackageID(id); err != nil {
		return nil, err
	}
	err = lookAgain(ctx, func() (doubt *TransportError, err error) {
		p, doubt, err = c.lookAtPackage(ctx, id)
		return doubt, err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// needPackageID refuses an empty ID, which would ask for every package there is.
func needPackageID(id string) error {
	if strings.TrimSpace(id) == "" {
		return &ValidationError{
			Action: describePackages, Faults: []FieldFault{{Field: "packageID", Rule: "is required"}},
		}
	}
	return nil
}

// lookAtPackage reads one package once. If it is nil the package does not exist,
// unless there is a doubt: then the look says nothing.
func (c *Client) lookAtPackage(ctx context.Context, id string) (*CommonBandwidthPackage, *TransportError, error) {
	res, err := c.DescribeCommonBandwidthPackages(ctx, &DescribeCommonBandwidthPackagesRequest{BandwidthPackageID: id})
	if err != nil {
		return nil, nil, err
	}
	var list census.List
	for i := range res.CommonBandwidthPackages {
		p := &res.CommonBandwidthPackages[i]
		if p.BandwidthPackageID == id {
			return p, nil, nil
		}
		list.Add(p.BandwidthPackageID)
		list.Stray(strayPackage)
	}
	list.Page(res.TotalCount)
	if reason := list.Doubt("bandwidth packages"); reason != "" {
		return nil, unproven(describePackages, res.ResponseMeta, reason), nil
	}
	return nil, nil, nil
}
