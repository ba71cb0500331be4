package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	eip "github.com/eipkit/eip-go"
)

// naive is the loop that is often written around an SDK: repeat on any error, a
// few times, with growing pauses, and without a token. It sends the same
// requests as a worker, with the same time-out, as often as the library would.
type naive struct {
	number int
	client *eip.Client
	books  ledger[entry]
}

// naively runs the naive workers. Each has a client of its own, so that none
// profits from what another has learnt of throttling.
func naively(ctx context.Context, cfg config, endpoint string, b *books) (idle func(), err error) {
	tr := &http.Transport{MaxIdleConns: 2 * cfg.workers, MaxIdleConnsPerHost: 2 * cfg.workers}
	clients := make([]*eip.Client, cfg.workers)
	for i := range clients {
		clients[i], err = eip.NewClient(region, append(clientOptions(endpoint, cfg.signature),
			eip.WithHTTPClient(&http.Client{Transport: tr}), eip.WithMaxAttempts(1), eip.WithThrottlePatience(0))...)
		if err != nil {
			return nil, err
		}
	}
	c := &crew{calls: cfg.calls, workers: cfg.workers, made: b.calls, hire: func(n int) lifecycles {
		return &naive{number: n, client: clients[n], books: b}
	}}
	return tr.CloseIdleConnections, c.work(ctx)
}

// run is one lifecycle. Whatever fails for good, it goes on to give back what it
// knows of.
func (w *naive) run(ctx context.Context, c cycle) error {
	id, err := w.allocate(ctx, c.n)
	if err != nil || !isID(id) {
		return w.giveUp(ctx, c.n)
	}
	if err := w.books.note(entry{What: "done", Cycle: c.n, Worker: w.number, Step: allocate, ID: id}, false); err != nil {
		return err
	}
	instance := fmt.Sprintf("i-test%d", c.n+1)
	err = w.await(ctx, id, "Available")
	if err == nil {
		err = w.write(ctx, "AssociateEipAddress", url.Values{"AllocationId": {id}, "InstanceId": {instance}})
	}
	if err == nil {
		_ = w.await(ctx, id, "InUse")
		_ = w.write(ctx, "UnassociateEipAddress", url.Values{"AllocationId": {id}, "InstanceId": {instance}})
		_ = w.await(ctx, id, "Available")
	}
	if err := w.write(ctx, "ReleaseEipAddress", url.Values{"AllocationId": {id}}); err != nil {
		return w.giveUp(ctx, c.n)
	}
	return w.books.note(entry{What: "done", Cycle: c.n, Worker: w.number, Step: release}, false)
}

// giveUp ends a lifecycle whose address is not known, or could not be released.
func (w *naive) giveUp(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.books.note(entry{What: "end", Cycle: n, Worker: w.number}, false)
}

func (w *naive) allocate(ctx context.Context, n int) (id string, err error) {
	var out struct {
		AllocationID string `json:"AllocationId"`
	}
	err = w.call(ctx, "AllocateEipAddress", url.Values{"Bandwidth": {"5"}, "Name": {nameOf(n)},
		"Tag.1.Key": {"made-by"}, "Tag.1.Value": {"storm"}}, &out)
	return out.AllocationID, err
}

func (w *naive) write(ctx context.Context, action string, params url.Values) error {
	return w.call(ctx, action, params, nil)
}

// await looks a few times; what people write here has an end, too.
func (w *naive) await(ctx context.Context, id, want string) error {
	for range 50 {
		var out struct {
			EipAddresses struct{ EipAddress []struct{ Status string } }
		}
		err := w.call(ctx, "DescribeEipAddresses", url.Values{"AllocationId": {id}}, &out)
		if err == nil && len(out.EipAddresses.EipAddress) == 1 && out.EipAddresses.EipAddress[0].Status == want {
			return nil
		}
		if err := pause(ctx, pollPause); err != nil {
			return err
		}
	}
	return errors.New("it does not become " + want)
}

// call is the loop.
func (w *naive) call(ctx context.Context, action string, params url.Values, out any) error {
	var err error
	attempts := 0
	for wait := backoffMin; attempts < eip.DefaultMaxAttempts; wait = min(2*wait, backoffMax) {
		attempts++
		// KindOnce keeps the client from adding a token.
		if _, err = w.client.Do(ctx, eip.RawRequest{Action: action, Params: params, Kind: eip.KindOnce}, out); err == nil {
			break
		}
		if perr := pause(ctx, rand.N(wait)+time.Millisecond); perr != nil {
			return perr
		}
	}
	outcome := fine
	if err != nil {
		outcome = failed
	}
	if nerr := w.books.note(entry{What: "call", Action: action, Attempts: attempts, Outcome: outcome}, false); nerr != nil {
		return nerr
	}
	return err
}
