package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// region is where the storm takes place.
const region = eiptest.DefaultRegion

// embedded runs the storm, or the naive loop, against a service in this process.
func embedded(ctx context.Context, cfg config, out io.Writer) (*result, error) {
	before := runtime.NumGoroutine()
	start := time.Now()
	site, err := open(cfg)
	if err != nil {
		return nil, err
	}
	defer site.close()
	b := newBooks()
	stop := progress(out, func() string { return site.line(b.calls(), cfg.calls, start) })
	var idle func()
	if cfg.naive {
		idle, err = naively(ctx, cfg, site.srv.URL(), b)
	} else {
		idle, err = carefully(ctx, cfg, site.srv.URL(), b)
	}
	stop()
	if idle == nil {
		return nil, err
	}
	idle()
	res, cerr := site.settle(cfg, b)
	res.wall = time.Since(start)
	site.close()
	res.goroutines = settled(func() int { return runtime.NumGoroutine() - before })
	if err == nil {
		err = cerr
	}
	return res, err
}

// carefully runs the workers with one client. It returns what closes the client's
// connections.
func carefully(ctx context.Context, cfg config, endpoint string, b *books) (idle func(), err error) {
	opts := clientOptions(endpoint, cfg.signature)
	if cfg.attempts > 0 {
		opts = append(opts, eip.WithMaxAttempts(cfg.attempts))
	}
	client, err := eip.NewClient(region, opts...)
	if err != nil {
		return nil, err
	}
	c := &crew{calls: cfg.calls, workers: cfg.workers, made: b.calls, hire: func(n int) lifecycles {
		return &worker{number: n, client: client, books: b}
	}}
	return client.CloseIdleConnections, c.work(ctx)
}

// site is the embedded service and what disturbs it.
type site struct {
	srv      *eiptest.Server
	restarts *restarter
	closed   bool
}

func open(cfg config) (*site, error) {
	srv, err := service(cfg)
	if err != nil {
		return nil, err
	}
	s := &site{srv: srv, restarts: newRestarter(srv.Restart, cfg)}
	srv.Before(func(c eiptest.Call) { s.restarts.see(c.Seq) })
	return s, nil
}

// line is the progress line.
func (s *site) line(calls, of int, start time.Time) string {
	n := s.srv.Counts()
	faults := 0
	for _, k := range n.Faults {
		faults += k
	}
	return fmt.Sprintf("%d of %d calls, %d attempts, %d faults, %d restarts, %s",
		calls, of, n.Calls, faults, s.restarts.count.Load(), time.Since(start).Round(100*time.Millisecond))
}

// settle waits until the service has nothing more to do, and draws up the
// result. The workers must have ended.
func (s *site) settle(cfg config, b *books) (*result, error) {
	settled(func() int { return s.srv.Counts().Active })
	s.srv.Before(nil)
	err := s.restarts.stop()
	found := audit(recordOf(s.srv), b)
	found.auditPackages(s.srv.BandwidthPackages(), b)
	open := settled(func() int { return s.srv.Counts().Open })
	res := &result{
		cfg: cfg, books: b, counts: s.srv.Counts(), restarts: int(s.restarts.count.Load()),
		finding: found, connections: open,
	}
	return res, err
}

func (s *site) close() {
	if !s.closed {
		s.closed = true
		s.srv.Close()
	}
}

// settled polls a figure until it is down to 0, for some seconds at most, and
// returns what it came to.
func settled(figure func() int) int {
	n := figure()
	for end := time.Now().Add(5 * time.Second); n > 0 && time.Now().Before(end); n = figure() {
		time.Sleep(2 * time.Millisecond)
	}
	return max(n, 0)
}
