package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
)

const (
	// mostRepeats bounds how often one write is settled before the worker gives
	// up, and stageLimit how long a look may go on.
	mostRepeats = 50
	stageLimit  = time.Minute
)

// stageAction is the action of each stage.
var stageAction = [steps]string{
	allocate: "AllocateEipAddress", available: "DescribeEipAddresses",
	tagged: "TagResources",
	join:   "AddCommonBandwidthPackageIp", joined: "DescribeCommonBandwidthPackages",
	associate: "AssociateEipAddress", bound: "DescribeEipAddresses",
	unassociate: "UnassociateEipAddress", unbound: "DescribeEipAddresses",
	leave: "RemoveCommonBandwidthPackageIp", left: "DescribeEipAddresses",
	release: "ReleaseEipAddress", gone: "DescribeEipAddresses",
}

// worker runs lifecycles, one after the other.
type worker struct {
	number int
	client *eip.Client
	books  ledger[entry]
	// token gives the ClientToken of a write before it is begun, so that it can be
	// written down. Nil leaves it to the client: then it is known from the error
	// of a call alone, which is enough for a process that lives on.
	token func(cycle int, s step) string
	// saw is told of every address that a look found. It may be nil.
	saw func(*eip.EipAddress)

	bandwidthPackage string
}

// errGivenUp ends a lifecycle that cannot go on.
var errGivenUp = errors.New("given up")

// run carries a lifecycle from where it stands to its end. It gives up where
// another program would: with an allocation that was refused, it has no address,
// and with an ID that is none, it can do nothing.
func (w *worker) run(ctx context.Context, c cycle) error {
	if err := w.needPackage(ctx); err != nil {
		return fmt.Errorf("a bandwidth package: %w", err)
	}
	for s := c.next; s < steps; s++ {
		if s > allocate && !isID(c.id) {
			return w.giveUp(&c)
		}
		e := entry{What: "done", Cycle: c.n, Worker: w.number, Step: s, Resumed: c.tried}
		err := w.stage(ctx, &c, &e)
		if errors.Is(err, errGivenUp) {
			return w.giveUp(&c)
		}
		if err == nil {
			err = w.books.note(e, s == allocate)
		}
		if err != nil {
			return fmt.Errorf("%s, stage %d: %w", nameOf(c.n), s, err)
		}
		c.tried = false
	}
	return nil
}

func (w *worker) giveUp(c *cycle) error {
	return w.books.note(entry{What: "end", Cycle: c.n, Worker: w.number}, true)
}

// isID reports whether an ID that an allocation told is one.
func isID(id string) bool { return strings.HasPrefix(id, "eip-") }

// allIDs is isID for several.
func allIDs(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !isID(id) })
}

// stage does one step and fills in what the books should say of it.
func (w *worker) stage(ctx context.Context, c *cycle, e *entry) error {
	switch e.Step {
	case available, unbound, left:
		return w.await(ctx, c, e, eip.StatusAvailable)
	case tagged:
		return w.tagging(ctx, c, e)
	case joined:
		return w.awaitJoined(ctx, c)
	case bound:
		return w.await(ctx, c, e, eip.StatusInUse)
	case gone:
		return w.await(ctx, c, e, "")
	case release:
		return w.release(ctx, c, e)
	}
	return w.tokened(ctx, c, e)
}

// tokened makes a write that carries a token. While the outcome is unknown it
// sends the request again as eip.Again returns it: that is all there is to
// settling.
func (w *worker) tokened(ctx context.Context, c *cycle, e *entry) error {
	token := ""
	if w.token != nil {
		token = w.token(c.n, e.Step)
	}
	if err := w.begin(c, e.Step, token); err != nil {
		return err
	}
	var last error
	for n := 0; ; n++ {
		attempts, err := w.send(ctx, c, e.Step, token, last)
		if nerr := w.tell(c, e.Step, attempts, err, n > 0 || c.tried); nerr != nil {
			return nerr
		}
		switch {
		case err == nil:
			e.ID = c.id
			return nil
		case n == mostRepeats || ctx.Err() != nil:
			return err
		case eip.OutcomeUnknown(err):
			e.Settled = true
		case e.Step != allocate:
			token = cmp.Or(eip.ClientTokenOf(err), token) // it buys nothing, so that it can be tried until it works
		case !again(err):
			return errGivenUp
		}
		last = err
	}
}

// again says whether a call that was not sent, or refused for its timing, is
// worth another one.
func again(err error) bool {
	var e *eip.Error
	return !errors.As(err, &e) || errors.Is(err, eip.ErrThrottled) || errors.Is(err, eip.CodeInvalidTimeStampExpired)
}

