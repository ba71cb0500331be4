package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// attempt is what one round trip left behind.
type attempt struct {
	start    time.Time
	received time.Time
	answer   *Answer // complete, or nil
	err      error
	signErr  error
	cause    Cause // when the round trip itself knows it
	// connected: a connection was handed to the request, as far as one can
	// see. reached: some of it may have left.
	connected bool
	reached   bool
	timedOut  bool
	secrets   Secrets
	url       *url.URL
	skew      time.Duration // with which it was signed
}

// RoundTrip signs the attempt, sends it through the caller's transport and
// reads the whole answer. It is the innermost layer, so that credentials, time
// and nonce are fresh each time. It deliberately has no CloseIdleConnections:
// go-retryablehttp calls that after every failed call.
func (r *run) RoundTrip(req *http.Request) (*http.Response, error) {
	r.tries++
	r.cur = attempt{start: time.Now()}
	a := &r.cur
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		a.signErr = err
		return nil, err
	}
	// A slow credentials provider counts against the caller's context; the
	// attempt's clock starts when the request is ready.
	signed, err := r.call.Sign(ctx, func() time.Time {
		a.skew = time.Duration(r.loop.skew.Load())
		return time.Now().Add(a.skew)
	})
	if err != nil {
		a.signErr = err
		return nil, err
	}
	a.secrets, a.url = signed.Secrets, signed.URL
	a.start = time.Now()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, limit := new(watch), r.loop.timedOut
	alarm := time.AfterFunc(r.loop.cfg.AttemptTimeout, func() { cancel(limit) })
	defer alarm.Stop()
	w.trace.GetConn = func(string) { w.asked.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.got.Store(true) }
	ctx = httptrace.WithClientTrace(ctx, &w.trace)
	r.sent++
	resp, err := r.loop.cfg.Transport.RoundTrip(newRequest(ctx, req, signed))
	switch {
	case err == nil && resp == nil:
		err = errors.New("the transport gave neither an answer nor an error")
	case err == nil:
		err = r.read(resp)
	}
	a.received = time.Now()
	// A transport that reports nothing to httptrace may have sent it.
	a.connected = w.got.Load() || a.answer != nil
	a.reached = a.connected || !w.asked.Load()
	if err != nil {
		a.err = err
		a.timedOut = context.Cause(ctx) == limit //nolint:errorlint // identity is meant
		if a.cause != CauseNone && (a.timedOut || req.Context().Err() != nil) {
			a.cause = CauseNone // the cut was our own doing
		}
		return nil, err
	}
	return resp, nil
}

// watch is what a transport may still use when an attempt has ended: a dial that
// goes on reports to it. It is of one attempt.
type watch struct {
	trace      httptrace.ClientTrace
	asked, got atomic.Bool // for a connection
}

// payload is the body and the URL of an attempt. They are its own, since a
// transport may change the URL of a request that it should leave alone.
type payload struct {
	bytes.Reader
	url url.URL
}

func (*payload) Close() error { return nil }

// newRequest builds the signed request from the one that net/http handed over.
func newRequest(ctx context.Context, req *http.Request, signed *Signed) *http.Request {
	out := req.WithContext(ctx) // a copy
	body := &payload{url: *signed.URL}
	out.URL, out.Host = &body.url, strings.TrimSuffix(body.url.Host, ":")
	out.Header = req.Header.Clone() // the cookies of a jar
	if out.Header == nil {
		out.Header = make(http.Header, len(signed.Header))
	}
	for name, values := range signed.Header {
		out.Header[name] = values
	}
	if signed.Body == nil {
		if req.Method == http.MethodPost {
			out.Body = http.NoBody // Content-Length: 0, not a chunked nothing
			return out
		}
		// net/http repeats a GET without a body after a broken connection, and
		// that would be the same nonce again. It does not repeat one whose body
		// it cannot see through.
		out.Body = body
		return out
	}
	body.Reset(signed.Body)
	out.ContentLength = int64(len(signed.Body))
	out.Body = body
	// For a POST, net/http uses GetBody only for a request of which nothing was
	// written, and for HTTP/2 streams that the server refused.
	out.GetBody = func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(signed.Body)), nil
	}
	return out
}

