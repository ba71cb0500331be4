package eip

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/eipkit/eip-go/internal/census"
)

// maxPoolResults is the largest page of pools, and of blocks, that the service
// gives, from the SDK metadata.
const maxPoolResults = 100

const (
	listPools      = "ListPublicIpAddressPools"
	listPoolBlocks = "ListPublicIpAddressPoolCidrBlocks"
)

// PublicIPAddressPools walks over all pools of public addresses that pass the
// request's filters, page by page. A nil request means all pools of the client's
// region.
//
// API: ListPublicIpAddressPools, once for each page of 100, or of the request's
// MaxResults; it begins at the request's NextToken, or at the first page. The
// request is copied when PublicIPAddressPools is called; the calls begin when the
// loop does, and each loop over the result begins anew. No pool is given twice in
// one loop. The first error is yielded once, with a nil pool, and ends the loop;
// nothing is asked for after the loop stops. A page whose token for the next one
// was used before is an error, and so are 20 pages in a row that bring nothing
// new: both wrap an *[AnswerError].
func (c *Client) PublicIPAddressPools(ctx context.Context, req *ListPublicIpAddressPoolsRequest) iter.Seq2[*PublicIPAddressPool, error] {
	base := req.clone()
	w := tokenWalk[PublicIPAddressPool]{
		Start:    base.NextToken,
		ID:       func(p *PublicIPAddressPool) string { return p.PublicIPAddressPoolID },
		Unproven: unprovenBy(listPools),
		Get: func(token string) (tokenPage[PublicIPAddressPool], error) {
			r := base.clone()
			r.NextToken, r.MaxResults = token, cmp.Or(base.MaxResults, maxPoolResults)
			res, err := c.ListPublicIpAddressPools(ctx, r)
			if err != nil {
				return tokenPage[PublicIPAddressPool]{}, err
			}
			return tokenPage[PublicIPAddressPool]{
				Items: res.PublicIPAddressPools, Next: res.NextToken, Total: res.TotalCount, Meta: res.ResponseMeta}, nil
		},
	}
	return w.All
}

// PublicIPAddressPoolCIDRBlocks walks over the blocks of a pool, page by page.
// The request has to name the pool.
//
// API: ListPublicIpAddressPoolCidrBlocks, once for each page of 100, or of the
// request's MaxResults. Otherwise it is as [Client.PublicIPAddressPools].
func (c *Client) PublicIPAddressPoolCIDRBlocks(ctx context.Context, req *ListPublicIpAddressPoolCidrBlocksRequest) iter.Seq2[*PublicIPAddressPoolCIDRBlock, error] {
	base := req.clone()
	w := tokenWalk[PublicIPAddressPoolCIDRBlock]{
		Start:    base.NextToken,
		ID:       func(b *PublicIPAddressPoolCIDRBlock) string { return b.CIDRBlock },
		Unproven: unprovenBy(listPoolBlocks),
		Get: func(token string) (tokenPage[PublicIPAddressPoolCIDRBlock], error) {
			r := base.clone()
			r.NextToken, r.MaxResults = token, cmp.Or(base.MaxResults, maxPoolResults)
			res, err := c.ListPublicIpAddressPoolCidrBlocks(ctx, r)
			if err != nil {
				return tokenPage[PublicIPAddressPoolCIDRBlock]{}, err
			}
			return tokenPage[PublicIPAddressPoolCIDRBlock]{
				Items: res.CIDRBlocks, Next: res.NextToken, Total: res.TotalCount, Meta: res.ResponseMeta}, nil
		},
	}
	return w.All
}

// GetPublicIPAddressPool reads one pool of the client's region by its ID,
// "pippool-…".
//
// API: ListPublicIpAddressPools, once; otherwise it is as [Client.GetEip]. A pool
// that is not there is a *NotFoundError, which matches [ErrNotFound]; the result
// is never nil without an error.
func (c *Client) GetPublicIPAddressPool(ctx context.Context, id string) (*PublicIPAddressPool, error) {
	if strings.TrimSpace(id) == "" {
		// Without this an empty ID would ask for every pool there is.
		return nil, &ValidationError{Action: listPools, Faults: []FieldFault{{Field: "id", Rule: "is required"}}}
	}
	var p *PublicIPAddressPool
	err := lookAgain(ctx, func() (doubt *TransportError, err error) {
		p, doubt, err = c.lookAtPool(ctx, id)
		return doubt, err
	})
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return nil, &NotFoundError{What: whatPool, IDs: []string{id}}
	}
	return p, nil
}

