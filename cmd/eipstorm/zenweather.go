package main

import (
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// zenService starts the embedded service with the faults that it shares with the
// other vendor's. It throttles with status 429 and with 200, and its hints count
// in seconds, so that none are given here.
func zenService(cfg config) (*zenlayertest.Server, error) {
	opts := []zenlayertest.Option{
		zenlayertest.WithSeed(cfg.seed), zenlayertest.WithRecord(0), zenlayertest.WithBalance(1e12),
		zenlayertest.WithZones(zenlayertest.Zone{ID: zenZone, Stock: -1}), zenlayertest.WithVisibilityDelay(zenHidden),
	}
	for _, k := range cfg.zenKinds() {
		for _, d := range k.doses {
			opts = append(opts, zenlayertest.WithChance(d.fault, cfg.faults*d.share, d.actions...))
		}
	}
	return zenlayertest.New(opts...)
}

// zenKinds are the faults with their shares of -faults, as in kinds.
var zenKinds = []kind{
	{"cut-before", []dose{{fault.CutBefore(), .115, nil}}},
	{"cut-after", []dose{{fault.CutAfter(), .115, nil}}},
	{"cut-body", []dose{{fault.CutBody(), .115, nil}}},
	{"server-error", []dose{{fault.ServerError(503), .0575, nil}, {fault.ServerError(500).AfterRun(), .0575, nil}}},
	{"bad-gateway", []dose{{fault.BadGateway(), .0575, nil}, {fault.BadGateway().AfterRun(), .0575, nil}}},
	{"throttle", []dose{{fault.Throttle(), .03, nil}, {zenlayertest.Throttle200(), .10, zenWrites}}},
	{"latency", []dose{{fault.Latency(tooLate), .04, nil}, {fault.Latency(tooLate).AfterRun(), .04, nil}}},
	{"late", []dose{{fault.Late(zenLate), .075, nil}}},
	{"wrong-date", []dose{{fault.WrongDate(oldDate), .08, nil}}},
	{restartKind, nil},
}

// zenForeignKinds are the faults with -foreign, as in foreignKinds.
var zenForeignKinds = []kind{
	{"cut-before", []dose{{fault.CutBefore(), .05, nil}}},
	{"cut-after", []dose{{fault.CutAfter(), .05, nil}}},
	{"cut-body", []dose{{fault.CutBody(), .05, nil}}},
	{"server-error", []dose{{fault.ServerError(503), .025, nil}, {fault.ServerError(500).AfterRun(), .025, nil}}},
	{"bad-gateway", []dose{{fault.BadGateway(), .025, nil}, {fault.BadGateway().AfterRun(), .025, nil}}},
	{"throttle", []dose{{fault.Throttle(), .02, nil}, {zenlayertest.Throttle200(), .04, zenWrites}}},
	{"latency", []dose{{fault.Latency(tooLate), .02, nil}, {fault.Latency(tooLate).AfterRun(), .02, nil}}},
	{"late", []dose{{fault.Late(zenLate), .05, nil}}},
	{"wrong-date", []dose{{fault.WrongDate(oldDate), .035, nil}}},
	{foreignKind, []dose{{fault.Foreign(0, ""), .2, nil}, {fault.Foreign(0, "").AfterRun(), .2, nil}}},
	{"cut-error", []dose{{fault.CutError(""), .015, nil}, {fault.CutError("").AfterRun(), .015, nil}}},
	{"empty-page", []dose{{fault.EmptyPage(), .02, zenLooks}}},
	{"missing-id", []dose{{fault.MissingID(), .015, zenLooks}}},
	{"wrong-id", []dose{{fault.WrongID(), .015, zenLooks}}},
	{"short-page", []dose{{fault.ShortPage(), .015, zenLooks}}},
	{"blank-id", []dose{{fault.BlankID(nil), .04, zenWrites[:1]}}},
	{restartKind, nil},
}

// zenKinds are the faults of a run.
func (c config) zenKinds() []kind {
	if c.foreign {
		return zenForeignKinds
	}
	return zenKinds
}

var zenWrites = []string{"AllocateEipAddresses", "TerminateEipAddress", "ReleaseEipAddresses"}

// zenLooks is the action that answers a list.
var zenLooks = []string{"DescribeEipAddresses"}
