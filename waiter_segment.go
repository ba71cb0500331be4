package eip

import (
	"context"
	"errors"
	"strings"
)

// WaitSegmentAllocated waits until a contiguous group is Allocated: until then
// it can only be queried. A group that is not visible yet has
// [DefaultVisibilityGrace] to appear; one that is being released ends the wait.
//
// API: DescribeEipSegment, once for each look; otherwise it is as
// [Client.WaitVisible]. The addresses of the group are listed by
// [Client.EipAddresses] with SegmentInstanceID.
func (c *Client) WaitSegmentAllocated(ctx context.Context, segmentID string) (*EipSegment, error) {
	return c.awaitSegment(ctx, segmentID, string(SegmentStatusAllocated), func(before, s *EipSegment, p *poller) (bool, error) {
		switch {
		case s == nil && (before != nil || !p.inGrace()):
			return false, &NotFoundError{What: whatSegment, IDs: []string{segmentID}}
		case s == nil:
			return false, nil
		case s.Status == SegmentStatusReleasing:
			return false, &StateError{AllocationID: segmentID, Status: Status(s.Status), Reason: "it is being released"}
		}
		return s.Status == SegmentStatusAllocated, nil
	})
}

// WaitSegmentGone waits until a contiguous group is no longer listed. One that
// falls back from Releasing to Allocated ends the wait.
//
// API: DescribeEipSegment, once for each look; otherwise it is as
// [Client.WaitVisible].
func (c *Client) WaitSegmentGone(ctx context.Context, segmentID string) error {
	_, err := c.awaitSegment(ctx, segmentID, "a segment to be gone", func(before, s *EipSegment, _ *poller) (bool, error) {
		if s != nil && before != nil && before.Status == SegmentStatusReleasing && s.Status == SegmentStatusAllocated {
			return false, &StateError{AllocationID: segmentID, Status: Status(s.Status), Reason: "releasing it has failed"}
		}
		return s == nil, nil
	})
	return err
}

func (c *Client) awaitSegment(ctx context.Context, id, want string,
	judge func(before, s *EipSegment, p *poller) (bool, error),
) (*EipSegment, error) {
	if err := needContext(ctx, "waiting for "+want); err != nil {
		return nil, err
	}
	if strings.TrimSpace(id) == "" {
		return nil, &ValidationError{
			Action: "DescribeEipSegment", Faults: []FieldFault{{Field: "segmentID", Rule: "is required"}},
		}
	}
	var last *EipSegment
	p := newPoller()
	for {
		s, err := c.segment(ctx, id)
		var done bool
		if err == nil {
			done, err = judge(last, s, p)
			last = s
		}
		if done {
			return s, nil
		}
		if err == nil {
			err = p.pause(ctx)
		}
		if err != nil {
			return nil, &WaitError{Want: want, IDs: []string{id}, LastSegment: last, Err: err, ctxErr: ctx.Err()}
		}
	}
}

// segment reads one group, nil if it is not there.
func (c *Client) segment(ctx context.Context, id string) (*EipSegment, error) {
	res, err := c.DescribeEipSegment(ctx, &DescribeEipSegmentRequest{SegmentInstanceID: id})
	if err != nil {
		return nil, err
	}
	for i := range res.EipSegments {
		if res.EipSegments[i].InstanceID == id {
			return &res.EipSegments[i], nil
		}
	}
	return nil, nil //nolint:nilnil // within the package: not there
}

// isGone says whether err is about something that is not there.
func isGone(err error) bool {
	var n *NotFoundError
	return errors.As(err, &n)
}
