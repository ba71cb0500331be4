package transport

import (
	"log/slog"
	"time"
)

// Attempt is the record of one attempt, for logs and hooks. It holds nothing
// secret.
type Attempt struct {
	Action    string
	Kind      Kind
	Number    int // from 1
	Start     time.Time
	Duration  time.Duration
	Status    int // 0: no answer
	RequestID string
	Code      string
	Cause     Cause
	Unknown   bool // the outcome of the call so far
	Repeat    bool
	Wait      time.Duration // before the repeat; a gate may add to it
	Why       string
	Err       error
}

func (r *run) observe(j Judgement) {
	cfg := &r.loop.cfg
	if cfg.Logger == nil && cfg.Observe == nil {
		return
	}
	a := &Attempt{
		Action: r.call.Action, Kind: r.call.Kind, Number: r.tries,
		Start: r.cur.start, Duration: time.Since(r.cur.start),
		RequestID: j.RequestID, Code: j.Code, Cause: j.Cause, Unknown: r.unknown,
		Repeat: r.decision.repeat, Wait: r.decision.wait, Why: r.decision.why, Err: j.Err,
	}
	if r.cur.answer != nil {
		a.Status = r.cur.answer.Status
	}
	if cfg.Logger != nil {
		r.log(a)
	}
	if cfg.Observe != nil {
		cfg.Observe(r.ctx, a)
	}
}

func (r *run) log(a *Attempt) {
	level := slog.LevelDebug
	if a.Err != nil {
		level = slog.LevelWarn
	}
	if !r.loop.cfg.Logger.Enabled(r.ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs,
		slog.String("action", a.Action),
		slog.Int("attempt", a.Number),
		slog.Duration("took", a.Duration),
		slog.Int("status", a.Status),
		slog.String("request_id", a.RequestID),
		slog.String("cause", a.Cause.String()),
		slog.Bool("repeat", a.Repeat),
	)
	if a.Code != "" {
		attrs = append(attrs, slog.String("code", a.Code))
	}
	if a.Err != nil {
		attrs = append(attrs, slog.String("why", a.Why), slog.String("error", a.Err.Error()))
	}
	if a.Repeat {
		attrs = append(attrs, slog.Duration("wait", a.Wait))
	}
	if a.Unknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	r.loop.cfg.Logger.LogAttrs(r.ctx, level, "attempt", attrs...)
}
