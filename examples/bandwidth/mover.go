package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
)

var tags = eip.Tags{"made-by": key}

// A mover has what the steps and the clean-up have to know of each other.
type mover struct {
	client    *eip.Client
	instances []string
	out       io.Writer

	asked *eip.CreateCommonBandwidthPackageRequest // of the package, once it was sent
	doubt error                                    // its outcome, if that is unknown
	made  string                                   // the ID of the package, until it is listed
}

// thePackage gives the package with the tag, Available, and creates it if there is
// none.
//
// There is one at most, whatever becomes of the calls. The creation's token depends
// on the addresses, which a later run finds again, so that a creation that is sent
// twice makes one package, also while a new one is not listed yet. And the token of
// a package that is deleted is never sent again: the addresses are released before
// that (cleanUp), and the service gives no ID out twice.
func (m *mover) thePackage(ctx context.Context, ids []string) (*eip.CommonBandwidthPackage, error) {
	found, err := m.packages(ctx)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return m.client.WaitBandwidthPackageAvailable(ctx, found[0])
	}
	m.asked = &eip.CreateCommonBandwidthPackageRequest{
		Bandwidth: sharedBandwidth, Name: "eip-go-bandwidth", Tags: tags,
		ClientToken: eip.ClientTokenFor(key+" for "+strings.Join(ids, " "), 0),
	}
	if err := m.create(ctx); err != nil {
		return nil, err
	}
	return m.awaitMade(ctx)
}

// create sends the creation. After an unknown outcome it settles that, and creates
// nothing more.
func (m *mover) create(ctx context.Context) error {
	res, err := m.client.CreateCommonBandwidthPackage(ctx, eip.Again(m.asked, m.doubt))
	if err == nil {
		m.doubt, m.made = nil, res.BandwidthPackageID
		return nil
	}
	if m.doubt = nil; eip.OutcomeUnknown(err) {
		m.doubt = err
	}
	return err
}

// awaitMade waits until the package that was created is Available. From then on the
// tag finds it.
func (m *mover) awaitMade(ctx context.Context) (*eip.CommonBandwidthPackage, error) {
	p, err := m.client.WaitBandwidthPackageAvailable(ctx, m.made)
	if err == nil {
		m.made = ""
	}
	return p, err
}

// packages lists the packages with the tag.
func (m *mover) packages(ctx context.Context) ([]string, error) {
	var ids []string
	for p, err := range m.client.BandwidthPackages(ctx, &eip.DescribeCommonBandwidthPackagesRequest{Tags: tags}) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.BandwidthPackageID)
	}
	return ids, nil
}

// report prints which bandwidth each address has and, together, is paid for
// (PayByBandwidth), and what they have used in the last hour.
func (m *mover) report(ctx context.Context, ids []string) error {
	list, err := m.client.GetEips(ctx, ids)
	if err != nil {
		return err
	}
	end := time.Now().Truncate(time.Minute)
	query := eip.MonitorQuery{Start: end.Add(-time.Hour), End: end}
	paid, together := 0, map[time.Time]float64{}
	packages := map[string]bool{}
	var peaks []string
	for series, err := range m.client.MonitorAddresses(ctx, ids, query) {
		if err != nil {
			return err
		}
		peaks = append(peaks, kilobits(series.Total().Peak(), len(series.Samples)))
		for _, s := range series.Samples {
			together[s.Start] += s.Bits()
		}
	}
	for i, a := range list {
		own, shared := a.Bandwidths()
		what := fmt.Sprintf("%d Mbit/s of its own", own)
		if shared > 0 {
			what = fmt.Sprintf("shares %d Mbit/s", shared)
		}
		if !packages[a.BandwidthPackageID] {
			paid += cmp.Or(shared, own)
		}
		packages[a.BandwidthPackageID] = shared > 0
		fmt.Fprintf(m.out, "   %-15s on %s: %s, used %s at most\n", a.IPAddress, a.InstanceID, what, peaks[i])
	}
	peak := 0.0
	for _, rate := range together {
		peak = max(peak, rate)
	}
	fmt.Fprintf(m.out, "   paid for: %d Mbit/s; used together: %s at most\n", paid, kilobits(peak, len(together)))
	return nil
}

