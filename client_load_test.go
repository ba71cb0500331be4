package eip_test

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// With 30 % faults of all kinds at each attempt, at least 99.9 % of the calls
// succeed without the caller's help.
func TestThirtyPercentFaults(t *testing.T) {
	t.Parallel()
	faults := []fault.Fault{
		fault.CutBefore(), fault.CutAfter(), fault.CutBody(),
		fault.ServerError(503), fault.ServerError(500).AfterRun(), fault.BadGateway(), fault.BadGateway().AfterRun(),
		fault.Throttle(), fault.ThrottleHint(300 * time.Millisecond), fault.ThrottleRetryAfter(time.Second),
		fault.Hang(), fault.Hang().AfterRun(), fault.Latency(time.Minute).AfterRun(),
		fault.WrongDate(-time.Hour), fault.WrongClock(time.Hour),
	}
	synctest.Test(t, func(t *testing.T) {
		// A Date in the year 2000, where a bubble begins, is not believed.
		time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		opts := []eiptest.Option{eiptest.WithPipe(), eiptest.WithQuota(1 << 20), eiptest.WithSeed(7)}
		for _, f := range faults {
			opts = append(opts, eiptest.WithChance(f, 0.30/float64(len(faults))))
		}
		srv := eiptest.NewServer(t, opts...)
		client := srv.Client(t)
		const workers, rounds = 20, 100
		var calls, helped atomic.Int64
		var mu sync.Mutex
		told, tokens := map[string]bool{}, map[string]bool{}
		count := func(err error) bool {
			calls.Add(1)
			if err != nil {
				helped.Add(1)
				t.Logf("%v", err)
			}
			return err == nil
		}
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range rounds {
					made, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
					if !count(err) {
						mu.Lock()
						if eip.OutcomeUnknown(err) {
							tokens[eip.ClientTokenOf(err)] = true
						}
						mu.Unlock()
						continue
					}
					mu.Lock()
					told[made.AllocationID] = true
					mu.Unlock()
					_, err = client.DescribeEipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{AllocationIDs: []string{made.AllocationID}})
					count(err)
					_, err = client.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: made.AllocationID})
					count(err)
				}
			})
		}
		wg.Wait()
		counts := srv.Counts()
		for _, f := range faults {
			assert.Greater(t, counts.Faults[f.Kind()], counts.Calls/100, f.Kind())
		}
		share := 1 - float64(helped.Load())/float64(calls.Load())
		t.Logf("%d calls, %d attempts, %.2f %% succeeded without help, faults %v", calls.Load(), counts.Calls, 100*share, counts.Faults)
		assert.GreaterOrEqual(t, share, 0.999)
		if helped.Load() == 0 {
			assert.Len(t, srv.AddressesEverMade(), workers*rounds, "one address for each call")
		}
		for _, a := range srv.Addresses() {
			assert.True(t, told[a.AllocationID] || tokens[a.Token], "%s is in nobody's books", a.AllocationID)
		}
	})
}