// send makes the call of a stage, and keeps the ID that it tells. last is how the
// call before it ended.
func (w *worker) send(ctx context.Context, c *cycle, s step, token string, last error) (attempts int, err error) {
	instance := fmt.Sprintf("i-test%d", w.number+1)
	switch s {
	case allocate:
		res, err := w.client.AllocateEipAddress(ctx, eip.Again(&eip.AllocateEipAddressRequest{
			Bandwidth: 5, Name: nameOf(c.n), Tags: eip.Tags{"made-by": "storm"}, ClientToken: token,
		}, last))
		if err != nil {
			return 0, err
		}
		c.id = res.AllocationID
		return res.Attempts, nil
	case associate:
		res, err := w.client.AssociateEipAddress(ctx, eip.Again(&eip.AssociateEipAddressRequest{
			AllocationID: c.id, InstanceID: instance, ClientToken: token,
		}, last))
		if err != nil {
			return 0, err
		}
		return res.Attempts, nil
	case join:
		res, err := w.client.AddCommonBandwidthPackageIp(ctx, eip.Again(&eip.AddCommonBandwidthPackageIpRequest{
			BandwidthPackageID: w.bandwidthPackage, IPInstanceID: c.id, ClientToken: token,
		}, last))
		if err != nil {
			return 0, err
		}
		return res.Attempts, nil
	case leave:
		res, err := w.client.RemoveCommonBandwidthPackageIp(ctx, eip.Again(&eip.RemoveCommonBandwidthPackageIpRequest{
			BandwidthPackageID: w.bandwidthPackage, IPInstanceID: c.id, ClientToken: token,
		}, last))
		if err != nil {
			return 0, err
		}
		return res.Attempts, nil
	case unassociate:
		res, err := w.client.UnassociateEipAddress(ctx, eip.Again(&eip.UnassociateEipAddressRequest{
			AllocationID: c.id, InstanceID: instance, ClientToken: token,
		}, last))
		if err != nil {
			return 0, err
		}
		return res.Attempts, nil
	}
	return 0, fmt.Errorf("stage %d has no token", s)
}

// release makes the one write without a token. What became of it is settled by
// a look: the address is gone, or going, or still there to be released.
func (w *worker) release(ctx context.Context, c *cycle, e *entry) error {
	interrupted := c.tried
	if err := w.begin(c, release, ""); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n > 0 || interrupted {
			a, err := w.look(ctx, c, release, true)
			switch {
			case err == nil && (a == nil || a.Status == eip.StatusReleasing):
				return nil
			case err != nil && (n >= mostRepeats || ctx.Err() != nil):
				return err
			case err != nil:
				continue
			}
		}
		attempts := 0
		res, err := w.client.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: c.id})
		if err == nil {
			attempts = res.Attempts
		}
		if nerr := w.tell(c, release, attempts, err, n > 0 || interrupted); nerr != nil {
			return nerr
		}
		switch {
		case err == nil:
			return nil
		case n >= mostRepeats || ctx.Err() != nil:
			return err
		case eip.OutcomeUnknown(err):
			e.Settled = true
		case (n > 0 || interrupted) && goes(err):
			// An earlier release ran late, between the look and this one.
		case goes(err):
			// There was no other that the client told of.
			if err := w.books.note(entry{What: "denied"}, false); err != nil {
				return err
			}
		}
	}
}

// goes says whether a refused release can mean that another one was quicker.
func goes(err error) bool {
	return errors.Is(err, eip.ErrNotFound) || errors.Is(err, eip.CodeIncorrectEipStatus)
}

// await looks at the address until it has a status, or with none until it is
// gone.
func (w *worker) await(ctx context.Context, c *cycle, e *entry, want eip.Status) error {
	ctx, cancel := context.WithTimeout(ctx, stageLimit)
	defer cancel()
	for first := true; ; first = false {
		// A new address is there at once; the other changes take their time.
		if !first || e.Step != available {
			if err := pause(ctx, pollPause); err != nil {
				return err
			}
		}
		a, err := w.look(ctx, c, e.Step, false)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%s was not seen to be %q within %s", c.id, want, stageLimit)
		case err != nil:
			continue // a look that got no answer; the next one may
		case a == nil && want == "":
			return nil
		case a != nil && a.Status == want && (e.Step != left || a.BandwidthPackageID == ""):
			return nil
		case a == nil:
			if err := w.books.note(entry{What: "absent"}, false); err != nil {
				return err
			}
		case want == "" && a.Status != eip.StatusReleasing:
			// It was said to be released, or gone, and is not.
			c.tried = true
			if err := w.release(ctx, c, e); err != nil {
				return err
			}
		}
	}
}

// look reads the address; nil means that it is not there. Looks that serve to
// settle a release are not counted among the calls.
func (w *worker) look(ctx context.Context, c *cycle, s step, settles bool) (*eip.EipAddress, error) {
	attempts := 0
	a, err := w.client.GetEip(context.WithValue(ctx, attemptsKey{}, &attempts), c.id)
	var missing *eip.NotFoundError
	if errors.As(err, &missing) {
		a, err = nil, nil
	}
	if nerr := w.tell(c, available, attempts, err, settles); nerr != nil {
		return nil, nerr
	}
	if err == nil && a != nil && w.saw != nil {
		w.saw(a)
	}
	if err == nil && a != nil && w.astray(c, s, a) {
		if err := w.books.note(entry{What: "astray"}, false); err != nil {
			return nil, err
		}
	}
	return a, err
}

// attemptsKey is the key of the context's *int that countAttempt counts in.
type attemptsKey struct{}

// countAttempt counts the attempts of a look, whose result does not tell them.
func countAttempt(ctx context.Context, a eip.Attempt) {
	if n, ok := ctx.Value(attemptsKey{}).(*int); ok {
		*n = a.Number
	}
}

// begin writes down what is about to be done, with what it can be settled by.
func (w *worker) begin(c *cycle, s step, token string) error {
	return w.books.note(entry{What: "try", Cycle: c.n, Worker: w.number, Step: s, Token: token}, true)
}

// tell writes down how a call ended.
func (w *worker) tell(c *cycle, s step, attempts int, err error, settles bool) error {
	return w.note(stageAction[s], c.n, attempts, err, settles)
}

func (w *worker) note(action string, cycle, attempts int, err error, settles bool) error {
	outcome, attempts := outcomeOf(attempts, err)
	return w.books.note(entry{
		What: "call", Cycle: cycle, Worker: w.number, Action: action,
		Attempts: attempts, Outcome: outcome, Again: settles,
	}, false)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
