package eip_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
)

// The points that the 2019 API reference prints: EipBandwidth is EipFlow/60,
// thus bytes per second, an eighth of the rate in bits.
func TestSampleRates(t *testing.T) {
	t.Parallel()
	s := eip.Sample{Period: time.Minute, BytesIn: 32526540, BytesOut: 140370, Flow: 32666910, EipBandwidth: 544448}
	assert.InDelta(t, 4355588.0, s.Bits(), 1e-6)
	assert.InDelta(t, 4336872.0, s.BitsIn(), 1e-6)
	assert.InDelta(t, 18716.0, s.BitsOut(), 1e-6)
	assert.Equal(t, s.EipBandwidth, int64(s.Bits()/8))
	s.Period = time.Hour
	assert.InDelta(t, 4355588.0/60, s.Bits(), 1e-6, "the period counts, not the minute")
	assert.True(t, math.IsNaN(eip.Sample{Flow: 1}.Bits()))
}

// The rates of the fake's data against exact arithmetic on the raw answers.
func TestRatesAgreeWithTheRawAnswers(t *testing.T) {
	t.Parallel()
	_, client, id := monitored(t)
	end := lastMinute()
	start := end.Add(-300 * time.Minute)
	for _, seconds := range []int64{60, 300} {
		series, err := client.MonitorSeries(t.Context(), eip.MonitorQuery{
			AllocationID: id, Start: start.Truncate(time.Hour), End: end.Truncate(time.Hour), Period: time.Duration(seconds) * time.Second,
		})
		require.NoError(t, err)
		res, err := client.DescribeEipMonitorData(t.Context(), &eip.DescribeEipMonitorDataRequest{
			AllocationID: id, StartTime: start.Truncate(time.Hour), EndTime: end.Truncate(time.Hour), Period: int(seconds),
		})
		require.NoError(t, err)
		require.Len(t, series.Samples, len(res.EipMonitorDatas))
		var in, out, packets int64
		sum := new(big.Rat)
		var peak *big.Rat
		for i, d := range res.EipMonitorDatas {
			bits := big.NewRat(8*d.EipFlow, seconds)
			exact, _ := bits.Float64()
			assert.InEpsilon(t, exact, series.Total()[i], 1e-12)
			exactIn, _ := big.NewRat(8*d.EipRX, seconds).Float64()
			assert.InEpsilon(t, exactIn, series.In()[i], 1e-12)
			exactOut, _ := big.NewRat(8*d.EipTX, seconds).Float64()
			assert.InEpsilon(t, exactOut, series.Out()[i], 1e-12)
			in, out, packets = in+d.EipRX, out+d.EipTX, packets+d.EipPackets
			sum.Add(sum, bits)
			if peak == nil || bits.Cmp(peak) > 0 {
				peak = bits
			}
		}
		mean, _ := sum.Quo(sum, big.NewRat(int64(len(res.EipMonitorDatas)), 1)).Float64()
		assert.InEpsilon(t, mean, series.Total().Mean(), 1e-9)
		top, _ := peak.Float64()
		assert.InEpsilon(t, top, series.Total().Peak(), 1e-12)
		gotIn, gotOut := series.Bytes()
		assert.Equal(t, []int64{in, out, packets}, []int64{gotIn, gotOut, series.Packets()})
	}
}

// The nearest rank by its definition, in whole numbers, without sorting: the
// lowest value that at least p percent of all do not exceed.
func TestPercentileByDefinition(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 7))
	for n := 1; n <= 101; n += 4 {
		rates := make(eip.Rates, n)
		for i := range rates {
			rates[i] = float64(rnd.IntN(40)) // with doubles among them
		}
		before := append(eip.Rates(nil), rates...)
		notAbove := make([]int, n) // how many do not exceed this one
		for i, v := range rates {
			for _, w := range rates {
				if w <= v {
					notAbove[i]++
				}
			}
		}
		for tenth := 1; tenth <= 1000; tenth++ { // 0.1 to 100 percent
			want := math.Inf(1)
			for i, v := range rates {
				if notAbove[i]*1000 >= tenth*n {
					want = min(want, v)
				}
			}
			if got := rates.Percentile(float64(tenth) / 10); got != want {
				t.Fatalf("n=%d p=%v: %v, by definition %v", n, float64(tenth)/10, got, want)
			}
		}
		assert.Equal(t, before, rates, "the rates stay in the order of time")
	}
}

func TestPercentileOfAMonth(t *testing.T) {
	t.Parallel()
	rates := make(eip.Rates, 8640) // 30 days by five minutes
	for i, v := range rand.New(rand.NewPCG(1, 2)).Perm(len(rates)) {
		rates[i] = float64(v + 1)
	}
	assert.InDelta(t, 8208, rates.Percentile(95), 0, "432 of 8,640 samples are dropped")
	assert.InDelta(t, 4320, rates.Percentile(50), 0)
	assert.InDelta(t, 1, rates.Percentile(0), 0)
	assert.InDelta(t, 1, rates.Percentile(-5), 0)
	assert.InDelta(t, 8640, rates.Percentile(100), 0)
	assert.InDelta(t, 8640, rates.Percentile(1000), 0)
	assert.InDelta(t, 8640, rates.Peak(), 0)
	assert.InDelta(t, 4320.5, rates.Mean(), 1e-6)
}

func TestRatesOfNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []eip.Rates{nil, {}} {
		assert.True(t, math.IsNaN(r.Peak()))
		assert.True(t, math.IsNaN(r.Mean()))
		assert.True(t, math.IsNaN(r.Percentile(95)))
	}
	assert.True(t, math.IsNaN(eip.Rates{1}.Percentile(math.NaN())))
	var s eip.MonitorSeries
	assert.Zero(t, s.Expected())
	assert.Empty(t, s.Gaps())
	assert.Empty(t, s.Points(eip.Sample.Bits))
}
