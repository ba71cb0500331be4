package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func example(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(in), &out)
	return out.String(), err
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traffic.svg")
	out, err := example(t, "", "-last", "30h", "-svg", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1800 samples of 1 min\n", "in, peak ", "95th percentile", "SVG: " + file} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "SVG:") && len(line) > 81 {
			t.Errorf("more than 80 columns: %q", line)
		}
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	out, err := example(t, "", "-endpoint", srv.URL(), "-last", "2h", "-period", "5m", "-svg", "")
	if err != nil || !strings.Contains(out, "24 samples of 5 min\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := len(srv.Addresses()); n != 0 {
		t.Errorf("%d addresses are left behind", n)
	}
	res, err := srv.Client(t).AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if out, err = example(t, "", "-endpoint", srv.URL(), "-last", "2h", "-svg", ""); err != nil || !strings.Contains(out, res.AllocationID) {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := len(srv.Addresses()); n != 1 {
		t.Errorf("%d addresses, not the one that was there", n)
	}
	if _, err = example(t, "", "-endpoint", srv.URL(), "-id", "eip-gone"); !errors.Is(err, eip.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, _, err := pick(t.Context(), eiptest.NewServer(t).Client(t), "", false); err == nil {
		t.Error("allocated in the real cloud")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, in, want string }{
		{"-live", "yes\n", "-region"},
		{"-live -region cn-hangzhou -endpoint http://127.0.0.1:1", "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou", "no\n", "not confirmed"},
		{"-live -region cn-hangzhou", "", "not confirmed"},
		{"-region cn-hangzhou live", "", "no arguments"},
		{"-last -1h", "", "positive"},
		{"-period x", "", "invalid value"},
		{"-svg /nonexistent/x.svg -last 1h", "", "SVG: "},
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.args, err, tt.want)
		}
		if asked := strings.Contains(out, "cn-hangzhou in the real cloud"); asked != (tt.want == "not confirmed") {
			t.Errorf("%s: %s", tt.args, out)
		}
	}
}

func TestNoSamples(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	srv.Fail("DescribeEipMonitorData", fault.Answer(200, nil, `{"RequestId":"r","EipMonitorDatas":{"EipMonitorData":[]}}`).Times(-1))
	out, err := example(t, "", "-endpoint", srv.URL(), "-last", "2h")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{": 0 samples", "in: no data\n", "no data from", "(120 samples)"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestGapsAreNotDrawn(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := &eip.MonitorSeries{Start: start, End: start.Add(10 * time.Minute), Period: time.Minute}
	for _, m := range []int{0, 1, 4, 5, 6, 9} {
		s.Samples = append(s.Samples, eip.Sample{Start: start.Add(time.Duration(m) * time.Minute), Period: time.Minute, BytesIn: int64(m)})
	}
	got := parts(s, eip.Sample.BitsIn, 1)
	if len(got) != 3 || len(got[0]) != 2 || len(got[1]) != 3 || len(got[2]) != 1 {
		t.Fatalf("%v", got)
	}
	if x := got[1][0].X; x != float64(start.Add(4*time.Minute).Unix()) {
		t.Errorf("the second part begins at %v", x)
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for want, points := range map[string][]float64{
		"in: no data": {nan, nan},
		"in, peak 0 bit/s\n|\n|\n|\n|\n|\n|\n+---":                                                                   {0, 0},
		"in, peak 12.0 kbit/s\n| #\n| #\n| #  .\n| #  #\n| #  #\n| #.?#\n+-----":                                     {12000, 1, nan, 7000},
		"in, peak 6 bit/s\n" + strings.Repeat("| "+strings.Repeat("#", 72)+"\n", 6) + "+-" + strings.Repeat("-", 72): slices.Repeat([]float64{1, 6}, 72),
	} {
		var out bytes.Buffer
		if chart(&out, "in", points); out.String() != want+"\n" {
			t.Errorf("got\n%swant\n%s", &out, want)
		}
	}
}

func TestPrefixed(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "0 B", 7: "7 B", 999: "999 B", 999.7: "1.00 kB", 1234: "1.23 kB", 45678: "45.7 kB", 456789: "457 kB", 2.5e15: "2500 TB",
	} {
		if got := prefixed(v, "B"); got != want {
			t.Errorf("%v: %q, not %q", v, got, want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	srv.Before(func(c eiptest.Call) {
		if c.Action == "DescribeEipMonitorData" {
			cancel()
		}
	})
	err := run(ctx, []string{"-endpoint", srv.URL()}, strings.NewReader(""), io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if n := len(srv.Addresses()); n != 0 {
		t.Errorf("%d addresses are left behind", n)
	}
}
