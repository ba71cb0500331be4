package eip_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The README shows the code between the markers; a test compares the two.

// The life of an address in 25 lines.
func Example() {
	// README: program
	ctx := context.Background()
	srv, err := eiptest.New() // the fake; without it and its options this is the real cloud
	check(err)
	defer srv.Close()
	client, err := eip.NewClient("cn-hangzhou", srv.ClientOptions()...)
	check(err)

	made, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{
		Bandwidth: 10, Name: "gateway-7", Tags: eip.Tags{"team": "edge"},
	})
	check(err)
	_, err = client.WaitAvailable(ctx, made.AllocationID)
	check(err)
	_, err = client.AssociateEipAddress(ctx, &eip.AssociateEipAddressRequest{
		AllocationID: made.AllocationID, InstanceID: "i-test1",
	})
	check(err)
	bound, err := client.WaitInUse(ctx, made.AllocationID, "i-test1")
	check(err)
	fmt.Println(bound.IPAddress, bound.Status)

	err = client.EnsureReleased(ctx, made.AllocationID, eip.UnbindFirst)
	check(err)
	fmt.Println("released")
	// README: end

	// Output:
	// 198.18.0.2 InUse
	// released
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// An unknown outcome is settled by the request that Again returns, sent as often
// as it takes.
func ExampleOutcomeUnknown() {
	srv, err := eiptest.New(eiptest.WithPipe())
	check(err)
	defer srv.Close()
	client, err := eip.NewClient("cn-hangzhou", append(srv.ClientOptions(), eip.WithMaxAttempts(1))...)
	check(err)
	ctx := context.Background()
	srv.Fail("AllocateEipAddress", fault.CutAfter()) // it runs, the answer is lost

	// README: settle
	req := &eip.AllocateEipAddressRequest{Bandwidth: 10}
	made, err := client.AllocateEipAddress(ctx, req)
	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
		// It may have been allocated. Asking again with its token tells.
		made, err = client.AllocateEipAddress(ctx, eip.Again(req, err))
	}
	// README: end

	check(err)
	fmt.Println(made.EipAddress, "- addresses ever made:", len(srv.AddressesEverMade()))
	// Output:
	// 198.18.0.2 - addresses ever made: 1
}

// A program that may crash between the call and its answer uses a token that
// it can make again after the restart.
func ExampleClientTokenFor() {
	srv, err := eiptest.New(eiptest.WithPipe())
	check(err)
	defer srv.Close()

	allocate := func(ctx context.Context) (*eip.AllocateEipAddressResponse, error) {
		client, err := eip.NewClient("cn-hangzhou", srv.ClientOptions()...)
		check(err)
		return client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{
			Bandwidth:   10,
			ClientToken: eip.ClientTokenFor("prod/gateway-7", 0),
		})
	}

	// The first run crashes after the request has left: nobody reads the answer.
	crash, cancel := context.WithCancel(context.Background())
	srv.Before(func(eiptest.Call) { cancel() })
	srv.Fail("AllocateEipAddress", fault.CutAfter())
	_, err = allocate(crash)
	fmt.Println("outcome unknown:", eip.OutcomeUnknown(err))

	// The second run asks again, and gets the address of the first. If it were
	// refused, that would say nothing about the first run; Adopt waits for a proof.
	srv.Before(nil)
	made, err := allocate(context.Background())
	check(err)
	fmt.Println(made.EipAddress, "- addresses ever made:", len(srv.AddressesEverMade()))
	// Output:
	// outcome unknown: true
	// 198.18.0.2 - addresses ever made: 1
}

// Errors are matched by code, by family or by class.
func ExampleError() {
	srv, err := eiptest.New(eiptest.WithPipe(), eiptest.WithQuota(0))
	check(err)
	defer srv.Close()
	client, err := eip.NewClient("cn-hangzhou", srv.ClientOptions()...)
	check(err)
	_, err = client.AllocateEipAddress(context.Background(), &eip.AllocateEipAddressRequest{})

	var e *eip.Error
	switch {
	case eip.OutcomeUnknown(err):
		fmt.Println("settle it with Again; its token is", eip.ClientTokenOf(err))
	case errors.Is(err, eip.ErrQuota):
		errors.As(err, &e)
		fmt.Println(e.Code, e.HTTPStatus, e.Attempts)
	}
	// Output:
	// QuotaExceeded.Eip 400 1
}

// An action that the package has no types for.
func ExampleClient_Do() {
	srv, err := eiptest.New(eiptest.WithPipe())
	check(err)
	defer srv.Close()
	client, err := eip.NewClient("cn-hangzhou", srv.ClientOptions()...)
	check(err)

	var out struct {
		Regions struct{ Region []struct{ RegionID string } }
	}
	meta, err := client.Do(context.Background(), eip.RawRequest{Action: "DescribeRegions", Kind: eip.KindRead}, &out)
	check(err)
	fmt.Println(meta.HTTPStatus, len(out.Regions.Region) > 0)
	// Output:
	// 200 true
}

// One line for each attempt, and a hook for metrics.
func ExampleWithAttemptHook() {
	srv, err := eiptest.New(eiptest.WithPipe())
	check(err)
	defer srv.Close()
	srv.Fail("DescribeRegions", fault.CutBefore())
	client, err := eip.NewClient("cn-hangzhou", append(srv.ClientOptions(),
		eip.WithLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))),
		eip.WithAttemptHook(func(_ context.Context, a eip.Attempt) {
			fmt.Println(a.Action, a.Number, a.Cause, a.Repeat)
		}))...)
	check(err)
	_, err = client.DescribeRegions(context.Background(), nil)
	check(err)
	// Output:
	// DescribeRegions 1 no answer true
	// DescribeRegions 2 success false
}

// The functions below are what a user's own test looks like.

// README: eiptest
// openGateway is your code: it wants an address, bound to an instance. If the
// helper fails, nothing is left, or its error lists what is.
func openGateway(ctx context.Context, client *eip.Client, instance string) (string, error) {
	bound, err := client.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{
		Instance: eip.Instance{ID: instance},
		Allocate: eip.AllocateEipAddressRequest{Bandwidth: 10},
	})
	if err != nil {
		return "", err
	}
	return bound.IPAddress, nil
}

func TestOpenGateway(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t) // ends with the test
	client := srv.Client(t)
	srv.Fail("AllocateEipAddress", fault.CutAfter()) // it runs, the answer is lost

	ip, err := openGateway(t.Context(), client, "i-test1")
	require.NoError(t, err)

	addresses := srv.Addresses()
	require.Len(t, addresses, 1) // one address, although the request was sent twice
	require.Equal(t, addresses[0].IPAddress, ip)
	require.Equal(t, "i-test1", addresses[0].InstanceID)
}

// README: end

// README: httpmock
func TestQuota(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	mock.RegisterMatcherResponder("POST", "https://vpc.cn-hangzhou.aliyuncs.com/",
		httpmock.BodyContainsString("Action=AllocateEipAddress"),
		httpmock.NewStringResponder(400, eiptest.ErrorBody(eip.CodeQuotaExceededEip)))
	client, err := eip.NewClient("cn-hangzhou",
		eip.WithHTTPClient(&http.Client{Transport: mock}),
		eip.WithCredentials(eip.StaticCredentials("testid", "testsecret")))
	require.NoError(t, err)

	_, err = openGateway(t.Context(), client, "i-1")
	require.ErrorIs(t, err, eip.ErrQuota)
}

// README: end
