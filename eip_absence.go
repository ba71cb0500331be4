package eip

import (
	"context"
	"errors"

	"github.com/eipkit/eip-go/internal/census"
)

// An address that is taken for gone while it is alive goes on costing money, and
// one that is not found under its key is bought a second time. So absence is
// concluded by one rule, that of the package census, and everything that
// concludes it goes through this file: look-ups, waiters and converging helpers.
//
// A look that proves nothing is no information. Waiters and converging helpers
// go on polling, look-ups look again, maxLooks times in all. None of them
// reports a *NotFoundError for it.
//
// The rule is about what is missing. What is in a list and was asked for is
// there, whatever else is wrong with the answer. So it is with regions: an
// element that says it is in another region than the client's was found, but
// such an answer proves nothing about what is missing from the client's region.
//
// Walks that the caller reads itself ([Client.EipAddresses] and the like)
// conclude nothing, and do not apply the rule.

// maxLooks is how often a look-up looks before it gives up on answers that
// prove nothing.
const maxLooks = 4

const (
	strayAddress = "an address that was not asked for"
	strayTags    = "an address without the tags that were asked for"
	strayPlace   = "an address that is not on the instance asked for"
	strayRegion  = "an address of another region"
)

// describeAddresses is the action that lists addresses.
const describeAddresses = "DescribeEipAddresses"

// inDoubt is the error of a look that proves nothing about addresses that it did
// not find. It is nil if the list is proof.
func inDoubt(meta ResponseMeta, list *census.List) *TransportError {
	if reason := list.Doubt("addresses"); reason != "" {
		return unproven(describeAddresses, meta, reason)
	}
	return nil
}

func unproven(action string, meta ResponseMeta, reason string) *TransportError {
	return &TransportError{
		Action: action, HTTPStatus: meta.HTTPStatus, RequestID: meta.RequestID, Attempts: meta.Attempts, Sent: true,
		Err: &AnswerError{HTTPStatus: meta.HTTPStatus, RequestID: meta.RequestID, Reason: reason},
	}
}

// lookAgain looks until a look leaves no doubt, maxLooks times at most. Its
// error is that of a look that failed, or the doubt of the last one, joined with
// the context's error if that ended it.
func lookAgain(ctx context.Context, look func() (doubt *TransportError, err error)) error {
	p := newPoller()
	for n := 1; ; n++ {
		doubt, err := look()
		switch {
		case err != nil:
			return err
		case doubt == nil:
			return nil
		case n == maxLooks:
			return doubt
		}
		if err := p.Pause(ctx); err != nil {
			if end := ctx.Err(); end != nil && !errors.Is(err, end) {
				err = errors.Join(err, end)
			}
			doubt.Err = errors.Join(err, doubt.Err)
			return doubt
		}
	}
}

// withDoubt is the reason why a wait ended, with what its last look left open.
func withDoubt(err error, doubt *TransportError) error {
	if doubt == nil {
		return err
	}
	return errors.Join(err, doubt)
}

// elsewhere reports whether something says that it is in another region than the
// client's.
func (c *Client) elsewhere(regionID string) bool { return regionID != "" && regionID != c.regionID }