// read takes the whole body in, up to the limit.
func (r *run) read(resp *http.Response) error {
	a := &r.cur
	limit := min(r.loop.cfg.MaxBody, math.MaxInt64-1)
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	body, err := readAll(io.LimitReader(resp.Body, limit+1), min(resp.ContentLength, limit))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		a.cause = CauseCutAnswer
		return err
	case int64(len(body)) > limit:
		a.cause = CauseOverLimit
		return &BodyLimitError{Limit: limit}
	}
	a.answer = &Answer{
		Status: resp.StatusCode, Header: resp.Header, Body: body,
		UnknownBefore: r.unknown, Secrets: a.secrets,
	}
	resp.Body = http.NoBody
	return nil
}

// Sizes of the pieces that an answer is read into.
const (
	firstPiece   = 2 << 10
	largestPiece = 256 << 10
	trustedSize  = 1 << 20 // a larger Content-Length is not believed before the bytes are there
)

// readAll reads r to its end. It allocates little more than three times what it
// reads; once only if size, the expected length, is right.
func readAll(r io.Reader, size int64) ([]byte, error) {
	var full [][]byte
	total := 0
	next := firstPiece
	if size > 0 && size <= trustedSize {
		next = int(size) + 1 // the end is seen without a second piece
	}
	piece := make([]byte, 0, next)
	for {
		n, err := r.Read(piece[len(piece):cap(piece)])
		piece = piece[:len(piece)+n]
		total += n
		switch {
		case err == io.EOF && full == nil: //nolint:errorlint // a Reader returns io.EOF itself
			return piece, nil
		case err == io.EOF: //nolint:errorlint // a Reader returns io.EOF itself
			return slices.Concat(append(full, piece)...), nil
		case err != nil:
			return nil, err
		case len(piece) == cap(piece):
			full = append(full, piece)
			next = min(max(total, firstPiece), largestPiece)
			piece = make([]byte, 0, next)
		}
	}
}

// correctClock learns the server's clock from an answer that blames ours, and
// says whether that can help.
func (l *Loop) correctClock(a *attempt) bool {
	h := a.answer.Header
	if h.Get("Age") != "" {
		return false // a cache's answer tells an old time
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || date.Year() < 2020 || date.Year() > 2100 {
		return false // no clock that a service runs by
	}
	skew := date.Sub(a.received)
	// Compared with the correction that this attempt was signed with, not with
	// what other calls have learned since.
	if (skew - a.skew).Abs() < l.cfg.SkewFrom {
		return false // the clock that signed was right
	}
	if a.received.Sub(a.start) >= l.cfg.SkewFrom {
		return false // too slow an answer to tell the time by
	}
	l.skew.Store(int64(skew))
	return true
}

// retryAfter reads the standard header: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		if n <= 0 {
			return 0
		}
		const most = int64(1<<63-1) / int64(time.Second)
		return time.Duration(min(n, most)) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // both by the server's clock
	}
	return max(at.Sub(now), 0)
}

// boundHint bounds a hint that is not the service's own. It can slow the call
// down, but not end it: one that goes beyond the context's deadline, or beyond
// the patience with throttling, counts as none.
func (r *run) boundHint(cause Cause, hint time.Duration, now time.Time) time.Duration {
	hint = min(hint, r.loop.cfg.BackoffMax)
	if deadline, ok := r.ctx.Deadline(); ok && now.Add(hint).After(deadline) {
		return 0
	}
	began := r.throttledAt
	if began.IsZero() {
		began = now
	}
	if cause.Throttling() && !now.Add(hint).Before(began.Add(r.loop.cfg.Patience)) {
		return 0
	}
	return hint
}