// 256 goroutines on one client, all actions.
func TestManyGoroutinesAllActions(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(1<<20), eiptest.WithSegmentQuota(1<<20), eiptest.WithTransition(0))
	client := srv.Client(t)
	var wg sync.WaitGroup
	for i := range 256 {
		wg.Go(func() {
			ctx := t.Context()
			made, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{Name: fmt.Sprintf("n%d", i)})
			if !assert.NoError(t, err) {
				return
			}
			id := made.AllocationID
			var errs []error
			try := func(_ any, err error) { errs = append(errs, err) }
			try(client.DescribeRegions(ctx, nil))
			try(client.ModifyEipAddressAttribute(ctx, &eip.ModifyEipAddressAttributeRequest{AllocationID: id, Bandwidth: 7}))
			try(client.DescribeEipAddresses(ctx, &eip.DescribeEipAddressesRequest{AllocationIDs: []string{id}}))
			end := time.Now().Truncate(time.Minute)
			try(client.DescribeEipMonitorData(ctx, &eip.DescribeEipMonitorDataRequest{AllocationID: id, StartTime: end.Add(-time.Hour), EndTime: end}))
			try(client.DescribeEipGatewayInfo(ctx, &eip.DescribeEipGatewayInfoRequest{InstanceID: "eni-test1"}))
			instance := fmt.Sprintf("i-many%d", i)
			if !assert.NoError(t, srv.AddInstance(eiptest.Instance{ID: instance, Type: eiptest.ECS})) {
				return
			}
			try(client.AssociateEipAddress(ctx, &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: instance}))
			try(client.UnassociateEipAddress(ctx, &eip.UnassociateEipAddressRequest{AllocationID: id, InstanceID: instance}))
			try(client.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: id}))
			pro, err := client.AllocateEipAddressPro(ctx, &eip.AllocateEipAddressProRequest{})
			try(pro, err)
			if err == nil {
				try(client.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: pro.AllocationID}))
			}
			if i%16 == 0 {
				segment, err := client.AllocateEipSegmentAddress(ctx, &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
				try(segment, err)
				if err == nil {
					try(client.DescribeEipSegment(ctx, &eip.DescribeEipSegmentRequest{SegmentInstanceID: segment.EipSegmentInstanceID}))
					try(client.ReleaseEipSegmentAddress(ctx, &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: segment.EipSegmentInstanceID}))
				}
			}
			for _, err := range errs {
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.Empty(t, srv.Addresses())
	assert.Empty(t, srv.Segments())
	for _, action := range []string{
		"AllocateEipAddress", "AllocateEipAddressPro", "AllocateEipSegmentAddress", "AssociateEipAddress", "DescribeEipAddresses",
		"DescribeEipGatewayInfo", "DescribeEipMonitorData", "DescribeEipSegment", "DescribeRegions", "ModifyEipAddressAttribute",
		"ReleaseEipAddress", "ReleaseEipSegmentAddress", "UnassociateEipAddress",
	} {
		assert.NotZero(t, srv.Counts().Actions[action], action)
	}
}

const describeAnswer = `{"RequestId":"4C467B38-3910-447D-87BC-AC049166F216","PageNumber":1,"PageSize":10,"TotalCount":1,
"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","IpAddress":"192.0.2.1","Status":"Available","Bandwidth":"5","RegionId":"cn-hangzhou"}]}}`

// BenchmarkCall is one call over a kept connection, without and with a hook,
// beside the same call written by hand with net/http: signed, sent, decoded.
func BenchmarkCall(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, describeAnswer)
	}))
	b.Cleanup(srv.Close)
	ctx := context.Background()
	call := func(b *testing.B, opts ...eip.Option) {
		client, err := eip.NewClient("cn-hangzhou", append([]eip.Option{
			eip.WithEndpoint(srv.URL), eip.WithCredentials(eip.StaticCredentials("testid", "testsecret")),
		}, opts...)...)
		require.NoError(b, err)
		b.Cleanup(client.CloseIdleConnections)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.DescribeEipAddresses(ctx, &eip.DescribeEipAddressesRequest{PageSize: 10}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("client", func(b *testing.B) { call(b) })
	b.Run("client-with-hook", func(b *testing.B) {
		call(b, eip.WithAttemptHook(func(context.Context, eip.Attempt) {}))
	})
	b.Run("floor-by-hand", func(b *testing.B) {
		hc := &http.Client{Transport: &http.Transport{}}
		b.Cleanup(hc.CloseIdleConnections)
		b.ReportAllocs()
		for b.Loop() {
			if err := byHand(hc, srv.URL); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// byHand is what one writes without a library: sign, post, read, unmarshal.
func byHand(hc *http.Client, endpoint string) error {
	params := url.Values{
		"Action": {"DescribeEipAddresses"}, "Version": {eip.APIVersion}, "Format": {"JSON"}, "RegionId": {"cn-hangzhou"},
		"PageSize": {"10"}, "AccessKeyId": {"testid"}, "SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"},
		"SignatureNonce": {rand.Text()}, "Timestamp": {time.Now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	canonical := strings.ReplaceAll(params.Encode(), "+", "%20")
	mac := hmac.New(sha1.New, []byte("testsecret&"))
	mac.Write([]byte("POST&%2F&" + strings.ReplaceAll(url.QueryEscape(canonical), "+", "%20")))
	params.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := hc.Post(endpoint, "application/x-www-form-urlencoded", strings.NewReader(params.Encode()))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var out struct {
		RequestId, PageNumber, PageSize, TotalCount any //nolint:revive // the wire's names
		EipAddresses                                struct {
			EipAddress []struct{ AllocationId, IpAddress, Status, Bandwidth, RegionId string } //nolint:revive // as above
		}
	}
	return json.Unmarshal(body, &out)
}
