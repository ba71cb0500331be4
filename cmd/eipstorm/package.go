package main

import (
	"context"
	"fmt"
	"time"

	eip "github.com/eipkit/eip-go"
)

// Each worker has a bandwidth package of its own, which takes one change at a
// time: that two callers are kept apart is tried in the library's own tests.

// createPackage is the action by which a worker gets its package.
const createPackage = "CreateCommonBandwidthPackage"

// packageName is the mark of a worker's package.
func packageName(worker int) string { return fmt.Sprintf("storm-package-%d", worker) }

// needPackage makes the worker's package, once.
func (w *worker) needPackage(ctx context.Context) error {
	if w.bandwidthPackage != "" {
		return nil
	}
	token := ""
	if w.token != nil {
		token = w.token(w.number, steps) // a stage that no lifecycle has
	}
	var last error
	for n := 0; ; n++ {
		res, err := w.client.CreateCommonBandwidthPackage(ctx, eip.Again(&eip.CreateCommonBandwidthPackageRequest{
			Bandwidth: 100, Name: packageName(w.number), ClientToken: token,
		}, last))
		attempts := 0
		if err == nil {
			attempts = res.Attempts
		}
		if nerr := w.note(createPackage, 0, attempts, err, n > 0 || w.token != nil); nerr != nil {
			return nerr
		}
		switch {
		case err == nil:
			w.bandwidthPackage = res.BandwidthPackageID
			return w.books.note(entry{What: "package", Worker: w.number, ID: res.BandwidthPackageID}, true)
		case n == mostRepeats || ctx.Err() != nil || !eip.OutcomeUnknown(err) && !again(err):
			return err
		}
		last = err
	}
}

// awaitJoined looks at the package until the address is in it.
func (w *worker) awaitJoined(ctx context.Context, c *cycle) error {
	ctx, cancel := context.WithTimeout(ctx, stageLimit)
	defer cancel()
	for {
		if err := pause(ctx, pollPause); err != nil {
			return fmt.Errorf("%s was not seen in %s within %s: %w", c.id, w.bandwidthPackage, stageLimit, err)
		}
		attempts := 0
		p, err := w.client.GetBandwidthPackage(context.WithValue(ctx, attemptsKey{}, &attempts), w.bandwidthPackage)
		if nerr := w.note(stageAction[joined], c.n, attempts, err, false); nerr != nil {
			return nerr
		}
		if err != nil {
			continue
		}
		if m := p.Member(c.id); m != nil && m.Status == eip.BandwidthPackageIPStatusBinded {
			return nil
		}
	}
}

// tagging sets a tag; a repeat sets it again.
func (w *worker) tagging(ctx context.Context, c *cycle, e *entry) error {
	interrupted := c.tried
	if err := w.begin(c, tagged, ""); err != nil {
		return err
	}
	for n := 0; ; n++ {
		attempts := 0
		res, err := w.client.TagResources(ctx, &eip.TagResourcesRequest{
			ResourceType: eip.ResourceTypeEIP, ResourceIDs: []string{c.id}, Tags: eip.Tags{"cycle": nameOf(c.n)},
		})
		if err == nil {
			attempts = res.Attempts
		}
		if nerr := w.note(stageAction[tagged], c.n, attempts, err, n > 0 || interrupted); nerr != nil {
			return nerr
		}
		switch {
		case err == nil:
			return nil
		case n == mostRepeats || ctx.Err() != nil:
			return err
		case eip.OutcomeUnknown(err):
			e.Settled = true
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

// astray reports whether an address that was tagged and joined to a package lacks
// one of the two.
func (w *worker) astray(c *cycle, s step, a *eip.EipAddress) bool {
	inside := s > joined && s < left
	return s > tagged && a.Tags["cycle"] != nameOf(c.n) || inside && a.BandwidthPackageID != w.bandwidthPackage
}
