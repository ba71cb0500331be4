package zenlayer_test

import (
	"context"
	"errors"
	"fmt"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// On the real service NewClient needs no options: it reads the access key from
// the environment.
func Example() {
	srv, err := zenlayertest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := zenlayer.NewClient(srv.ClientOptions()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	res, err := client.AllocateEipAddresses(ctx, &zenlayer.AllocateEipAddressesRequest{
		ZoneID:        "SEL-A",
		EipChargeType: zenlayer.ChargeTypePostpaid,
		Amount:        3,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	addresses, err := client.WaitAllAvailable(ctx, res.EipIDSet)
	fmt.Println(len(addresses), err)
	fmt.Println(client.EnsureAllReleased(ctx, res.EipIDSet))
	// Output:
	// 3 <nil>
	// <nil>
}

// The answer is lost after the service has done the work. The mark tells which
// addresses are the call's.
func ExampleClient_Reconcile() {
	srv, err := zenlayertest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	srv.Fail("AllocateEipAddresses", fault.CutAfter())
	client, err := zenlayer.NewClient(srv.ClientOptions()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	req := &zenlayer.AllocateEipAddressesRequest{
		ZoneID: "SEL-A", EipChargeType: zenlayer.ChargeTypePostpaid, Amount: 2, Mark: zenlayer.NewMark(),
	}
	_, err = client.AllocateEipAddresses(ctx, req)
	fmt.Println("unknown:", eip.OutcomeUnknown(err))
	found, err := client.Reconcile(ctx, &zenlayer.ReconcileRequest{Request: req, Err: err})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Verdict, len(found.EipIDs))
	// Output:
	// unknown: true
	// made 2
}

func ExampleError() {
	srv, err := zenlayertest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := zenlayer.NewClient(srv.ClientOptions()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.TerminateEipAddress(context.Background(), &zenlayer.TerminateEipAddressRequest{EipID: "eip-1"})
	fmt.Println(errors.Is(err, zenlayer.CodeInvalidEipNotFound))
	fmt.Println(errors.Is(err, zenlayer.Code("Invalid.Eip.Not.Found")))
	fmt.Println(errors.Is(err, eip.ErrNotFound))
	// Output:
	// true
	// true
	// true
}