// GetPublicIPAddressPoolCIDRBlock reads one block of a pool by its network and
// mask, as the service writes it.
//
// API: ListPublicIpAddressPoolCidrBlocks, once; otherwise it is as
// [Client.GetPublicIPAddressPool]. What the service answers about a pool that is
// not there is not documented: it may be an error of its own instead of an empty
// list.
func (c *Client) GetPublicIPAddressPoolCIDRBlock(ctx context.Context, poolID, cidrBlock string) (*PublicIPAddressPoolCIDRBlock, error) {
	if err := validBlock(poolID, cidrBlock); err != nil {
		return nil, err
	}
	var b *PublicIPAddressPoolCIDRBlock
	err := lookAgain(ctx, func() (doubt *TransportError, err error) {
		b, doubt, err = c.lookAtPoolBlock(ctx, poolID, cidrBlock)
		return doubt, err
	})
	switch {
	case err != nil:
		return nil, err
	case b == nil:
		return nil, &NotFoundError{What: whatPoolBlock, IDs: []string{cidrBlock}}
	}
	return b, nil
}

// validBlock wants a pool and a block that can be asked for.
func validBlock(poolID, cidrBlock string) error {
	var v validator
	v.required("poolID", poolID)
	v.required("cidrBlock", cidrBlock)
	if len(v.faults) > 0 {
		return &ValidationError{Action: listPoolBlocks, Faults: v.faults}
	}
	return nil
}

// strayPage is a page of a list of one element that is not the last one.
const strayPage = "a token for another page"

// lookAtPool reads one pool once. If it is nil the pool does not exist, unless
// there is a doubt: then the look says nothing.
func (c *Client) lookAtPool(ctx context.Context, id string) (*PublicIPAddressPool, *TransportError, error) {
	res, err := c.ListPublicIpAddressPools(ctx, &ListPublicIpAddressPoolsRequest{PublicIPAddressPoolIDs: []string{id}})
	if err != nil {
		return nil, nil, err
	}
	var list census.List
	for i := range res.PublicIPAddressPools {
		p := &res.PublicIPAddressPools[i]
		if p.PublicIPAddressPoolID == id {
			return p, nil, nil
		}
		list.Add(p.PublicIPAddressPoolID)
		list.Stray("a pool that was not asked for")
	}
	return nil, missingOr(&list, listPools, "pools", res.ResponseMeta, res.TotalCount, res.NextToken), nil
}

// lookAtPoolBlock is lookAtPool for a block.
func (c *Client) lookAtPoolBlock(ctx context.Context, poolID, cidrBlock string) (*PublicIPAddressPoolCIDRBlock, *TransportError, error) {
	res, err := c.ListPublicIpAddressPoolCidrBlocks(ctx,
		&ListPublicIpAddressPoolCidrBlocksRequest{PublicIPAddressPoolID: poolID, CIDRBlock: cidrBlock})
	if err != nil {
		return nil, nil, err
	}
	var list census.List
	for i := range res.CIDRBlocks {
		b := &res.CIDRBlocks[i]
		elsewhere := b.PublicIPAddressPoolID != "" && b.PublicIPAddressPoolID != poolID
		if b.CIDRBlock == cidrBlock && !elsewhere {
			return b, nil, nil
		}
		list.Add(b.CIDRBlock)
		list.Stray("a block that was not asked for")
	}
	return nil, missingOr(&list, listPoolBlocks, "blocks", res.ResponseMeta, res.TotalCount, res.NextToken), nil
}

// missingOr judges the one page of a list that does not hold what was asked for.
// It is nil if the list proves that it is not there.
func missingOr(list *census.List, action, things string, meta ResponseMeta, total int, next string) *TransportError {
	if next != "" {
		list.Stray(strayPage)
	}
	list.Page(total)
	if reason := list.Doubt(things); reason != "" {
		return unproven(action, meta, reason)
	}
	return nil
}
