package eip

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Errors of every known code and of some others, in both formats, as answers of
// every action.
func testOldWireErrors(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	codes := []string{"Unheard.Of", "NotFound.New", "Throttling", "Throttling.User", "Throttlings", "200", "OK"}
	for code := range codeTable {
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	for action := range types {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			r := seedOf(action)
			fresh := types[action].newResponse
			for range max(1, mutations()/500) {
				for _, code := range codes {
					body := []byte(fmt.Sprintf(oneOf(r,
						`{"Code":%q,"Message":"no","RequestId":"r\t","HostId":"h","Recommend":"u","AccessDeniedDetail":{"AuthAction":"a"}}`,
						`{"code":%q,"message":"m","requestId":"r"}`,
						`{"Error":{"Code":%q,"Message":"m","RequestId":"r"}}`,
						`{"Code":%q,"Message":"m"}`,
						`<?xml version='1.0'?><Error><RequestId>r</RequestId><HostId>h</HostId><Code>%s</Code><Message>m</Message></Error>`,
					), code))
					compare(t, drawn(r, action, body), fresh)
					compare(t, drawn(r, action, mutate(r, body)), fresh)
				}
			}
		})
	}
}

// FuzzOldAgainstNew compares the reader with the old one over any body, as
// answers of actions of each sort. dice draws what else an answer has.
func FuzzOldAgainstNew(f *testing.F) {
	types := actionTypes()
	actions := []string{
		"AllocateEipAddress", "AllocateEipAddressPro", "AllocateEipSegmentAddress", "AssociateEipAddress", "ReleaseEipAddress",
		"DescribeEipAddresses", "DescribeEipSegment", "DescribeRegions", "DescribeEipGatewayInfo", "DescribeEipMonitorData",
	}
	for i, file := range answerFiles(f) {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body, uint64(i))
	}
	for i, shape := range oldWireShapes(f) {
		f.Add([]byte(shape.body), uint64(i))
	}
	for i, body := range append(oldWireRare(), "", "null", "[[", "<Error><Code>c</Code></Error>",
		`{"Code":"Throttling.User","Message":{},"RequestId":"r","HostId":1}`, `{"code":"Forbidden.RAM","requestId":"r"}`) {
		if len(body) < 1000 {
			f.Add([]byte(body), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, dice uint64) {
		r := rand.New(rand.NewPCG(dice, 1))
		for _, action := range actions {
			compare(t, drawn(r, action, slices.Clone(body)), types[action].newResponse)
		}
	})
}