func kilobits(rate float64, samples int) string {
	if samples == 0 {
		return "nothing yet"
	}
	return fmt.Sprintf("%.0f kbit/s", rate/1000)
}

// cleanUp releases everything that carries the key, from every run: the addresses
// leave the package and are released, then the package is deleted. failed is the
// error of the step that failed, if any: it lists allocations with an unknown
// outcome and addresses that the service did not list yet, which Adopt cannot find
// by the key.
func (m *mover) cleanUp(ctx context.Context, failed error) error {
	packages, unlisted, err := m.findPackages(ctx)
	if err != nil {
		// The addresses stay: the token of the package depends on them.
		return fmt.Errorf("a bandwidth package and addresses with the key %q may still exist and cost money, run this again: %w", key, err)
	}
	if err := m.releaseAddresses(ctx, failed); err != nil {
		return fmt.Errorf("%w\nbandwidth packages that still exist and cost money: %q", err, packages)
	}
	for _, id := range packages {
		_, err := m.client.DeleteCommonBandwidthPackage(ctx, &eip.DeleteCommonBandwidthPackageRequest{BandwidthPackageID: id})
		if err == nil || errors.Is(err, eip.CodeInvalidBandwidthPackageIdNotFound) { // by an earlier call
			err = m.client.WaitBandwidthPackageGone(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("the bandwidth package %s may still exist and cost money: %w", id, err)
		}
		fmt.Fprintf(m.out, "   %s is deleted\n", id)
	}
	if unlisted != nil {
		return fmt.Errorf("the bandwidth package %s was deleted by somebody else, or will appear and cost money: %w", m.made, unlisted)
	}
	return nil
}

// findPackages lists the packages with the tag, the one that this run has created,
// or may have created, included. unlisted says that this one does not appear.
func (m *mover) findPackages(ctx context.Context) (ids []string, unlisted, err error) {
	if m.doubt != nil {
		if err := m.create(ctx); err != nil {
			return nil, nil, err
		}
	}
	if m.made != "" {
		_, err := m.awaitMade(ctx)
		if errors.Is(err, eip.ErrNotFound) {
			unlisted = err
		} else if err != nil {
			return nil, nil, err
		}
	}
	ids, err = m.packages(ctx)
	return ids, unlisted, err
}

func (m *mover) releaseAddresses(ctx context.Context, failed error) error {
	req := &eip.AdoptRequest{Key: key}
	unlisted := map[string]bool{}
	note := func(err error) {
		var partial *eip.PartialError
		if !errors.As(err, &partial) {
			return
		}
		for _, a := range partial.Alive {
			if a.Status == "" {
				unlisted[a.AllocationID] = true
			}
		}
	}
	var partial *eip.PartialError
	if errors.As(failed, &partial) {
		req.Unsettled = partial.Unsettled
	}
	note(failed)
	list, err := m.client.Adopt(ctx, req)
	if err != nil {
		// Release the addresses that can be found all the same.
		note(err)
		err = fmt.Errorf("addresses with the key %q may still exist and cost money: %w", key, err)
		var again error
		if list, again = m.client.Adopt(ctx, &eip.AdoptRequest{Key: key}); again != nil {
			return errors.Join(err, again)
		}
	}
	errs := []error{err}
	for _, a := range list {
		delete(unlisted, a.AllocationID)
		_, err := m.client.EnsureNotInBandwidthPackage(ctx, []string{a.AllocationID})
		if err == nil || errors.Is(err, eip.ErrNotFound) {
			err = m.client.EnsureReleased(ctx, a.AllocationID, eip.UnbindFirst)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s is not released and costs money: %w", a.AllocationID, err))
			continue
		}
		fmt.Fprintf(m.out, "   %s (%s) is released\n", a.IPAddress, a.AllocationID)
	}
	for id := range unlisted {
		if err := m.client.EnsureReleased(ctx, id, eip.UnbindFirst, eip.JustAllocated); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released and costs money: %w", id, err))
		}
	}
	return errors.Join(errs...)
}
