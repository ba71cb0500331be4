package eip_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	eip "github.com/eipkit/eip-go"
)

func ExampleClient_MonitorSamples() {
	ctx := context.Background()
	client, err := eip.NewClient("cn-hangzhou")
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Now()
	query := eip.MonitorQuery{AllocationID: "eip-…", Start: now.AddDate(0, 0, -30), End: now}
	var bytes int64
	for tries := 3; tries > 0; tries-- {
		var failed *eip.MonitorError
		for s, err := range client.MonitorSamples(ctx, query) {
			if err == nil {
				bytes += s.Flow
			} else if !errors.As(err, &failed) {
				fmt.Println(err)
				return
			}
		}
		if failed == nil {
			fmt.Println(bytes, "bytes in 30 days")
			return
		}
		query = failed.Rest
	}
}

func ExampleClient_FindIdle() {
	ctx := context.Background()
	client, err := eip.NewClient("cn-hangzhou")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := client.FindIdle(ctx, eip.IdleQuery{
		Tags: eip.Tags{"env": "test"}, MinAge: 7 * 24 * time.Hour, TrafficOver: 7 * 24 * time.Hour,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range report.Idle {
		fmt.Println(a.Address.IPAddress, a.Age.Round(time.Hour), a.Traffic.Peak)
	}
	results, err := client.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{DryRun: true})
	fmt.Println(results, err)
}
