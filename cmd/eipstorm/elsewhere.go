package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	eip "github.com/eipkit/eip-go"
)

// elsewhere runs the storm against a service that is not this program's. There
// is no record to read, so the audit goes by what the API shows: every address
// that a look found, and at the end all that carry this run's marks.
func elsewhere(ctx context.Context, cfg config, out io.Writer) (*result, error) {
	before := runtime.NumGoroutine()
	start := time.Now()
	client, err := eip.NewClient(region, clientOptions(cfg.endpoint, cfg.signature)...)
	if err != nil {
		return nil, err
	}
	b := newBooks()
	s := &sightings{made: map[string]made{}}
	first := int(start.UnixMilli()) * 1000 // another run's names are others
	stop := progress(out, func() string { return fmt.Sprintf("%d of %d calls", b.calls(), cfg.calls) })
	c := &crew{calls: cfg.calls, workers: cfg.workers, made: b.calls, next: first, hire: func(n int) lifecycles {
		return &worker{number: n, client: client, books: b, saw: s.add}
	}}
	err = c.work(ctx)
	stop()
	lerr := s.list(ctx, client, first)
	client.CloseIdleConnections()
	if err == nil {
		err = lerr
	}
	res := &result{cfg: cfg, books: b, finding: audit(s.record(), b), wall: time.Since(start)}
	res.goroutines = settled(func() int { return runtime.NumGoroutine() - before })
	return res, err
}

// sightings are the addresses that the API has shown.
type sightings struct {
	mu   sync.Mutex
	made map[string]made
}

func (s *sightings) add(a *eip.EipAddress) {
	s.mu.Lock()
	s.made[a.AllocationID] = made{id: a.AllocationID, name: a.Name}
	s.mu.Unlock()
}

// list looks for what is left of this run, until two walks in a row show the
// same: an answer can be spoilt, and what is being released goes away.
func (s *sightings) list(ctx context.Context, client *eip.Client, first int) error {
	var before map[string]made
	for n := 0; ; n++ {
		now, err := walk(ctx, client, first)
		switch {
		case err != nil && (n >= mostRepeats || ctx.Err() != nil):
			return err
		case err != nil:
			continue
		case before != nil && maps.Equal(before, now):
			s.mu.Lock()
			defer s.mu.Unlock()
			maps.Copy(s.made, now)
			return nil
		case n >= mostRepeats:
			return errors.New("no two walks over the addresses show the same")
		}
		before = now
	}
}

// walk reads all pages of this run's addresses. Pages that do not have as many
// elements as they count, or elements without an ID, are an error.
func walk(ctx context.Context, client *eip.Client, first int) (map[string]made, error) {
	found := map[string]made{}
	for page, seen := 1, 0; ; page++ {
		res, err := client.DescribeEipAddresses(ctx, &eip.DescribeEipAddressesRequest{
			Tags: eip.Tags{"made-by": "storm"}, PageNumber: page, PageSize: 50,
		})
		if err != nil {
			return nil, err
		}
		for _, a := range res.EipAddresses {
			if a.AllocationID == "" {
				return nil, errors.New("an address without an ID")
			}
			n, err := strconv.Atoi(strings.TrimPrefix(a.Name, "storm-"))
			if err == nil && n >= first && a.Status != eip.StatusReleasing {
				found[a.AllocationID] = made{id: a.AllocationID, name: a.Name, alive: true}
			}
		}
		switch seen += len(res.EipAddresses); {
		case seen == res.TotalCount:
			return found, nil
		case len(res.EipAddresses) == 0 || seen > res.TotalCount:
			return nil, fmt.Errorf("%d addresses, and %d according to the count", seen, res.TotalCount)
		}
	}
}

func (s *sightings) record() []made {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []made
	for _, a := range s.made {
		out = append(out, a)
	}
	return out
}
