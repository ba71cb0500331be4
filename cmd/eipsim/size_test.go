//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// With 10,000 addresses a page of 100 takes less than 10 ms at the median, the
// process less than 100 MB, and compacting the file holds no answer up for more than
// 50 ms. Other programs on the machine can hold an answer up as well; what the
// compactions did would come up once for each of them. It is not parallel.
func TestTenThousandAddresses(t *testing.T) {
	if os.Getenv("EIP_LONG") == "" {
		t.Skip("takes seconds; EIP_LONG is not 1")
	}
	const addresses, pages, compactions = 10_000, 300, 3
	dir := t.TempDir()
	var seed strings.Builder
	seed.WriteString(`{"quota":20000,"addresses":[`)
	for i := range addresses {
		if i > 0 {
			seed.WriteByte(',')
		}
		fmt.Fprintf(&seed, "\n{\"id\":\"eip-seed%d\",\"name\":\"address %d\",\"tags\":{\"number\":\"%d\"}}", i, i, i)
	}
	seed.WriteString("]}")
	seedFile, state := filepath.Join(dir, "seed.json"), filepath.Join(dir, "state")
	require.NoError(t, os.WriteFile(seedFile, []byte(seed.String()), 0o600))
	began := time.Now()
	cmd, endpoint := child(t, "-listen", "127.0.0.1:0", "-seed-file", seedFile, "-state", state)
	t.Logf("started with %d addresses in %v", addresses, time.Since(began).Round(time.Millisecond))
	c, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint(endpoint), eip.WithMaxAttempts(1),
		eip.WithCredentials(eip.StaticCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret)))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)

	var took []time.Duration
	for i := range pages {
		at := time.Now()
		res, err := c.DescribeEipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{PageNumber: i%(addresses/100) + 1, PageSize: 100})
		took = append(took, time.Since(at))
		require.NoError(t, err)
		require.Len(t, res.EipAddresses, 100)
	}
	slices.Sort(took)
	median := took[len(took)/2]
	t.Logf("a page of 100: median %v, slowest %v", median, took[len(took)-1])

	// The file of 10,000 addresses is renamed when it was compacted.
	file := func() os.FileInfo {
		info, err := os.Stat(state)
		require.NoError(t, err)
		return info
	}
	now, done, writes := file(), 0, 0
	slowest, late, long := time.Duration(0), 0, strings.Repeat("d", 200)
	for ; done < compactions; writes++ {
		require.Less(t, writes, 200_000, "the file is not compacted")
		at := time.Now()
		_, err := c.ModifyEipAddressAttribute(t.Context(), &eip.ModifyEipAddressAttributeRequest{
			AllocationID: fmt.Sprintf("eip-seed%d", writes%addresses), Bandwidth: 1 + writes%200, Description: &long})
		spent := time.Since(at)
		if slowest = max(slowest, spent); spent > 50*time.Millisecond {
			late++
		}
		require.NoError(t, err)
		if writes%100 == 0 {
			if next := file(); !os.SameFile(now, next) {
				now, done = next, done+1
			}
		}
	}
	t.Logf("%d writes over %d compactions: the slowest took %v, %d more than 50 ms", writes, done, slowest, late)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	require.NoError(t, err)
	peak := 0
	for line := range strings.SplitSeq(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			fmt.Sscanf(line, "VmHWM: %d kB", &peak)
		}
	}
	t.Logf("memory: %d MB at most", peak>>10)
	require.Less(t, median, 10*time.Millisecond)
	require.Less(t, late, compactions)
	require.Positive(t, peak)
	require.Less(t, peak, 100_000)
}
