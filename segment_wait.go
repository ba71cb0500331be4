package eip

import (
	"context"
	"strings"

	"github.com/eipkit/eip-go/internal/census"
	"github.com/eipkit/eip-go/internal/transport"
)

// WaitSegmentAllocated waits until a contiguous group is Allocated: until then
// it can only be queried. A group that is not visible yet has
// [DefaultVisibilityGrace] to appear; one that is being released ends the wait.
//
// API: DescribeEipSegment, once for each look; otherwise it is as
// [Client.WaitVisible]. The addresses of the group are listed by
// [Client.EipAddresses] with SegmentInstanceID.
func (c *Client) WaitSegmentAllocated(ctx context.Context, segmentID string) (*EipSegment, error) {
	return c.awaitSegment(ctx, segmentID, string(SegmentStatusAllocated), func(before, s *EipSegment, p *transport.Poller) (bool, error) {
		switch {
		case s == nil && (before != nil || !inGrace(p)):
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
	_, err := c.awaitSegment(ctx, segmentID, "a segment to be gone", func(before, s *EipSegment, _ *transport.Poller) (bool, error) {
		if s != nil && before != nil && before.Status == SegmentStatusReleasing && s.Status == SegmentStatusAllocated {
			return false, &StateError{AllocationID: segmentID, Status: Status(s.Status), Reason: "releasing it has failed"}
		}
		return s == nil, nil
	})
	return err
}

func (c *Client) awaitSegment(ctx context.Context, id, want string,
	judge func(before, s *EipSegment, p *transport.Poller) (bool, error),
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
	var doubt *TransportError // of the last look
	looked := map[string]*EipAddress{}
	p := newPoller()
	for {
		s, why, err := c.lookAtSegment(ctx, id)
		var done bool
		if err == nil {
			doubt = why
		}
		if err == nil && doubt == nil {
			done, err = judge(last, s, p)
			last, looked[id] = s, nil
		}
		if done {
			return s, nil
		}
		if err == nil {
			err = p.Pause(ctx)
		}
		if err != nil {
			return nil, &WaitError{
				Want: want, IDs: []string{id}, Last: looked, LastSegment: last, Err: withDoubt(err, doubt), ctxErr: ctx.Err(),
			}
		}
	}
}

// segment reads one group. It is nil if there is none.
func (c *Client) segment(ctx context.Context, id string) (s *EipSegment, err error) {
	err = lookAgain(ctx, func() (doubt *TransportError, err error) {
		s, doubt, err = c.lookAtSegment(ctx, id)
		return doubt, err
	})
	return s, err
}

// lookAtSegment reads one group once. If it is nil the group does not exist,
// unless there is a doubt: then the look says nothing.
func (c *Client) lookAtSegment(ctx context.Context, id string) (*EipSegment, *TransportError, error) {
	res, err := c.DescribeEipSegment(ctx, &DescribeEipSegmentRequest{SegmentInstanceID: id})
	if err != nil {
		return nil, nil, err
	}
	var list census.List
	for i := range res.EipSegments {
		s := &res.EipSegments[i]
		if s.InstanceID == id {
			return s, nil, nil
		}
		list.Add(s.InstanceID)
		list.Stray("a segment that was not asked for")
	}
	list.Page(res.TotalCount)
	if reason := list.Doubt("segments"); reason != "" {
		return nil, unproven("DescribeEipSegment", res.ResponseMeta, reason), nil
	}
	return nil, nil, nil
}
